// The processes that a bench runs against: the payment simulator and the three services as they are shipped (no test
// clock, all workers on), a second MilestoneBilling whose lanes take one command a transaction, and the server of no_op.proto.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace milepost::load {

enum class ServerKind { kSimulator, kCatalog, kOffers, kBilling, kBillingSingly, kNoOp };
const char* NameOf(ServerKind kind);

class Servers {
 public:
  // `database`: an account that may make schemas, without a schema.
  explicit Servers(db::ConnectOptions database);
  ~Servers();

  // Makes fresh schemas, migrates them, starts everything and waits until it serves.
  absl::Status Start();

  std::string address(ServerKind kind) { return processes_.at(kind)->address(); }
  // MilestoneBilling's schema.
  db::ConnectOptions billing_schema() const { return Schema(ServerKind::kBilling); }

  // Resident, in MiB.
  double ResidentMiB(ServerKind kind);
  // User and system time that it has used, in ticks of 10 ms.
  absl::Duration CpuTime(ServerKind kind);
  // The same of the database's process; zero where it runs elsewhere.
  absl::Duration DatabaseCpuTime();
  // Stops the server in order and starts it again: how long from the start of its process until it says SERVING.
  absl::StatusOr<absl::Duration> TimeOfStart(ServerKind kind);

 private:
  db::ConnectOptions Schema(ServerKind kind) const;
  std::vector<std::string> DatabaseFlags(ServerKind kind) const;
  absl::Status MakeSchema(ServerKind kind);
  absl::Status Launch(ServerKind kind, std::vector<std::string> flags);
  absl::Status StartThoseThatCallEachOther();

  const db::ConnectOptions database_;
  pid_t database_pid_ = 0;
  const testing::ScratchFolder scratch_;
  std::map<ServerKind, std::unique_ptr<testing::ServerProcess>> processes_;
};

}  // namespace milepost::load
