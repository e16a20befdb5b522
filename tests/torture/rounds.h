// Crash rounds: load, a kill at some moment, everything up again, and the judgement.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/torture/books.h"
#include "tests/torture/fleet.h"
#include "tests/torture/load.h"
#include "tests/torture/market.h"
#include "tests/torture/record.h"
#include "tests/torture/schedule.h"
#include "tests/torture/verdict.h"

namespace milepost::torture {

// Fewer, and the round says nothing.
inline constexpr size_t kAcknowledgedMin = 200;
// How long an open step may take to finish by itself once everything is up.
inline constexpr absl::Duration kRecoveryMax = absl::Seconds(60);

struct RoundReport {
  int number = 0;
  Blow blow;
  bool fell = false;  // the kill happened: the named place was reached
  Record::Counts counts;
  absl::Duration recovery;  // from everything up to nothing open
  absl::Duration took;
  size_t orders_judged = 0;
  Violations violations;

  bool counts_as_round() const { return fell && counts.acknowledged >= kAcknowledgedMin; }
};

// Use it from the program's main thread (see Fleet).
class Rounds {
 public:
  // The database runs; both outlive it. `tamper` is a shell command, run before each judgement, that makes the books
  // wrong: a run with one must fail. Empty: none.
  Rounds(Fleet& fleet, DatabaseHost& database, int clients, std::string tamper);

  // `thorough`: every order, offer and promise there is, not only what changed since the round before.
  RoundReport Play(int number, const Blow& blow, bool thorough);

  const Record& record() const { return record_; }
  // By kind, of all rounds.
  absl::StatusOr<std::map<std::string, int64_t>> DeadlinesFired() { return books_.DeadlinesFired(); }

 private:
  absl::Status Prepare(const Blow& blow);
  absl::Status Arm(const Blow& blow);
  absl::Status SetWeather(bool stormy);
  // Kills, and has it all up again. Whether the blow fell.
  absl::StatusOr<bool> Strike(const Blow& blow);
  absl::StatusOr<bool> AwaitFailpoint(const Blow& blow);
  absl::Status KillVictim(const Blow& blow);
  absl::Status StartVictim(const Blow& blow);
  void AwaitEnoughLoad();
  absl::Status AwaitNothingOpen(RoundReport& report);
  absl::Status LeapAhead(int days);

  absl::Status Tamper() const;
  absl::Status Judge(const Record::Round& round, bool thorough, RoundReport& report);
  void JudgeReplays(const std::vector<Acknowledged>& commands, Violations& violations);
  absl::Status JudgeOrders(int64_t since_us, RoundReport& report);
  absl::Status JudgePromises(Victim service, const Record::Round& round, int64_t since_us,
                             Violations& violations);

  Fleet& fleet_;
  DatabaseHost& database_;
  const int clients_;
  const std::string tamper_;
  Record record_;
  Market market_;
  Books books_;
  int64_t judged_us_ = 0;  // everything older was judged
  absl::Time up_since_;
};

}  // namespace milepost::torture
