#include "tests/load/schema_copy.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"

namespace milepost::load {
namespace {

absl::StatusOr<std::vector<std::string>> TablesOf(db::Connection& connection, const std::string& schema) {
  std::vector<std::string> tables;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name",
      db::Row{schema}, [&](const db::ResultRow& row) {
        tables.push_back(row.Bytes(0));
        return absl::OkStatus();
      }));
  return tables;
}

// The second column of SHOW's one row, as a number.
absl::StatusOr<double> Shown(db::Connection& connection, const std::string& show) {
  double number = 0;
  MILEPOST_RETURN_IF_ERROR(connection.Query(show, db::Row{}, [&](const db::ResultRow& row) {
    number = std::stod(row.Bytes(1));
    return absl::OkStatus();
  }));
  return number;
}

}  // namespace

absl::Status MakeEmptySchema(const db::ConnectOptions& database, const std::string& schema) {
  MILEPOST_ASSIGN_OR_RETURN(const std::unique_ptr<db::Connection> connection, db::Connection::Open(database));
  MILEPOST_RETURN_IF_ERROR(connection->Execute(absl::StrCat("DROP DATABASE IF EXISTS ", schema)));
  return connection->Execute(absl::StrCat("CREATE DATABASE ", schema, " CHARACTER SET utf8mb4"));
}

absl::Status CopySchema(const db::ConnectOptions& database, const std::string& from, const std::string& to) {
  MILEPOST_RETURN_IF_ERROR(MakeEmptySchema(database, to));
  MILEPOST_ASSIGN_OR_RETURN(const std::unique_ptr<db::Connection> connection, db::Connection::Open(database));
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<std::string> tables, TablesOf(*connection, from));
  for (const std::string& table : tables) {
    MILEPOST_RETURN_IF_ERROR(
        connection->Execute(absl::StrCat("CREATE TABLE ", to, ".", table, " LIKE ", from, ".", table)));
    MILEPOST_RETURN_IF_ERROR(connection->Execute(
        absl::StrCat("INSERT INTO ", to, ".", table, " SELECT * FROM ", from, ".", table)));
  }
  return absl::OkStatus();
}

absl::Status RefillSchema(const db::ConnectOptions& database, const std::string& from,
                          const std::string& to) {
  MILEPOST_ASSIGN_OR_RETURN(const std::unique_ptr<db::Connection> connection, db::Connection::Open(database));
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<std::string> tables, TablesOf(*connection, to));
  for (const std::string& table : tables) {
    MILEPOST_RETURN_IF_ERROR(connection->Execute(absl::StrCat("TRUNCATE TABLE ", to, ".", table)));
    MILEPOST_RETURN_IF_ERROR(connection->Execute(
        absl::StrCat("INSERT INTO ", to, ".", table, " SELECT * FROM ", from, ".", table)));
  }
  return absl::OkStatus();
}

absl::Status AwaitWritten(const db::ConnectOptions& database) {
  constexpr double kFewPages = 200;
  MILEPOST_ASSIGN_OR_RETURN(const std::unique_ptr<db::Connection> connection, db::Connection::Open(database));
  MILEPOST_ASSIGN_OR_RETURN(const double percent,
                            Shown(*connection, "SHOW GLOBAL VARIABLES LIKE 'innodb_max_dirty_pages_pct'"));
  MILEPOST_RETURN_IF_ERROR(connection->Execute("SET GLOBAL innodb_max_dirty_pages_pct = 0"));
  absl::Status status;
  for (const absl::Time give_up = WallNow() + absl::Seconds(10); WallNow() < give_up;) {
    const absl::StatusOr<double> dirty =
        Shown(*connection, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'");
    status = dirty.status();
    if (!dirty.ok() || *dirty <= kFewPages) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const absl::Status restored =
      connection->Execute(absl::StrCat("SET GLOBAL innodb_max_dirty_pages_pct = ", percent));
  return status.ok() ? restored : status;
}

}  // namespace milepost::load
