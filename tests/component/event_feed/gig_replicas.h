// Replicas of gig_catalog on one schema, and a seller who makes events on any of them.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "grpcpp/channel.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "tests/support/server_process.h"

namespace milepost::gig_catalog {

inline constexpr char kAnna[] = "users/anna";
inline constexpr char kOps[] = "operators/ops-1";

class Replicas {
 public:
  // Started with these flags besides those that make a test quick; `own` flags of one replica win.
  Replicas(size_t count, std::vector<std::string> flags, std::map<size_t, std::vector<std::string>> own = {});

  testing::ServerProcess& at(size_t i) { return *processes_[i]; }
  size_t size() const { return processes_.size(); }
  const db::ConnectOptions& schema() const { return schema_; }

  // A gig of kAnna's. One event.
  std::string NewGig(size_t replica);
  // Gives the gig a new title and description: one event. Again and again with the same request, on replica after replica
  // (from `first` on), until one answers; false when none does for a minute.
  bool Retitle(const std::string& gig, const std::string& title, const std::string& description,
               size_t first);

  int64_t CountEvents() const;

 private:
  const db::ConnectOptions schema_;
  std::vector<std::unique_ptr<testing::ServerProcess>> processes_;
};

}  // namespace milepost::gig_catalog
