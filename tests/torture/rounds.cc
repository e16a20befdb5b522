#include "tests/torture/rounds.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"

namespace milepost::torture {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(10);
// How long a named place is waited for, and how long the load may take to be enough.
constexpr absl::Duration kFailpointPatience = absl::Seconds(8), kLoadMax = absl::Seconds(30);
constexpr absl::Duration kLoadAfter = absl::Milliseconds(300);  // goes on so long once everything is up
// How long a day takes while one waits for a round that leapt: a question to the provider that a leap made overdue by days,
// and that gets no answer, is put again a day later (RecheckPolicy::retry_greatest).
constexpr absl::Duration kDay = absl::Seconds(2);
constexpr int kJudges = 8;
constexpr size_t kOlderReplays = 100;
constexpr std::chrono::seconds kReplayTime{20};

void Pause(absl::Duration duration) {
  std::this_thread::sleep_for(absl::ToChronoMicroseconds(duration));
}

void Append(Violations more, Violations& violations) {
  std::move(more.begin(), more.end(), std::back_inserter(violations));
}

std::string OrderOfKey(const std::string& provider_key) {
  return provider_key.substr(0, provider_key.find("/milestones/"));
}

std::string Listed(const std::map<std::string, int64_t>& open) {
  return absl::StrJoin(open, ", ", [](std::string* out, const auto& kind) {
    absl::StrAppend(out, kind.second, " ", kind.first);
  });
}

}  // namespace

Rounds::Rounds(Fleet& fleet, DatabaseHost& database, int clients, std::string tamper)
    : fleet_(fleet), database_(database), clients_(clients), tamper_(std::move(tamper)), books_(fleet) {}

RoundReport Rounds::Play(int number, const Blow& blow, bool thorough) {
  const absl::Time start = WallNow();
  RoundReport report{.number = number, .blow = blow};
  const auto run = [&]() -> absl::Status {
    MILEPOST_RETURN_IF_ERROR(Prepare(blow));
    Load load(fleet_, record_, market_, clients_, blow.load_seed);
    MILEPOST_ASSIGN_OR_RETURN(report.fell, Strike(blow));
    up_since_ = WallNow();
    AwaitEnoughLoad();
    load.Stop();
    return AwaitNothingOpen(report);
  };
  absl::Status played = run();
  const Record::Round round = record_.TakeRound();
  report.counts = round.counts;
  report.violations = round.violations;
  if (played.ok()) played = Tamper();
  if (played.ok()) played = Judge(round, thorough, report);
  if (!played.ok()) report.violations.push_back(std::string(played.message()));
  report.took = WallNow() - start;
  return report;
}

absl::Status Rounds::Prepare(const Blow& blow) {
  MILEPOST_RETURN_IF_ERROR(SetWeather(blow.stormy));
  return blow.failpoint.empty() ? absl::OkStatus() : Arm(blow);
}

absl::Status Rounds::SetWeather(bool stormy) {
  if (fleet_.stormy() == stormy) return absl::OkStatus();
  fleet_.SetStormy(stormy);
  fleet_.Stop(Victim::kSimulator, 0);
  return fleet_.Start(Victim::kSimulator, 0);
}

// A worker runs where its lease is held: whoever shall die in one starts while the others are stopped.
absl::Status Rounds::Arm(const Blow& blow) {
  if (blow.in_leased_worker)
    for (int i = 0; i < fleet_.replicas(blow.victim); ++i) fleet_.Stop(blow.victim, i);
  fleet_.Kill(blow.victim, blow.replica);
  MILEPOST_RETURN_IF_ERROR(
      fleet_.StartArmed(blow.victim, blow.replica, absl::StrCat(blow.failpoint, ":", blow.turn)));
  for (int i = 0; i < fleet_.replicas(blow.victim); ++i)
    if (i != blow.replica) MILEPOST_RETURN_IF_ERROR(fleet_.Start(blow.victim, i));
  return absl::OkStatus();
}

