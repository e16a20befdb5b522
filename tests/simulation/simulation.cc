#include "tests/simulation/simulation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/core/stopwatch.h"
#include "common/obs/log.h"
#include "tests/simulation/author.h"
#include "tests/simulation/shrinker.h"
#include "tests/simulation/world.h"

namespace milepost::simulation {
namespace {

constexpr uint64_t kCommandsBetweenReports = 100'000;
constexpr absl::Duration kTimeToShorten = absl::Minutes(5);
constexpr size_t kTriesMax = 20'000;

// Which entries touched what, without keeping a set for each.
class TouchLog {
 public:
  void Add(size_t entry, const std::set<uint64_t>& touched) {
    for (const uint64_t name : touched) touches_.push_back({entry, name});
  }
  std::vector<bool> Of(const std::set<uint64_t>& names, size_t entries) const {
    std::vector<bool> touches(entries);
    for (const auto& [entry, name] : touches_)
      if (names.contains(name)) touches[entry] = true;
    return touches;
  }

 private:
  std::vector<std::pair<size_t, uint64_t>> touches_;
};

// Plays one entry after the other as `next` gives them, until it has none or something is wrong; then plays the world out.
Outcome Play(Story story, const Options& options,
             const std::function<std::optional<Entry>(World&, size_t)>& next) {
  World world({story.seed, story.faults, options.more_invariants});
  TouchLog log;
  Outcome outcome;
  outcome.story = {story.seed, story.faults, {}};
  uint64_t reported = 0;
  while (!world.findings().first()) {
    const size_t number = outcome.story.entries.size();
    const std::optional<Entry> entry = next(world, number);
    if (!entry) break;
    outcome.story.entries.push_back(*entry);
    world.Play(*entry, number);
    log.Add(number, world.touched());
    if (!options.on_progress || world.commands() < reported + kCommandsBetweenReports) continue;
    reported = world.commands();
    options.on_progress(reported);
  }
  if (!world.findings().first()) world.PlayOut();
  outcome.finding = world.findings().first();
  if (outcome.finding) {
    outcome.transcript = world.Transcript(outcome.finding->subject);
    outcome.related = world.Related(outcome.finding->subject);
    outcome.touches = log.Of(outcome.related, outcome.story.entries.size());
  }
  outcome.commands = world.commands();
  outcome.digest = world.digest();
  outcome.orders = world.census().unfinished.size() + world.census().finished.size();
  outcome.allowed = world.forecasts().allowed();
  outcome.blocked = world.forecasts().blocked();
  outcome.events = world.events();
  outcome.refusals = world.refusals();
  return outcome;
}

}  // namespace

void QuietLog() {
  obs::StartLogging("simulation", obs::Level::kError);
}

Outcome Tell(const Options& options) {
  const Author author(options.seed);
  return Play({options.seed, options.faults, {}}, options, [&](World& world, size_t number) {
    return world.commands() < options.commands ? std::optional(author.Next(world, number)) : std::nullopt;
  });
}

Outcome Replay(const Story& story, const Options& options) {
  return Play(story, options, [&](World&, size_t number) {
    return number < story.entries.size() ? std::optional(story.entries[number]) : std::nullopt;
  });
}

Story Shorten(const Outcome& failed, const Options& options) {
  const Stopwatch since;
  Options quiet = options;
  quiet.on_progress = nullptr;
  Story story = failed.story;
  const auto fails = [&](const Story& shorter) {
    const std::optional<Finding> found = Replay(shorter, quiet).finding;
    return found && found->invariant == failed.finding->invariant;
  };
  // First what has to do with the one that failed; where that does not fail, the whole has to be cut down.
  Story slice{story.seed, story.faults, {}};
  for (size_t i = 0; i < failed.touches.size(); ++i)
    if (failed.touches[i]) slice.entries.push_back(story.entries[i]);
  if (fails(slice)) story = std::move(slice);
  // Then without any faults that it does not need.
  for (bool Faults::*fault : {&Faults::network, &Faults::store, &Faults::provider}) {
    Story calmer = story;
    calmer.faults.*fault = false;
    if (fails(calmer)) story = std::move(calmer);
  }
  story.entries = Shrink<Entry>(
      std::move(story.entries),
      [&](const std::vector<Entry>& entries) {
        return since.elapsed() < kTimeToShorten && fails({story.seed, story.faults, entries});
      },
      kTriesMax);
  return story;
}

}  // namespace milepost::simulation
