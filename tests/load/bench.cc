#include "tests/load/bench.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "no_op.grpc.pb.h"
#include "tests/load/report.h"
#include "tests/load/sysbench.h"

namespace milepost::load {
namespace {

constexpr int kInFlight = 256;      // P1, P4
constexpr int kOrdersBeside = 128;  // P8: whole orders between stretches of P1's load
constexpr int kChannels = 4;
constexpr int kIdleTurns = 10;  // P3, a round
constexpr int kIdleCalls = 20;  // a turn
constexpr absl::Duration kWarmUp = absl::Milliseconds(300);

class NoOpCaller final : public Caller {
 public:
  explicit NoOpCaller(v1::NoOp::Stub& stub) : stub_(stub) {}
  bool Start(Line& line) override {
    line.Call(stub_, &v1::NoOp::Stub::PrepareAsyncNothing, "users/nobody", request_, &response_);
    return true;
  }
  Progress End(const grpc::Status& status) override {
    return status.ok() ? Progress::kDone : Progress::kFailed;
  }

 private:
  v1::NoOp::Stub& stub_;
  v1::NothingRequest request_;
  v1::NothingResponse response_;
};

absl::Status Failures(const std::string& what, const Outcome& outcome) {
  if (outcome.failed == 0 && outcome.done > 0) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat(what, ": ", outcome.done, " done, ", outcome.failed, " failed; ", outcome.first_failure));
}

// A measurement in which next to nothing could be done says nothing: the machine stood still for its time, or was so fast that the
// orders at hand were used up too early. Then a longer one, which also takes more orders.
absl::StatusOr<Outcome> WithSomethingDone(
    const std::string& what, absl::Duration time,
    absl::FunctionRef<absl::StatusOr<Outcome>(absl::Duration)> measure) {
  constexpr int kTries = 5;
  for (int tries = 1;; ++tries, time *= 4) {
    MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome, measure(time));
    const bool cut_short = outcome.done == 0 || outcome.seconds < absl::ToDoubleSeconds(time) / 2;
    if (cut_short && outcome.failed == 0 && tries < kTries) continue;
    MILEPOST_RETURN_IF_ERROR(Failures(what, outcome));
    return outcome;
  }
}

// The product. The simulator, whose record of every charge ever made is what it is for, is none of it.
std::vector<ServerKind> Services() {
  return {ServerKind::kCatalog, ServerKind::kOffers, ServerKind::kBilling};
}

}  // namespace

const std::vector<std::string>& Bench::Figures() {
  static const auto* const figures =
      new std::vector<std::string>{"P1", "P1b", "P2", "P3", "P4", "P8", "P9", "curve", "search"};
  return *figures;
}

Bench::Bench(db::ConnectOptions database, BenchOptions options)
    : database_(std::move(database)), options_(std::move(options)), servers_(database_) {}

Bench::~Bench() = default;

bool Bench::Wants(const std::string& figure) const {
  return options_.only.empty() || options_.only.contains(figure);
}

bool Bench::WantsAnyOf(const std::vector<std::string>& figures) const {
  return std::any_of(figures.begin(), figures.end(), [this](const auto& figure) { return Wants(figure); });
}

void Bench::Note(const std::string& name, double value) {
  measured_[name].push_back(value);
  Say(absl::StrCat("  ", name, ": ", Print(value)));
}

absl::Status Bench::Run(v1::Report* report) {
  // A million gigs take their time: only where they are asked for.
  if (options_.only.contains("search")) {
    SearchBench search(database_, options_.search);
    MILEPOST_RETURN_IF_ERROR(search.Run(measured_));
  }
  if (options_.only != std::set<std::string>{"search"}) MILEPOST_RETURN_IF_ERROR(RunOnOrders(report));
  AddFigures(options_.storage, measured_, report);
  return absl::OkStatus();
}

absl::Status Bench::RunOnOrders(v1::Report* report) {
  MILEPOST_RETURN_IF_ERROR(Prepare());
  const bool in_rounds = WantsAnyOf({"P1", "P1b", "P2", "P3", "P4"});
  for (int round = 0; in_rounds && round < options_.rounds; ++round) {
    Say(absl::StrCat(options_.storage, ", round ", round + 1, " of ", options_.rounds));
    MILEPOST_RETURN_IF_ERROR(Round(round));
  }
  if (Wants("curve")) MILEPOST_RETURN_IF_ERROR(MeasureCurve(report));
  if (Wants("P8")) MILEPOST_RETURN_IF_ERROR(MeasureMemory());
  if (Wants("P9")) MILEPOST_RETURN_IF_ERROR(MeasureStarts());
  return absl::OkStatus();
}

