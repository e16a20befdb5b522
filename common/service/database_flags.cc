#include "common/service/database_flags.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace milepost::service {

void DatabaseFlags::AddTo(rpc::FlagSet& flags) {
  AddPlace(flags);
  AddLimits(flags);
  flags.AddCheck([this](absl::string_view) { return WrongInTls(); });
  flags.AddCheck([this](absl::string_view) -> std::string {
    if (statement_timeout_ > lock_timeout_) return "";
    return absl::StrCat("--statement_timeout: ", absl::FormatDuration(statement_timeout_),
                        " is not allowed with --lock_timeout=", absl::FormatDuration(lock_timeout_),
                        "; give more: else a connection is given up while its statement waits for a row");
  });
}

// A certificate of ours would make the connector speak TLS with whoever answers, and plainly where that one has none.
std::string DatabaseFlags::WrongInTls() const {
  if (tls_cert_file_.empty() != tls_key_file_.empty()) {
    const absl::string_view missing = tls_cert_file_.empty() ? "cert" : "key";
    const absl::string_view given = tls_cert_file_.empty() ? "key" : "cert";
    return absl::StrCat("--database_tls_", missing, "_file: \"\" is not allowed with --database_tls_", given,
                        "_file; give both or neither");
  }
  if (tls_ca_file_.empty() && !tls_cert_file_.empty())
    return "--database_tls_ca_file: \"\" is not allowed with --database_tls_cert_file; give the authority's "
           "file: "
           "else nobody would check whom the certificate is shown to";
  return "";
}

void DatabaseFlags::AddPlace(rpc::FlagSet& flags) {
  flags.AddText("database_socket", &socket_, "The database's unix socket; wins over host and port.");
  flags.AddText("database_host", &host_, "The database's host.");
  flags.AddInt("database_port", &port_, 1, 65535, "The database's port.");
  flags.AddAlternative("database_socket", {"database_host", "database_port"});
  flags.AddText("database_user", &user_, "The database account.");
  flags.AddSecret("database_password", &password_, "The account's password.");
  flags.AddText("database_schema", &schema_, "The schema.");
  flags.AddFile("database_tls_ca_file", &tls_ca_file_,
                "The certificate authority (PEM) that must have issued the database's certificate for "
                "--database_host; every connection is then TLS. Empty = no TLS.");
  flags.AddFile("database_tls_cert_file", &tls_cert_file_,
                "Our own certificate (PEM), if the database requires one.");
  flags.AddFile("database_tls_key_file", &tls_key_file_, "The key (PEM) of our own certificate.");
}

void DatabaseFlags::AddLimits(rpc::FlagSet& flags) {
  flags.AddDuration(
      "lock_timeout", &lock_timeout_, absl::Seconds(1), absl::Minutes(1),
      "How long a statement waits for a locked row, rounded up to whole seconds; then RESOURCE_BUSY.");
  flags.AddDuration("statement_timeout", &statement_timeout_, absl::Seconds(1), absl::Minutes(10),
                    "How long the database may take for a statement, rounded up to whole seconds; then its "
                    "connection is closed. Must be longer than --lock_timeout and the slowest flush.");
  flags.AddDuration("gauges_interval", &gauges_interval_, absl::Milliseconds(10), absl::Hours(1),
                    "How often the metrics that need the database are read; only with --metrics_listen.");
  flags.AddInt("lanes", &lanes_, 1, 64, "Threads that commit changes, with a database connection each.");
  flags.AddInt("batch_limit", &batch_limit_, 1, 4096, "The most changes that one transaction commits.");
  flags.AddInt("queue_limit", &queue_limit_, 1, 1'000'000,
               "The most changes that wait for one lane; further ones are refused: OVERLOADED.");
  flags.AddInt("read_connections", &read_connections_, 1, 64,
               "Threads that read, with a database connection each.");
  flags.AddInt("read_queue_limit", &read_queue_limit_, 1, 1'000'000,
               "The most reads that wait for a connection; further ones are refused: OVERLOADED.");
}

db::ConnectOptions DatabaseFlags::connect() const {
  return {.socket = socket_,
          .host = host_,
          .port = static_cast<uint16_t>(port_),
          .user = user_,
          .password = password_,
          .schema = schema_.empty() ? own_schema_ : schema_,
          .tls_ca_file = tls_ca_file_,
          .tls_cert_file = tls_cert_file_,
          .tls_key_file = tls_key_file_,
          .read_timeout = statement_timeout_,
          .write_timeout = statement_timeout_,
          .lock_wait = lock_timeout_};
}

db::LaneOptions DatabaseFlags::lanes() const {
  db::LaneOptions options;
  options.lanes = lanes_;
  options.batch_limit = batch_limit_;
  options.queue_limit = queue_limit_;
  // What follows from how long one locked row can hold a batch up (RetryLimits, Lanes::CheckMoving).
  options.retry.single_stall_max = 1.5 * lock_timeout_;
  options.stuck_after = 5 * lock_timeout_;
  return options;
}

db::ReadPoolOptions DatabaseFlags::reads() const {
  return {.connections = static_cast<size_t>(read_connections_),
          .queue_limit = static_cast<size_t>(read_queue_limit_)};
}

}  // namespace milepost::service
