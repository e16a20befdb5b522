#include "common/db/connection.h"

#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/prepared_statement.h"
#include "common/db/server_check.h"
#include "common/db/statement_observer.h"
#include "common/obs/log.h"
#include "common/obs/seldom.h"

namespace milepost::db {
namespace {

StatementObserver& TheObserver() {
  static StatementObserver* const observer = new StatementObserver;
  return *observer;
}

void Observe(const std::string& sql, absl::Span<const Row> parameters) {
  if (const StatementObserver& observer = TheObserver()) observer(sql, parameters);
}

// Statements are few (a handful of texts in a dozen sizes a table); past this many something builds SQL that it
// must not.
constexpr size_t kPreparedMax = 2000;

ConnectionCounts counts;
std::atomic<uint64_t> servers_left{0};

constexpr absl::string_view kSqlMode =
    "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY";

sql::Driver& TheDriver() {
  static sql::Driver* const driver = get_driver_instance();  // not thread-safe itself: once, here
  return *driver;
}

int WholeSeconds(absl::Duration duration) {
  return static_cast<int>(std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)))));
}

// The host as the connector is asked for it. libmariadb since 3.4 does not compare the names of a certificate with 127.0.0.1
// and ::1: any certificate of the authority would do. With `localhost` it does (docs/decisions/0034).
const std::string& HostToAskFor(const ConnectOptions& options) {
  static const std::string* const localhost = new std::string("localhost");
  const bool local = options.host == "127.0.0.1" || options.host == "::1" || options.host == "[::1]";
  return local && !options.tls_ca_file.empty() ? *localhost : options.host;
}

sql::ConnectOptionsMap ConnectorOptions(const ConnectOptions& options) {
  sql::ConnectOptionsMap map;
  map["hostName"] = options.socket.empty()
                        ? sql::SQLString(absl::StrCat("tcp://", HostToAskFor(options), ":", options.port))
                        : sql::SQLString(absl::StrCat("unix://", options.socket));
  map["userName"] = sql::SQLString(options.user);
  map["password"] = sql::SQLString(options.password);
  if (!options.schema.empty()) map["schema"] = sql::SQLString(options.schema);
  // Bytes as they are, both ways: what is sent was checked to be UTF-8 where it comes in, and as utf8mb4 the server scans every
  // value again, bodies of orders included. A utf8mb4 column still refuses what is no UTF-8; an ascii one may take it, so what
  // goes there is a name of ours or was matched with a pattern.
  map["OPT_CHARSET_NAME"] = sql::SQLString("binary");
  map["OPT_CONNECT_TIMEOUT"] = WholeSeconds(options.connect_timeout);
  map["OPT_READ_TIMEOUT"] = WholeSeconds(options.read_timeout);
  map["OPT_WRITE_TIMEOUT"] = WholeSeconds(options.write_timeout);
  map["OPT_RECONNECT"] = false;
  // The connector asks for server variables as soon as it is connected, and a small max_join_size refuses that.
  map["preInit"] = sql::SQLString("SET SESSION sql_big_selects = 1");
  if (!options.tls_ca_file.empty()) {
    map["sslCA"] = sql::SQLString(options.tls_ca_file);
    map["sslEnforce"] = true;
    // Compares the host's name, and it alone refuses a server that offers no TLS: with sslEnforce MariaDB's library goes on
    // in plain text.
    map["sslVerify"] = true;
  }
  if (!options.tls_cert_file.empty()) map["sslCert"] = sql::SQLString(options.tls_cert_file);
  if (!options.tls_key_file.empty()) map["sslKey"] = sql::SQLString(options.tls_key_file);
  return map;
}

absl::Status StatusOfError(int code, absl::string_view message) {
  return DatabaseError(TroubleOfCode(code), code, message);
}