absl::Status Bench::Prepare() {
  MILEPOST_RETURN_IF_ERROR(servers_.Start());
  began_ = WallNow();
  billing_ = MakeBillingStubs(Connect(servers_.address(ServerKind::kBilling), kChannels));
  billing_singly_ = MakeBillingStubs(Connect(servers_.address(ServerKind::kBillingSingly), kChannels));
  book_ = std::make_unique<OrderBook>(billing_);
  if (WantsAnyOf({"P2", "P3"})) MILEPOST_RETURN_IF_ERROR(CaptureByHand());
  if (WantsAnyOf({"P1b"})) MILEPOST_RETURN_IF_ERROR(PrepareSysbench(database_));
  if (Wants("P4")) {
    whole_orders_ = std::make_unique<WholeOrders>(servers_.address(ServerKind::kCatalog),
                                                  servers_.address(ServerKind::kOffers),
                                                  servers_.address(ServerKind::kBilling));
    MILEPOST_RETURN_IF_ERROR(whole_orders_->Prepare());
  }
  // The servers have prepared their statements, and the database is warm, before anything counts.
  MILEPOST_ASSIGN_OR_RETURN(const Outcome warm, Commands(billing_, kInFlight, 0, absl::Seconds(1)));
  rate_guess_ = warm.rate();
  return absl::OkStatus();
}

absl::Status Bench::CaptureByHand() {
  MILEPOST_RETURN_IF_ERROR(book_->Stock(options_.by_hand_transactions, 0));
  by_hand_ = std::make_unique<ByHand>(database_, servers_.billing_schema().schema);
  MILEPOST_RETURN_IF_ERROR(by_hand_->Capture(book_->to_deliver()));
  Say(absl::StrCat("captured ", by_hand_->transactions(), " transactions, such as\n", by_hand_->Describe()));
  return absl::OkStatus();
}

absl::Status Bench::Round(int round) {
  const bool rates = WantsAnyOf({"P1", "P1b", "P2", "P4"});
  if (Wants("P1")) MILEPOST_RETURN_IF_ERROR(MeasureNoOp());
  if (rates) MILEPOST_RETURN_IF_ERROR(MeasureCommands(measure::kCommands, billing_));
  if (Wants("P1b")) MILEPOST_RETURN_IF_ERROR(MeasureSysbench());
  if (Wants("P2")) {
    MILEPOST_RETURN_IF_ERROR(MeasureByHand(round));
    MILEPOST_RETURN_IF_ERROR(MeasureCommands(measure::kSingly, billing_singly_));
  }
  if (Wants("P4")) MILEPOST_RETURN_IF_ERROR(MeasureWholeOrders());
  if (Wants("P3")) MILEPOST_RETURN_IF_ERROR(MeasureIdleLatency(round));
  return absl::OkStatus();
}

absl::Status Bench::MeasureNoOp() {
  std::vector<std::unique_ptr<v1::NoOp::Stub>> stubs;
  for (const auto& channel : Connect(servers_.address(ServerKind::kNoOp), kChannels))
    stubs.push_back(v1::NoOp::NewStub(channel));
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < kInFlight; ++i)
    callers.push_back(std::make_unique<NoOpCaller>(*stubs[i % stubs.size()]));
  MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome,
                            WithSomethingDone("no-op calls", options_.time, [&](absl::Duration time) {
                              return RunClosed(callers, {.warm_up = kWarmUp, .time = time});
                            }));
  Note(measure::kNoOp, outcome.rate());
  return absl::OkStatus();
}

// Half deliveries, half acceptances, all of distinct orders. open_rate 0: a closed loop.
absl::StatusOr<Outcome> Bench::Commands(const BillingStubs& stubs, int in_flight, double open_rate,
                                        absl::Duration time) {
  return WithSomethingDone("commands", time, [&](absl::Duration long_enough) {
    return CommandsOfAStock(stubs, in_flight, open_rate, long_enough);
  });
}

