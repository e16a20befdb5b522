// The database under torture: one of our own, or one that somebody else runs, of one node or several.
//
// The rounds want three things of it: how to connect, to kill a node of it as kill -9 would, and to have it back. Whoever
// brings a database of another kind (a Galera cluster) brings two shell commands for the latter.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/connection.h"

namespace milepost::torture {

// Nodes count from 0. One thread at a time.
class DatabaseHost {
 public:
  virtual ~DatabaseHost() = default;

  virtual int nodes() const = 0;
  // How a server that belongs to this node connects, without a schema.
  virtual db::ConnectOptions Access(int node) const = 0;
  virtual absl::Status Kill(int node) = 0;
  // Until it answers.
  virtual absl::Status Start(int node) = 0;
  // All nodes, at the same time: when the last of a cluster is gone, none comes up before the others do.
  virtual absl::Status StartAll() = 0;
  // For a person who looks into it after the run.
  virtual std::string WhereItIs() const = 0;
};

// A MariaDB on disk in <folder>/db, which exists as long as the object; its data stays. Commits are flushed.
std::unique_ptr<DatabaseHost> StartPrivateDatabase(const std::filesystem::path& folder);

struct ForeignDatabase {
  std::vector<std::string> nodes;  // host:port each
  std::string user = "root";
  std::string password;
  // Run by the shell with the node's number, counted from 1, in $NODE. Empty: this database is never killed.
  std::string kill_command;
  std::string start_command;
};
// INVALID_ARGUMENT where a node is not host:port.
absl::StatusOr<std::unique_ptr<DatabaseHost>> UseForeignDatabase(const ForeignDatabase& database);

}  // namespace milepost::torture