// A server that turns us away (1045 access denied, 1049 no such schema …) is as good as none until somebody mends it: a
// loss, whatever its number, so that callers are told DATABASE_UNAVAILABLE and the next attempt finds it mended. Callers
// try again and again, so each cause is logged seldom.
absl::Status NoConnection(const absl::Status& cause) {
  constexpr size_t kCausesMax = 16;  // with more of them, one is no longer known by its text
  counts.failed.fetch_add(1, std::memory_order_relaxed);
  static std::mutex mutex;
  static auto* const logged = new std::map<std::string, obs::Seldom>;
  const std::string text(cause.message());
  const std::lock_guard lock(mutex);
  const std::string& known = logged->size() < kCausesMax || logged->contains(text) ? text : std::string();
  if (const std::optional<uint64_t> times = (*logged)[known].Due(WallNow()))
    obs::Log(obs::Level::kError, "no connection to the database")
        .With("cause", text)
        .With("attempts", *times);
  return DatabaseError(Trouble::kLost, 0, text);
}

absl::Status NoConnection(int code, absl::string_view message) {
  return NoConnection(DatabaseError(Trouble::kLost, code, message));
}

// Sets each variable that a server's configuration or its init_connect may have changed. A comment says what the change would
// do, where the variable's name does not. Limits of time come from --lock_timeout and --statement_timeout instead. Variables
// that only affect speed are left to the server, and so is wait_timeout: a session that it ends is opened again.
std::vector<std::string> SessionSettings(const ConnectOptions& options) {
  return {"SET NAMES binary", "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
          absl::StrCat(
              "SET SESSION autocommit = 1, completion_type = 'NO_CHAIN', time_zone = '+00:00', sql_mode = '",
              kSqlMode, "', innodb_lock_wait_timeout = ", WholeSeconds(options.lock_wait),
              // For the locks of DDL: no longer than a statement may take.
              ", lock_wait_timeout = ", WholeSeconds(options.read_timeout),
              // A limit cuts results off without an error.
              ", sql_select_limit = 18446744073709551615",
              // Otherwise reads and changes of the size that we need are refused.
              ", sql_big_selects = 1, sql_safe_updates = 0",
              // A lower value sorts longer keys by their first bytes only.
              ", max_sort_length = 1024", ", sql_auto_is_null = 0, foreign_key_checks = 1, unique_checks = 1",
              // A limit ends statements in the middle. MariaDB and MySQL have different names for it.
              " /*!80000 , max_execution_time = 0 */ /*M!100106 , max_statement_time = 0 */")};
}

}  // namespace

void ObserveStatements(StatementObserver observer) {
  TheObserver() = std::move(observer);
}

const ConnectionCounts& ConnectionsOfProcess() {
  return counts;
}

bool ResultRow::IsNull(int column) const {
  return result_.isNull(column + 1);
}
int64_t ResultRow::Int64(int column) const {
  return result_.getInt64(column + 1);
}
uint64_t ResultRow::Uint64(int column) const {
  return result_.getUInt64(column + 1);
}
std::string ResultRow::Bytes(int column) const {
  return std::move(*result_.getString(column + 1).operator->());
}
Uuid ResultRow::Id(int column) const {
  const sql::SQLString bytes = result_.getString(column + 1);
  const absl::StatusOr<Uuid> id = Uuid::FromBytes(bytes.asStdString());
  return id.ok() ? *id : throw sql::SQLException("a column that should hold an id does not");
}
absl::Time ResultRow::Instant(int column) const {
  return FromMicros(Int64(column));
}

Connection::Connection(std::unique_ptr<sql::Connection> connection)
    : connection_(std::move(connection)),
      plain_(connection_->createStatement()),
      server_(servers_left.load(std::memory_order_relaxed)) {
  counts.open.fetch_add(1, std::memory_order_relaxed);
  counts.opened.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() {
  counts.open.fetch_sub(1, std::memory_order_relaxed);
  // Closing statements one by one would ask the server for each; the session's end does it for all.
  try {
    prepared_.clear();
    plain_.reset();
    connection_.reset();
  } catch (const std::exception&) {  // a connection that is gone can't be closed better
  }
}

absl::Status Connection::StatusOfException() {
  try {
    throw;
  } catch (const sql::SQLException& e) {
    const absl::Status status = StatusOfError(e.getErrorCode(), e.what());
    lost_ = lost_ || IsLost(status);
    if (TroubleOf(status) == Trouble::kNotWritable && !outdated()) LeaveServer();
    return status;
  } catch (const std::exception& e) {
    lost_ = true;  // none of the connector's own: who knows how far it had come with what it holds for us
    return DatabaseError(Trouble::kRejected, 0, e.what());
  }
}

template <class F>
auto Connection::Guarded(F&& work) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return StatusOfException();
  }
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const ConnectOptions& options) {
  std::unique_ptr<Connection> connection;
  try {
    sql::ConnectOptionsMap map = ConnectorOptions(options);
    connection.reset(new Connection(std::unique_ptr<sql::Connection>(TheDriver().connect(map))));
  } catch (const sql::SQLException& e) {
    return NoConnection(e.getErrorCode(), e.what());
  } catch (const std::exception& e) {
    return NoConnection(0, e.what());
  }
  if (const absl::Status ready = connection->SetUp(options); !ready.ok()) return NoConnection(ready);
  return connection;
}