absl::StatusOr<bool> Rounds::Strike(const Blow& blow) {
  if (!blow.failpoint.empty()) {
    if (blow.leaps()) MILEPOST_RETURN_IF_ERROR(LeapAhead(blow.leap_days));
    return AwaitFailpoint(blow);
  }
  Pause(blow.after);
  if (blow.leaps()) {
    MILEPOST_RETURN_IF_ERROR(LeapAhead(blow.leap_days));
    Pause(blow.after_leap);
  }
  MILEPOST_RETURN_IF_ERROR(KillVictim(blow));
  Pause(blow.down);
  MILEPOST_RETURN_IF_ERROR(StartVictim(blow));
  return true;
}

absl::StatusOr<bool> Rounds::AwaitFailpoint(const Blow& blow) {
  const absl::Time give_up = WallNow() + kFailpointPatience;
  while (fleet_.runs(blow.victim, blow.replica) && WallNow() < give_up) Pause(kPoll);
  const bool fell = !fleet_.runs(blow.victim, blow.replica);
  if (!fell) fleet_.Stop(blow.victim, blow.replica);  // disarmed by its next start
  Pause(blow.down);
  MILEPOST_RETURN_IF_ERROR(fleet_.Start(blow.victim, blow.replica));
  return fell;
}

absl::Status Rounds::KillVictim(const Blow& blow) {
  if (blow.victim == Victim::kDatabase) return database_.Kill(blow.replica);
  if (blow.victim != Victim::kEverything) {
    fleet_.Kill(blow.victim, std::min(blow.replica, fleet_.replicas(blow.victim) - 1));
    return absl::OkStatus();
  }
  fleet_.KillAll();
  for (int node = 0; node < database_.nodes(); ++node) MILEPOST_RETURN_IF_ERROR(database_.Kill(node));
  return absl::OkStatus();
}

absl::Status Rounds::StartVictim(const Blow& blow) {
  if (blow.victim == Victim::kDatabase) return database_.Start(blow.replica);
  if (blow.victim == Victim::kEverything) MILEPOST_RETURN_IF_ERROR(database_.StartAll());
  return fleet_.StartAll();
}

void Rounds::AwaitEnoughLoad() {
  const absl::Time at_least = WallNow() + kLoadAfter, at_most = WallNow() + kLoadMax;
  while (WallNow() < at_least || (record_.counts().acknowledged < kAcknowledgedMin && WallNow() < at_most))
    Pause(kPoll);
}

absl::Status Rounds::AwaitNothingOpen(RoundReport& report) {
  absl::Time next_day = report.blow.leaps() ? WallNow() + kDay : absl::InfiniteFuture();
  for (;;) {
    MILEPOST_ASSIGN_OR_RETURN(const auto open, books_.OpenSteps());
    report.recovery = WallNow() - up_since_;
    if (open.empty()) return absl::OkStatus();
    if (report.recovery > kRecoveryMax)
      return absl::DeadlineExceededError(absl::StrCat("after ", absl::FormatDuration(report.recovery),
                                                      " there are still open: ", Listed(open)));
    if (WallNow() >= next_day) {
      MILEPOST_RETURN_IF_ERROR(LeapAhead(1));
      next_day = WallNow() + kDay;
    }
    Pause(kPoll);
  }
}

absl::Status Rounds::LeapAhead(int days) {
  MILEPOST_RETURN_IF_ERROR(fleet_.AdvanceClocks(absl::Hours(24 * days)));
  market_.days_ahead += days;
  return absl::OkStatus();
}

absl::Status Rounds::Tamper() const {
  if (tamper_.empty()) return absl::OkStatus();
  const db::ConnectOptions schema = fleet_.Schema(Victim::kBilling);
  ::setenv("SOCKET", schema.socket.c_str(), /*overwrite=*/1);
  ::setenv("SCHEMA", schema.schema.c_str(), /*overwrite=*/1);
  const int status = std::system(tamper_.c_str());
  if (status == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("'", tamper_, "' ended with ", status));
}