// Commands, as many as the last rate lets expect.
absl::StatusOr<Outcome> Bench::CommandsOfAStock(const BillingStubs& stubs, int in_flight, double open_rate,
                                                absl::Duration time) {
  const double rate = open_rate > 0 ? open_rate : rate_guess_ * 1.3;
  const auto half = static_cast<size_t>(rate * absl::ToDoubleSeconds(time + kWarmUp) / 2) + in_flight;
  MILEPOST_RETURN_IF_ERROR(book_->Stock(half, half));
  const std::unique_ptr<Agenda> agenda = book_->Steps(half, half);
  const auto callers = MakeStepCallers(*agenda, stubs, in_flight);
  const TrafficOptions traffic{.warm_up = kWarmUp, .time = time};
  const CpuTimes before = CpuNow();
  const Outcome outcome = open_rate > 0 ? RunOpen(callers, open_rate, traffic) : RunClosed(callers, traffic);
  const CpuTimes after = CpuNow();
  cpu_ = {after.database - before.database, after.billing - before.billing, after.client - before.client};
  book_->Return(*agenda);
  return outcome;
}

Bench::CpuTimes Bench::CpuNow() {
  rusage self{};
  ::getrusage(RUSAGE_SELF, &self);
  return {servers_.DatabaseCpuTime(), servers_.CpuTime(ServerKind::kBilling),
          absl::DurationFromTimeval(self.ru_utime) + absl::DurationFromTimeval(self.ru_stime)};
}

absl::Status Bench::MeasureCommands(const char* name, const BillingStubs& stubs) {
  MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome, Commands(stubs, kInFlight, 0, options_.time));
  Note(name, outcome.rate());
  if (&stubs != &billing_) return absl::OkStatus();
  rate_guess_ = outcome.rate();
  const auto note = [&](const char* whose, absl::Duration cpu) {
    Note(absl::StrCat("CPU us a command, ", whose),
         absl::ToDoubleMicroseconds(cpu) / static_cast<double>(outcome.ended));
  };
  note("database", cpu_.database);
  note("milestone_billing", cpu_.billing);
  note("client", cpu_.client);
  return absl::OkStatus();
}

// The first round finds the best number of connections.
absl::Status Bench::MeasureByHand(int round) {
  double best = 0;
  const std::vector<int> all = {1, 4, 8, 16, 32};
  for (int connections : round == 0 ? all : std::vector<int>{by_hand_connections_}) {
    MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome,
                              by_hand_->Run(connections, options_.time, LaneCommits::kWritten));
    Note(absl::StrCat(measure::kByHand, ", ", connections, " connections"), outcome.rate());
    if (outcome.rate() <= best) continue;
    best = outcome.rate();
    by_hand_connections_ = connections;
  }
  Note(measure::kByHand, best);
  MILEPOST_ASSIGN_OR_RETURN(const Outcome sparing,
                            by_hand_->Run(by_hand_connections_, options_.time, LaneCommits::kLeftOut));
  Note(measure::kByHandSparing, sparing.rate());
  return absl::OkStatus();
}

absl::Status Bench::MeasureSysbench() {
  MILEPOST_ASSIGN_OR_RETURN(const double rate, RunSysbench(database_, options_.time));
  Note(measure::kSysbench, rate);
  return absl::OkStatus();
}

absl::Status Bench::MeasureWholeOrders() {
  const auto callers = whole_orders_->MakeCallers(kInFlight);
  MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome,
                            WithSomethingDone("whole orders", options_.time, [&](absl::Duration time) {
                              return RunClosed(callers, {.warm_up = absl::Seconds(1), .time = time});
                            }));
  Note(measure::kWholeOrders, outcome.rate());
  return absl::OkStatus();
}

// One call at a time, and the same by hand, in short turns: what two threads that wake each other cost changes twofold with the
// processors that they happen to run on, and each turn's threads are new.
absl::Status Bench::MeasureIdleLatency(int round) {
  MILEPOST_RETURN_IF_ERROR(book_->Stock(kIdleTurns * kIdleCalls, 0));
  Histogram calls, by_hand, sparing;
  // Of orders of their own: a refilled table would still be written to disk beneath them.
  size_t first = static_cast<size_t>(round) * 2 * kIdleTurns * kIdleCalls;
  for (int turn = 0; turn < kIdleTurns; ++turn) {
    MILEPOST_RETURN_IF_ERROR(CallOneByOne(kIdleCalls, calls));
    for (const auto& [latency, lane_commits] :
         {std::pair(&by_hand, LaneCommits::kWritten), std::pair(&sparing, LaneCommits::kLeftOut)}) {
      MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome,
                                by_hand_->RunDeliveries(first, kIdleCalls, lane_commits));
      latency->Merge(outcome.latency);
      first += kIdleCalls;
    }
  }
  Note(measure::kIdleCall, absl::ToDoubleMicroseconds(calls.Quantile(0.5)));
  Note(measure::kIdleByHand, absl::ToDoubleMicroseconds(by_hand.Quantile(0.5)));
  Note(measure::kIdleByHandSparing, absl::ToDoubleMicroseconds(sparing.Quantile(0.5)));
  return absl::OkStatus();
}

