#include "tests/load/traffic.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <thread>

namespace milepost::load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kCallTime{30};

absl::Duration Between(Clock::time_point from, Clock::time_point to) {
  return absl::FromChrono(to - from);
}

// The time that counts, shared by the threads.
struct Window {
  Clock::time_point begin, end;
  std::atomic<Clock::rep> ran_dry{Clock::time_point::max().time_since_epoch().count()};

  Window(Clock::time_point now, const TrafficOptions& options)
      : begin(now + absl::ToChronoNanoseconds(options.warm_up)),
        end(begin + absl::ToChronoNanoseconds(options.time)) {}

  void RanDry(Clock::time_point now) {
    Clock::rep earliest = ran_dry.load();
    const Clock::rep at = now.time_since_epoch().count();
    while (at < earliest && !ran_dry.compare_exchange_weak(earliest, at)) continue;
  }
  Clock::time_point RealEnd() const {
    return std::min(end, Clock::time_point(Clock::duration(ran_dry.load())));
  }
  bool Over(Clock::time_point now) const { return now >= RealEnd(); }
  bool Counts(Clock::time_point now) const { return now >= begin && !Over(now); }
};

// One thread's calls.
class Worker {
 public:
  Worker(Window* window, double rate) : window_(*window), interval_(IntervalOf(rate)) {}

  void Add(Caller* caller) { seats_.emplace_back(caller, &queue_); }

  void Run() {
    next_due_ = Clock::now();
    for (Seat& seat : seats_) {
      if (interval_.count() > 0) {
        idle_.push_back(&seat);
      } else {
        Start(seat, Clock::now());
      }
    }
    while (Turn()) continue;
    queue_.Shutdown();
    void* tag;
    bool ok;
    while (queue_.Next(&tag, &ok)) continue;
  }

  const Outcome& outcome() const { return outcome_; }

 private:
  struct Seat {
    Seat(Caller* its_caller, grpc::CompletionQueue* queue) : caller(*its_caller), line(queue, this) {}
    Caller& caller;
    Line line;
    Clock::time_point started;
  };

  static std::chrono::nanoseconds IntervalOf(double rate) {
    return std::chrono::nanoseconds(rate > 0 ? static_cast<int64_t>(1e9 / rate) : 0);
  }

  // Starts what is due and ends one call; false: all is over.
  bool Turn() {
    if (interval_.count() > 0) StartDue();
    if (running_ == 0 && (interval_.count() == 0 || window_.Over(Clock::now()))) return false;
    void* tag = nullptr;
    bool ok = false;
    const auto until = interval_.count() > 0 && !idle_.empty() && !window_.Over(Clock::now())
                           ? next_due_
                           : Clock::now() + kCallTime;
    const auto wait = std::chrono::system_clock::now() + (until - Clock::now());
    if (queue_.AsyncNext(&tag, &ok,
                         std::chrono::time_point_cast<std::chrono::system_clock::duration>(wait)) ==
        grpc::CompletionQueue::GOT_EVENT)
      End(*static_cast<Seat*>(tag));
    return true;
  }

  void StartDue() {
    for (Clock::time_point now = Clock::now(); next_due_ <= now && !idle_.empty() && !window_.Over(now);
         next_due_ += interval_) {
      Seat& seat = *idle_.front();
      idle_.pop_front();
      Start(seat, next_due_);
    }
  }

  void Start(Seat& seat, Clock::time_point intended) {
    seat.started = intended;
    if (seat.caller.Start(seat.line)) {
      ++running_;
    } else {
      window_.RanDry(Clock::now());
    }
  }

  void End(Seat& seat) {
    --running_;
    const Caller::Progress progress = seat.caller.End(seat.line.status());
    const Clock::time_point now = Clock::now();
    if (progress == Caller::Progress::kFailed && outcome_.failed++ == 0)
      outcome_.first_failure = seat.line.status().error_message();
    seat.line.Release();
    if (progress == Caller::Progress::kGoesOn) return Start(seat, seat.started);
    outcome_.ended += progress == Caller::Progress::kDone;
    if (progress == Caller::Progress::kDone && window_.Counts(now)) {
      ++outcome_.done;
      outcome_.latency.Record(Between(seat.started, now));
    }
    if (window_.Over(now)) return;
    if (interval_.count() > 0) {
      idle_.push_back(&seat);
    } else {
      Start(seat, now);
    }
  }

  Window& window_;
  const std::chrono::nanoseconds interval_;
  grpc::CompletionQueue queue_;
  std::deque<Seat> seats_;
  std::deque<Seat*> idle_;
  size_t running_ = 0;
  Clock::time_point next_due_;
  Outcome outcome_;
};

Outcome Run(absl::Span<const std::unique_ptr<Caller>> callers, double rate, const TrafficOptions& options) {
  const size_t threads = std::clamp<size_t>(callers.size(), 1, options.threads);
  Window window(Clock::now(), options);
  std::deque<Worker> workers;
  for (size_t i = 0; i < threads; ++i) workers.emplace_back(&window, rate / static_cast<double>(threads));
  for (size_t i = 0; i < callers.size(); ++i) workers[i % threads].Add(callers[i].get());
  std::vector<std::thread> running;
  for (Worker& worker : workers) running.emplace_back([&worker] { worker.Run(); });
  for (std::thread& thread : running) thread.join();
  Outcome all;
  for (const Worker& worker : workers) {
    all.done += worker.outcome().done;
    all.ended += worker.outcome().ended;
    all.failed += worker.outcome().failed;
    all.latency.Merge(worker.outcome().latency);
    if (all.first_failure.empty()) all.first_failure = worker.outcome().first_failure;
  }
  all.seconds = std::max(0.0, absl::ToDoubleSeconds(Between(window.begin, window.RealEnd())));
  return all;
}

}  // namespace

void Line::SetUp(grpc::ClientContext& context, const std::string& actor) {
  context.set_deadline(std::chrono::system_clock::now() + kCallTime);
  context.AddMetadata("milepost-actor", actor);
}

Outcome RunClosed(absl::Span<const std::unique_ptr<Caller>> callers, const TrafficOptions& options) {
  return Run(callers, 0, options);
}

Outcome RunOpen(absl::Span<const std::unique_ptr<Caller>> callers, double rate,
                const TrafficOptions& options) {
  return Run(callers, rate, options);
}

std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address, int channels) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::vector<std::shared_ptr<grpc::Channel>> made;
  for (int i = 0; i < channels; ++i)
    made.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  return made;
}

}  // namespace milepost::load
