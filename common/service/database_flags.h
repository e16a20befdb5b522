// The database settings of a service: its address and its limits, under the same names in each service. Flags
// (flags.h) adds them to a command line and passes them on as Options.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "common/db/lane_options.h"
#include "common/db/read_pool.h"
#include "common/rpc/flags.h"

namespace milepost::service {

class DatabaseFlags {
 public:
  // `schema` is the service's own schema, used if --database_schema is empty or not given.
  explicit DatabaseFlags(absl::string_view schema) : own_schema_(schema), schema_(schema) {}

  // This object outlives the parsing of `flags`.
  void AddTo(rpc::FlagSet& flags);

  db::ConnectOptions connect() const;
  db::LaneOptions lanes() const;
  db::ReadPoolOptions reads() const;
  absl::Duration gauges_interval() const { return gauges_interval_; }

 private:
  void AddPlace(rpc::FlagSet& flags);
  void AddLimits(rpc::FlagSet& flags);
  std::string WrongInTls() const;

  const std::string own_schema_;
  std::string socket_;
  std::string host_ = "127.0.0.1";
  int port_ = 3306;
  std::string user_ = "milepost";
  std::string password_;
  std::string schema_;
  std::string tls_ca_file_;
  std::string tls_cert_file_;
  std::string tls_key_file_;
  absl::Duration lock_timeout_ = absl::Seconds(1);
  absl::Duration statement_timeout_ = absl::Seconds(15);
  absl::Duration gauges_interval_ = absl::Seconds(15);
  int lanes_ = 2;
  int batch_limit_ = 256;
  int queue_limit_ = 1024;
  int read_connections_ = 4;
  int read_queue_limit_ = 1024;
};

}  // namespace milepost::service
