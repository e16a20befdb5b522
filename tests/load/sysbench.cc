#include "tests/load/sysbench.h"

#include <stdio.h>

#include <algorithm>
#include <regex>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "tests/load/schema_copy.h"

namespace milepost::load {
namespace {

constexpr char kSchema[] = "bench_sysbench";

// What the command printed; ABORTED where it failed.
absl::StatusOr<std::string> Output(const std::string& command) {
  FILE* const pipe = ::popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  if (pipe == nullptr) return absl::AbortedError(absl::StrCat("can't run ", command));
  std::string output;
  for (char buffer[4096]; const size_t read = std::fread(buffer, 1, sizeof buffer, pipe);)
    output.append(buffer, read);
  if (::pclose(pipe) != 0) return absl::AbortedError(absl::StrCat(command, ":\n", output));
  return output;
}

std::string Command(const db::ConnectOptions& database, const std::string& rest) {
  return absl::StrCat("sysbench oltp_write_only --db-driver=mysql --mysql-socket='", database.socket,
                      "' --mysql-user='", database.user, "' --mysql-db=", kSchema,
                      " --tables=1 --table-size=100000 ", rest);
}

}  // namespace

absl::Status PrepareSysbench(const db::ConnectOptions& database) {
  MILEPOST_RETURN_IF_ERROR(MakeEmptySchema(database, kSchema));
  return Output(Command(database, "prepare")).status();
}

absl::StatusOr<double> RunSysbench(const db::ConnectOptions& database, absl::Duration time) {
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(time));
  MILEPOST_ASSIGN_OR_RETURN(const std::string output,
                            Output(Command(database, absl::StrCat("--threads=16 --time=", seconds, " run"))));
  static const std::regex kRate(R"(transactions:\s+\d+\s+\(([0-9.]+) per sec\.\))");
  std::smatch match;
  if (!std::regex_search(output, match, kRate))
    return absl::AbortedError(absl::StrCat("sysbench said no rate:\n", output));
  return std::stod(match[1].str());
}

}  // namespace milepost::load
