// Simulates the three services, their clients and the payment provider in one process: see tests/simulation/README.md.
//   milepost_simulation --commands=1000000 [--seed=7]
//   milepost_simulation --replay=FILE
// Exit status 0 only if every invariant held.
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_format.h"
#include "common/core/clock.h"
#include "common/core/stopwatch.h"
#include "common/obs/log.h"
#include "common/obs/standard_streams.h"
#include "tests/simulation/simulation.h"

ABSL_FLAG(uint64_t, commands, 40000, "how many commands the lanes are to take");
ABSL_FLAG(uint64_t, seed, 0, "what chance is drawn from; 0: draws one and prints it");
ABSL_FLAG(std::string, replay, "", "plays the story in this file again instead of making one up");
ABSL_FLAG(std::string, keep, "failed.story", "the file for the shortest story that fails");
ABSL_FLAG(bool, shorten, true, "whether to look for the shortest story that fails");
ABSL_FLAG(bool, verbose, false, "prints how often each event and refusal came up");

namespace milepost::simulation {
namespace {

int Refuse(const absl::Status& why) {
  std::cerr << "milepost_simulation: " << why.message() << std::endl;
  return 2;
}

void Show(const char* title, const std::map<std::string, uint64_t>& counts) {
  std::cout << title << "\n";
  for (const auto& [name, count] : counts) std::cout << absl::StrFormat("  %10d  %s\n", count, name);
}

void ShowFinding(const Outcome& outcome) {
  std::cout << "FAILED: " << outcome.finding->invariant << ": " << outcome.finding->what << "\n  seed "
            << outcome.story.seed << ", entry " << outcome.finding->entry << " of "
            << outcome.story.entries.size() << "\n"
            << outcome.transcript;
}

// Prints what failed, and the shortest story that fails like it.
int Fail(const Outcome& failed, const Options& options) {
  ShowFinding(failed);
  Story story = failed.story;
  if (absl::GetFlag(FLAGS_shorten)) {
    std::cout << "shortening …" << std::endl;
    story = Shorten(failed, options);
    const Outcome again = Replay(story, options);
    std::cout << "the shortest story found, " << story.entries.size() << " entries:\n" << TextOf(story);
    if (again.finding) ShowFinding(again);
  }
  const std::string file = absl::GetFlag(FLAGS_keep);
  if (const absl::Status written = WriteStory(story, file); !written.ok()) return Refuse(written);
  std::cout << "again: milepost_simulation --replay=" << file << std::endl;
  return 1;
}

int Main() {
  Options options{.seed = absl::GetFlag(FLAGS_seed), .commands = absl::GetFlag(FLAGS_commands)};
  if (options.seed == 0) options.seed = static_cast<uint64_t>(ToMicros(WallNow())) % 1'000'000 + 1;
  const Stopwatch since;
  options.on_progress = [&since](uint64_t commands) {
    std::cout << absl::StrFormat("%9d commands, %.0f a second", commands,
                                 commands / absl::ToDoubleSeconds(since.elapsed()))
              << std::endl;
  };
  Outcome outcome;
  if (const std::string file = absl::GetFlag(FLAGS_replay); !file.empty()) {
    const absl::StatusOr<Story> story = ReadStory(file);
    if (!story.ok()) return Refuse(story.status());
    outcome = Replay(*story, options);
  } else {
    std::cout << "simulation: seed " << options.seed << std::endl;
    outcome = Tell(options);
  }
  if (absl::GetFlag(FLAGS_verbose)) {
    Show("events", outcome.events);
    Show("refusals", outcome.refusals);
  }
  const double seconds = absl::ToDoubleSeconds(since.elapsed());
  std::cout << absl::StrFormat(
                   "simulation: %d commands on %d orders in %.1f s, %.0f a second; %d foretold successes, %d "
                   "foretold refusals; "
                   "digest %016x, seed %d",
                   outcome.commands, outcome.orders, seconds, outcome.commands / seconds, outcome.allowed,
                   outcome.blocked, outcome.digest, outcome.story.seed)
            << std::endl;
  return outcome.finding ? Fail(outcome, options) : 0;
}

}  // namespace
}  // namespace milepost::simulation

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  absl::SetProgramUsageMessage("simulates the whole workflow in one process");
  absl::ParseCommandLine(argc, argv);
  milepost::simulation::QuietLog();
  return milepost::simulation::Main();
}
