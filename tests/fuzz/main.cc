// Structure-aware fuzzing of every method of every server: see tests/fuzz/README.md.
//   fuzz --requests=2000 [--seed=7] [--method=REGEX]
//   fuzz --method=REGEX --request=HEX [--actor=users/fay]     one request again
// Exit status 0 only if no server died, gave a forbidden answer, or held too much memory, and all orders are proven.
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/core/clock.h"
#include "common/core/stopwatch.h"
#include "common/obs/standard_streams.h"
#include "re2/re2.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/inspection.h"

ABSL_FLAG(int, requests, 2000, "how many requests each method of each server gets");
ABSL_FLAG(uint64_t, seed, 0, "what chance is drawn from; 0: draws one and prints it");
ABSL_FLAG(std::string, method, "",
          "only methods whose name matches, as in 'milestone_billing: Ledger/GetBalance'");
ABSL_FLAG(int, in_flight, 128, "how many calls are under way at once");
ABSL_FLAG(std::string, request, "",
          "sends this one, in hex or @FILE with hex, to the one method that --method names");
ABSL_FLAG(std::optional<std::string>, actor, std::nullopt, "who sends it");
ABSL_FLAG(std::string, tamper, "",
          "shell command that makes the books wrong before they are audited, to see that it is noticed; gets "
          "$SOCKET and "
          "$SCHEMA, milestone_billing's");

namespace milepost::fuzz {
namespace {

constexpr uint64_t kFewOks = 20;

int Refuse(absl::string_view why) {
  std::cerr << "fuzz: " << why << std::endl;
  return 2;
}

void ShowMemory(const std::map<std::string, double>& before, const std::map<std::string, double>& after) {
  for (const auto& [server, mib] : after) {
    const auto was = before.find(server);
    std::cout << absl::StrFormat("  %-20s %6.1f MiB, before %6.1f\n", server, mib,
                                 was == before.end() ? 0 : was->second);
  }
}

// Methods whose fuzzing proves nothing. Nor does a run of a few requests.
std::vector<std::string> UnservedMethods(const Fuzzing& fuzzing, const Options& options) {
  constexpr int kEnough = 500;
  const bool is_one_request = !absl::GetFlag(FLAGS_request).empty();
  return is_one_request || options.requests < kEnough ? std::vector<std::string>()
                                                      : fuzzing.tally().Unserved();
}

// The bytes that --request gives, in hex or in a file with hex.
absl::StatusOr<std::string> RequestIn(const std::string& flag) {
  std::string hex = flag;
  if (absl::StartsWith(flag, "@")) {
    std::ifstream file(flag.substr(1));
    if (!file)
      return absl::InvalidArgumentError(absl::StrCat("--request: there is no file ", flag.substr(1)));
    hex.assign(std::istreambuf_iterator<char>(file), {});
    absl::StripAsciiWhitespace(&hex);
  }
  if (hex.size() % 2 != 0 || !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit))
    return absl::InvalidArgumentError("--request is neither hex nor @FILE with hex");
  return absl::HexStringToBytes(hex);
}

void Tamper(const World& world) {
  const std::string command = absl::GetFlag(FLAGS_tamper);
  if (command.empty()) return;
  ::setenv("SOCKET", world.books().socket.c_str(), /*overwrite=*/1);
  ::setenv("SCHEMA", world.books().schema.c_str(), /*overwrite=*/1);
  if (const int status = std::system(command.c_str()); status != 0)
    std::cout << "FAILED: '" << command << "' ended with " << status << "\n";
}

int Report(World& world, const Fuzzing& fuzzing, const Options& options,
           const std::map<std::string, double>& before, absl::Duration took) {
  std::cout << fuzzing.tally().Table() << "memory:\n";
  ShowMemory(before, ResidentMib(world));
  for (const Failure& failure : fuzzing.failures()) std::cout << Describe(failure, options.seed);
  Tamper(world);
  auto [findings, orders] = Inspect(world, before);
  for (const std::string& method : UnservedMethods(fuzzing, options))
    findings.push_back(method + " answered no request with OK: its fuzzing proves nothing");
  for (const std::string& method : fuzzing.tally().RarelyServed(kFewOks))
    std::cout << "few OKs: " << method << "\n";
  for (const std::string& finding : findings) std::cout << "FAILED: " << finding << "\n";
  const size_t failed = fuzzing.failures().size() + findings.size();
  std::cout << absl::StrFormat(
                   "fuzz: %d calls, %.0f %% of them got in, %d orders audited, %d failures, in %s, seed %d",
                   fuzzing.tally().calls(), fuzzing.tally().PercentIn(), orders, failed,
                   absl::FormatDuration(absl::Trunc(took, absl::Seconds(1))), options.seed)
            << std::endl;
  return failed == 0 ? 0 : 1;
}

int Run(const Options& options, const std::optional<std::string>& request) {
  const Stopwatch stopwatch;
  std::cout << "fuzz: seed " << options.seed << std::endl;
  World world;
  Random random(options.seed, "start", 0);
  if (const absl::Status started = world.Start(random); !started.ok()) return Refuse(started.ToString());
  Fuzzing fuzzing(world, options);
  const std::map<std::string, double> before = ResidentMib(world);
  if (!request) {
    fuzzing.Run();
    return Report(world, fuzzing, options, before, stopwatch.elapsed());
  }
  const Method* chosen = nullptr;
  for (const Method& method : world.methods()) {
    if (!RE2::PartialMatch(method.Name(), options.methods)) continue;
    if (chosen != nullptr) return Refuse("--request wants a --method that names one method");
    chosen = &method;
  }
  if (chosen == nullptr) return Refuse("no method is called so");
  fuzzing.RunAlone(*chosen, *request, absl::GetFlag(FLAGS_actor));
  return Report(world, fuzzing, options, before, stopwatch.elapsed());
}

int Main() {
  Options options{.seed = absl::GetFlag(FLAGS_seed),
                  .requests = absl::GetFlag(FLAGS_requests),
                  .methods = absl::GetFlag(FLAGS_method),
                  .in_flight = absl::GetFlag(FLAGS_in_flight)};
  if (options.requests < 1 || options.in_flight < 1) return Refuse("--requests and --in_flight: at least 1");
  if (!RE2(options.methods, RE2::Quiet).ok()) return Refuse("--method is no RE2 expression");
  if (options.seed == 0) options.seed = static_cast<uint64_t>(ToMicros(WallNow())) % 1'000'000;
  const std::string flag = absl::GetFlag(FLAGS_request);
  if (flag.empty()) return Run(options, std::nullopt);
  const absl::StatusOr<std::string> request = RequestIn(flag);
  if (!request.ok()) return Refuse(request.status().message());
  return Run(options, *request);
}

}  // namespace
}  // namespace milepost::fuzz

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  absl::SetProgramUsageMessage("fuzzes every method of every server");
  absl::ParseCommandLine(argc, argv);
  return milepost::fuzz::Main();
}