absl::Status Connection::SetUp(const ConnectOptions& options) {
  for (const std::string& sql : SessionSettings(options)) MILEPOST_RETURN_IF_ERROR(Execute(sql));
  // On a Galera cluster another node may not have applied yet what was committed on the first: reads wait for it, else a
  // caller who goes on at another replica is told that what was just made is not there. Other servers don't know the
  // variable, or have nothing to wait for.
  if (const absl::Status waits = Execute("SET SESSION wsrep_sync_wait = 1"); IsLost(waits)) return waits;
  return CheckServer(*this);
}

bool Connection::outdated() const {
  return server_ != servers_left.load(std::memory_order_relaxed);
}

void LeaveServer() {
  servers_left.fetch_add(1, std::memory_order_relaxed);
}

absl::Status Connection::Execute(const std::string& sql) {
  // Also for COMMIT and ROLLBACK: the connector's commit() throws the server's answer away.
  Observe(sql, {});
  return Guarded([&] {
    plain_->execute(sql);
    return absl::OkStatus();
  });
}

PreparedStatement& Connection::Prepared(const std::string& sql) {
  if (const auto cached = prepared_.find(sql); cached != prepared_.end()) return *cached->second;
  if (prepared_.size() >= kPreparedMax) prepared_.clear();
  auto statement = std::make_unique<PreparedStatement>(
      std::unique_ptr<sql::PreparedStatement>(connection_->prepareStatement(sql)));
  return *prepared_.emplace(sql, std::move(statement)).first->second;
}

absl::StatusOr<uint64_t> Connection::Update(const std::string& sql, absl::Span<const Row> parameters) {
  Observe(sql, parameters);
  return Guarded([&]() -> absl::StatusOr<uint64_t> { return Prepared(sql).Update(parameters); });
}

absl::Status Connection::Query(const std::string& sql, absl::Span<const Row> parameters, RowCallback each) {
  Observe(sql, parameters);
  return Guarded([&] {
    const std::unique_ptr<sql::ResultSet> result = Prepared(sql).Query(parameters);
    const ResultRow row(result.get());
    while (result->next()) MILEPOST_RETURN_IF_ERROR(each(row));
    return absl::OkStatus();
  });
}

absl::StatusOr<uint64_t> Connection::SessionId() {
  uint64_t id = 0;
  MILEPOST_RETURN_IF_ERROR(Query("SELECT CONNECTION_ID()", Row{}, [&](const ResultRow& row) {
    id = row.Uint64(0);
    return absl::OkStatus();
  }));
  return id;
}

absl::StatusOr<Connection*> Session::Current() {
  if (connection_ && !connection_->lost()) return connection_.get();
  return DatabaseError(Trouble::kLost, 0, "no connection");
}

absl::StatusOr<Connection*> Session::Get() {
  if (connection_ && !connection_->lost() && !connection_->outdated()) return connection_.get();
  connection_.reset();
  MILEPOST_ASSIGN_OR_RETURN(std::unique_ptr<Connection> fresh, Connection::Open(options_));
  for (const std::string& sql : on_open_) MILEPOST_RETURN_IF_ERROR(fresh->Execute(sql));
  connection_ = std::move(fresh);
  return connection_.get();
}

}  // namespace milepost::db