absl::Status Bench::CallOneByOne(size_t deliveries, Histogram& latency) {
  const std::unique_ptr<Agenda> agenda = book_->Steps(deliveries, 0);
  const Outcome calls = RunClosed(MakeStepCallers(*agenda, billing_, 1), {});
  book_->Return(*agenda);
  latency.Merge(calls.latency);
  return Failures("deliveries one at a time", calls);
}

absl::Status Bench::MeasureCurve(v1::Report* report) {
  Say(absl::StrCat(options_.storage, ", curve"));
  const auto add = [&](int in_flight, double intended, const Outcome& outcome) {
    v1::Point& point = *report->add_curve();
    point.set_storage(options_.storage);
    point.set_in_flight(in_flight);
    point.set_intended_rate(intended);
    point.set_rate(outcome.rate());
    point.set_p50_us(absl::ToDoubleMicroseconds(outcome.latency.Quantile(0.5)));
    point.set_p99_us(absl::ToDoubleMicroseconds(outcome.latency.Quantile(0.99)));
    point.set_mean_us(absl::ToDoubleMicroseconds(outcome.latency.Mean()));
    point.set_max_us(absl::ToDoubleMicroseconds(outcome.latency.Max()));
    Say(PrintPoint(point));
  };
  double best = 0;
  for (int in_flight : {1, 4, 16, 64, 256}) {
    MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome, Commands(billing_, in_flight, 0, options_.time));
    add(in_flight, 0, outcome);
    best = std::max(best, outcome.rate());
  }
  for (double share : {0.25, 0.5, 0.75}) {
    MILEPOST_ASSIGN_OR_RETURN(const Outcome outcome,
                              Commands(billing_, kInFlight, share * best, options_.time));
    add(0, share * best, outcome);
  }
  return absl::OkStatus();
}

void Bench::NoteMemory(const std::string& when) {
  for (ServerKind kind : Services())
    Note(absl::StrCat(NameOf(kind), " MiB ", when), servers_.ResidentMiB(kind));
  Note(absl::StrCat(when, ": MiB of the simulator, with its record of all charges"),
       servers_.ResidentMiB(ServerKind::kSimulator));
}

// Whatever the rounds have left of the time is filled with P1's load.
absl::Status Bench::MeasureMemory() {
  Say(absl::StrCat(options_.storage, ", memory"));
  const auto load_until = [&](absl::Time until) -> absl::Status {
    while (WallNow() < until) {
      MILEPOST_RETURN_IF_ERROR(
          Commands(billing_, kInFlight, 0, std::min(until - WallNow(), absl::Seconds(5))).status());
      if (whole_orders_)
        RunClosed(whole_orders_->MakeCallers(kOrdersBeside), {.warm_up = {}, .time = absl::Seconds(1)});
    }
    return absl::OkStatus();
  };
  MILEPOST_RETURN_IF_ERROR(load_until(began_ + options_.memory_from));
  // The rounds may have taken longer than that: the time between the two is kept all the same.
  const absl::Time from = WallNow();
  NoteMemory("before");
  MILEPOST_RETURN_IF_ERROR(load_until(from + (options_.memory_until - options_.memory_from)));
  NoteMemory("after");
  Note(measure::kMemoryFrom, absl::ToDoubleMinutes(from - began_));
  Note(measure::kMemoryUntil, absl::ToDoubleMinutes(WallNow() - began_));
  return absl::OkStatus();
}

absl::Status Bench::MeasureStarts() {
  Say(absl::StrCat(options_.storage, ", starts"));
  for (int round = 0; round < options_.rounds; ++round) {
    for (ServerKind kind : {ServerKind::kCatalog, ServerKind::kOffers, ServerKind::kBilling}) {
      MILEPOST_ASSIGN_OR_RETURN(const absl::Duration time, servers_.TimeOfStart(kind));
      Note(absl::StrCat(NameOf(kind), " start, ms"), absl::ToDoubleMilliseconds(time));
    }
  }
  return absl::OkStatus();
}

}  // namespace milepost::load
