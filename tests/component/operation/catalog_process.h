// A gig_catalog of a test's own, with flags of its own, on a fresh schema.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "tests/support/server_process.h"

namespace milepost::operation {

namespace catalog_v1 = milepost::catalog::v1;

db::ConnectOptions NewCatalogSchema();
std::string NewRequestId();

class CatalogProcess {
 public:
  explicit CatalogProcess(const std::vector<std::string>& flags);

  const db::ConnectOptions& database() const { return database_; }
  testing::ServerProcess& process() { return process_; }

  // As users/alice. An empty request id stands for a fresh one.
  absl::StatusOr<std::string> Create(const std::string& title = "A plan", const std::string& request_id = "");
  absl::Status Get(const std::string& gig, absl::Duration patience = absl::Seconds(20));
  absl::Status Delete(const std::string& gig);
  // The same, with the error as it came over the wire.
  grpc::Status TryDelete(const std::string& gig);

 private:
  const db::ConnectOptions database_;
  testing::ServerProcess process_;
  std::unique_ptr<catalog_v1::GigCatalog::Stub> stub_;
};

}  // namespace milepost::operation