absl::Status Rounds::Judge(const Record::Round& round, bool thorough, RoundReport& report) {
  const int64_t since_us = thorough ? 0 : judged_us_;
  MILEPOST_ASSIGN_OR_RETURN(const int64_t now_us, books_.NowMicros());
  // Before anything is sent again: a placement whose request is forgotten is answered by its order, and remembered anew (W7).
  for (const Victim service : {Victim::kCatalog, Victim::kOffers, Victim::kBilling})
    MILEPOST_RETURN_IF_ERROR(JudgePromises(service, round, since_us, report.violations));
  std::vector<Acknowledged> again = round.acknowledged;
  for (Acknowledged& older : record_.Sample(kOlderReplays)) again.push_back(std::move(older));
  JudgeReplays(again, report.violations);
  MILEPOST_RETURN_IF_ERROR(JudgeOrders(since_us, report));
  MILEPOST_ASSIGN_OR_RETURN(const Totals totals, books_.ReadTotals());
  Append(CheckTotals(totals), report.violations);
  judged_us_ = now_us;
  return absl::OkStatus();
}

void Rounds::JudgeReplays(const std::vector<Acknowledged>& commands, Violations& violations) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::vector<std::thread> judges;
  for (int i = 0; i < kJudges; ++i) {
    judges.emplace_back([&] {
      e2e::PlatformClient platform = fleet_.NewClient(kReplayTime);
      for (size_t at; (at = next++) < commands.size();) {
        Violations found = CheckReplay(commands[at], commands[at].replay(platform));
        std::lock_guard lock(mutex);
        Append(std::move(found), violations);
      }
    });
  }
  for (std::thread& judge : judges) judge.join();
}

absl::Status Rounds::JudgeOrders(int64_t since_us, RoundReport& report) {
  MILEPOST_ASSIGN_OR_RETURN(std::vector<OrderRow> orders, books_.Orders(since_us));
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<OfferRow> offers, books_.Offers(since_us));
  std::map<std::string, ProviderRows> of_order;
  if (since_us == 0) {
    MILEPOST_ASSIGN_OR_RETURN(const ProviderRows all, books_.Provider(""));
    for (const ProviderRow& row : all.charges) of_order[OrderOfKey(row.key)].charges.push_back(row);
    for (const RefundRow& row : all.refunds) of_order[OrderOfKey(row.charge_key)].refunds.push_back(row);
    if (const std::string found = fleet_.AuditAllOrders(); !found.empty()) report.violations.push_back(found);
  }
  for (OrderRow& order : orders) {
    const std::string name = absl::StrCat("orders/", order.id.ToString());
    if (since_us != 0) {
      MILEPOST_ASSIGN_OR_RETURN(of_order[name], books_.Provider(name));
      MILEPOST_ASSIGN_OR_RETURN(order.audit_finding, books_.Audit(name));
    }
    Append(CheckOrder(order, of_order[name]), report.violations);
    if (const auto told = record_.ends().find(order.id); told != record_.ends().end())
      Append(CheckEnd(order, told->second), report.violations);
  }
  for (const OfferRow& offer : offers) Append(CheckOffer(offer), report.violations);
  report.orders_judged = orders.size();
  return absl::OkStatus();
}

absl::Status Rounds::JudgePromises(Victim service, const Record::Round& round, int64_t since_us,
                                   Violations& violations) {
  MILEPOST_ASSIGN_OR_RETURN(const auto sequences, books_.Sequences(service));
  Append(CheckSequences(service, record_.newest(service), sequences), violations);
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<Books::RequestRow> requests,
                            books_.Requests(service, since_us));
  std::vector<Promise> promises;
  if (since_us == 0) {
    MILEPOST_ASSIGN_OR_RETURN(const StreamRow stream, books_.Stream(service));
    Append(CheckStream(service, stream), violations);
    promises = record_.promises(service);
  } else {
    for (const Acknowledged& command : round.acknowledged)
      if (const auto [owner, id] = OwnerOf(command.told.resource); owner == service)
        promises.push_back({command.request_id, id, command.told.etag});
  }
  Append(CheckRequests(service, promises, round.traceless, requests), violations);
  return absl::OkStatus();
}

}  // namespace milepost::torture
