// A connection to the database. Only this file and prepared_statement.h, with their .cc files, use the connector.
//
// The connector throws; nothing escapes from here: every failure is a DatabaseError(). A Connection is not
// thread-safe. Sessions speak UTC, READ COMMITTED, strict SQL mode, and wait `lock_wait` for a row: whatever the server's
// configuration says, a session sets every variable that it depends on. Open fails on a server that is read-only, or otherwise
// not usable (server_check.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/id.h"
#include "common/db/error.h"
#include "common/db/row.h"

namespace sql {
class Connection;
class ResultSet;
class Statement;
}  // namespace sql

namespace milepost::db {

class PreparedStatement;

struct ConnectOptions {
  std::string socket;  // a unix socket's path; when empty, host and port
  std::string host = "127.0.0.1";
  uint16_t port = 3306;
  std::string user = "root";
  std::string password;
  std::string schema;  // empty: none selected
  // TLS: with a CA file the server must show a certificate of it, for `host` (by a socket: "localhost"); one that does not,
  // or that offers no TLS, is refused. Without it nothing is encrypted. Cert and key are ours, with a CA file only.
  std::string tls_ca_file;
  std::string tls_cert_file;
  std::string tls_key_file;
  // Whole seconds, at least 1. The read timeout bounds a statement: longer than a lock wait and the slowest
  // flush.
  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration read_timeout = absl::Seconds(15);
  absl::Duration write_timeout = absl::Seconds(15);
  absl::Duration lock_wait = absl::Seconds(1);
};

// Connections of this process. Written here, read by anyone; totals only grow.
struct ConnectionCounts {
  std::atomic<int64_t> open{0};
  std::atomic<uint64_t> opened{0};
  std::atomic<uint64_t> failed{0};  // could not be opened
};
const ConnectionCounts& ConnectionsOfProcess();

// The current row of a result; columns count from 0. Valid within the callback that got it.
class ResultRow {
 public:
  explicit ResultRow(sql::ResultSet* result) : result_(*result) {}
  bool IsNull(int column) const;
  int64_t Int64(int column) const;
  uint64_t Uint64(int column) const;
  std::string Bytes(int column) const;
  Uuid Id(int column) const;             // BINARY(16)
  absl::Time Instant(int column) const;  // BIGINT microseconds

 private:
  sql::ResultSet& result_;
};

class Connection {
 public:
  using RowCallback = absl::FunctionRef<absl::Status(const ResultRow&)>;

  // Fails with kLost if no server answers, if it refuses the session (wrong password, no such schema), if it is
  // read-only, or if its limits are too small. Logs the cause.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One statement without parameters or result: COMMIT, DDL. The SQL is ours, never made from user text.
  absl::Status Execute(const std::string& sql);

  // A prepared statement, cached by its text for the connection's life. The rows' values fill its places in
  // order. Answers how many rows it changed (an upsert that changes a row counts 2).
  absl::StatusOr<uint64_t> Update(const std::string& sql, absl::Span<const Row> parameters);
  absl::StatusOr<uint64_t> Update(const std::string& sql, const Row& parameters) {
    return Update(sql, absl::MakeConstSpan(&parameters, 1));
  }

  // As Update, for a result: `each` is called a row; its error ends the reading and is returned.
  absl::Status Query(const std::string& sql, absl::Span<const Row> parameters, RowCallback each);
  absl::Status Query(const std::string& sql, const Row& parameters, RowCallback each) {
    return Query(sql, absl::MakeConstSpan(&parameters, 1), each);
  }

  // True after a kLost error and after an exception from outside the connector: the connection can then only be
  // destroyed.
  bool lost() const { return lost_; }
  // LeaveServer() was called since this was opened: no new work should begin on this connection.
  bool outdated() const;
  // The server's id of this session, as KILL takes it.
  absl::StatusOr<uint64_t> SessionId();

 private:
  explicit Connection(std::unique_ptr<sql::Connection> connection);
  PreparedStatement& Prepared(const std::string& sql);
  absl::Status SetUp(const ConnectOptions& options);
  // Runs `work` and turns its exceptions into a status.
  template <class F>
  auto Guarded(F&& work) -> decltype(work());
  absl::Status StatusOfException();

  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<sql::Statement> plain_;
  absl::flat_hash_map<std::string, std::unique_ptr<PreparedStatement>> prepared_;
  const uint64_t server_;  // how often LeaveServer() had been called when this was opened
  bool lost_ = false;
};

// Makes all sessions of the process reconnect before their next piece of work, because the server has become read-only.
// Reconnecting resolves the database's name again. A connection that gets a read-only error calls this itself.
void LeaveServer();

// A connection that is opened when it is first needed and again after it was lost. Not thread-safe.
class Session {
 public:
  // `on_open` are statements to run on each new connection ("SET SESSION autocommit = 0").
  explicit Session(ConnectOptions options, std::vector<std::string> on_open = {})
      : options_(std::move(options)), on_open_(std::move(on_open)) {}

  // Returns the connection, and opens a new one if there is none, it was lost or it is outdated. kLost if no server
  // answers.
  absl::StatusOr<Connection*> Get();
  // Returns the present connection, never a new one; kLost if there is none or it was lost.
  absl::StatusOr<Connection*> Current();
  void Drop() { connection_.reset(); }

 private:
  const ConnectOptions options_;
  const std::vector<std::string> on_open_;
  std::unique_ptr<Connection> connection_;
};

// The database's clock in microseconds since the epoch, as an SQL expression: the time at which its statement
// began.
inline constexpr absl::string_view kNowMicros = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))";

}  // namespace milepost::db
