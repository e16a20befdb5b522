#include "common/db/server_check.h"

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/status_macros.h"
#include "common/db/error.h"
#include "common/db/row.h"

namespace milepost::db {
namespace {

struct Flag {
  absl::string_view name;
  absl::string_view why;
};
// Each must be off. (MariaDB 12 knows several ways of read_only.)
constexpr Flag kWriteProtections[] = {
    {"read_only", "it is a replica, or a primary that was demoted"},
    {"super_read_only", "it is a replica, or a primary that was demoted"},
    {"innodb_read_only", "it was started so"},
    {"innodb_force_recovery", "it was started to be mended"},
    {"offline_mode", "somebody took it away from its clients"},
};

struct Limit {
  absl::string_view name;
  int64_t least;
  absl::string_view why;
};
constexpr Limit kLimits[] = {
    // Twice what statements.cc puts into one: a single row may be larger than that.
    {"max_allowed_packet", int64_t{8} << 20, "a large order is one statement"},
    {"max_prepared_stmt_count", 2000, "every statement is a prepared one"},
};

bool IsOff(absl::string_view value) {
  return value.empty() || value == "0" || absl::EqualsIgnoreCase(value, "OFF");
}

absl::string_view ValueOf(const ServerVariables& variables, absl::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? absl::string_view() : absl::string_view(found->second);
}

const std::string& Question() {
  static const auto* const text = [] {
    std::vector<std::string> names = {"'log_bin'", "'binlog_format'"};
    for (const Flag& flag : kWriteProtections) names.push_back(absl::StrCat("'", flag.name, "'"));
    for (const Limit& limit : kLimits) names.push_back(absl::StrCat("'", limit.name, "'"));
    return new std::string(
        absl::StrCat("SHOW GLOBAL VARIABLES WHERE Variable_name IN (", absl::StrJoin(names, ", "), ")"));
  }();
  return *text;
}

}  // namespace

absl::Status JudgeServer(const ServerVariables& variables) {
  for (const auto& [name, why] : kWriteProtections)
    if (const absl::string_view value = ValueOf(variables, name); !IsOff(value))
      return DatabaseError(Trouble::kNotWritable, 0,
                           absl::StrCat("the database takes no writes: ", name, " = ", value, "; ", why));
  for (const auto& [name, least, why] : kLimits) {
    int64_t value = 0;
    if (absl::SimpleAtoi(ValueOf(variables, name), &value) && value < least)
      return DatabaseError(Trouble::kLost, 0,
                           absl::StrCat("the database's ", name, " = ", value,
                                        " is too small; give it at least ", least, ": ", why));
  }
  if (!IsOff(ValueOf(variables, "log_bin")) &&
      absl::EqualsIgnoreCase(ValueOf(variables, "binlog_format"), "STATEMENT"))
    return DatabaseError(Trouble::kLost, 0,
                         "the database's binlog_format = STATEMENT can't log what is written under READ "
                         "COMMITTED; make it ROW or MIXED");
  return absl::OkStatus();
}

absl::Status CheckServer(Connection& connection) {
  ServerVariables variables;
  MILEPOST_RETURN_IF_ERROR(connection.Query(Question(), Row{}, [&](const ResultRow& row) {
    variables[row.Bytes(0)] = row.Bytes(1);
    return absl::OkStatus();
  }));
  return JudgeServer(variables);
}

}  // namespace milepost::db
