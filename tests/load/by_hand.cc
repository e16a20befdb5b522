#include "tests/load/by_hand.h"

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/lane.h"
#include "common/db/mysql_store.h"
#include "common/db/statement_observer.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "tests/load/schema_copy.h"

namespace milepost::load {
namespace {

using billing::OrderDomain;

constexpr char kBefore[] = "bench_by_hand_before";    // what each run begins with
constexpr char kCapture[] = "bench_by_hand_capture";  // where the lanes run
constexpr char kRun[] = "bench_by_hand";
constexpr char kIdle[] = "bench_by_hand_idle";
constexpr int kLanes = 8;

db::ConnectOptions In(db::ConnectOptions database, const std::string& schema) {
  database.schema = schema;
  return database;
}

db::Submission<OrderDomain> SubmissionOf(const BookedOrder& order, StepKind kind) {
  db::Submission<OrderDomain> submission;
  submission.aggregate = OrderId(*rpc::IdIn(order.name, "orders"));
  const bool delivers = kind == StepKind::kDeliver;
  submission.actor = Actor{ActorKind::kUser, delivers ? order.seller : order.buyer};
  submission.kind = delivers ? "DeliverMilestone" : "AcceptMilestone";
  const auto number = static_cast<uint32_t>(order.milestone);
  if (delivers) {
    submission.command =
        billing::DeliverMilestone{submission.actor, number, false, "Please have a look.", ""};
  } else {
    submission.command =
        billing::AcceptMilestone{submission.actor, number, billing::NextStep::kDecideLater, {}};
  }
  submission.request = db::RequestKey{submission.aggregate.uuid(), NewUuid(WallNow()), std::string(32, 'h')};
  return submission;
}

// What this lane's thread has sent since its transaction began.
thread_local Transaction t_sent;

void Remember(const std::string& sql, absl::Span<const db::Row> rows) {
  if (absl::StartsWith(sql, "SELECT id, sequence, updated_us, body")) t_sent.clear();
  if (sql == "COMMIT") return;
  t_sent.push_back({sql, {rows.begin(), rows.end()}});
}

bool IsLaneCommit(const SentStatement& statement) {
  return absl::StartsWith(statement.sql, "INSERT INTO lane_commits");
}

// Runs a command on each order; the transactions, in no order.
absl::StatusOr<std::vector<Transaction>> RunCommands(const db::ConnectOptions& schema, StepKind kind,
                                                     absl::Span<BookedOrder* const> orders) {
  const auto table = std::make_shared<db::AggregateTable<OrderDomain>>(billing::OrderMapping());
  db::LaneOptions options;
  options.lanes = kLanes;
  options.batch_limit = 1;
  options.queue_limit = orders.size();
  std::mutex mutex;
  std::vector<Transaction> transactions;
  absl::Status failure;
  {
    db::Lanes<OrderDomain> lanes(options, [&] {
      return std::make_unique<db::MySqlStore<OrderDomain>>(schema, table, db::TestClockUse::kIgnore);
    });
    for (const BookedOrder* order : orders) {
      lanes.Submit(SubmissionOf(*order, kind), [&](absl::StatusOr<db::Answer<OrderDomain>> answer) {
        const std::lock_guard lock(mutex);
        if (answer.ok()) {
          transactions.push_back(std::move(t_sent));
        } else {
          failure = answer.status();
        }
      });
    }
  }
  MILEPOST_RETURN_IF_ERROR(failure);
  return transactions;
}

// One connection's work.
class Sender {
 public:
  Sender(db::ConnectOptions options, const std::vector<const Transaction*>& transactions,
         LaneCommits lane_commits, std::atomic<size_t>* next)
      : options_(std::move(options)),
        transactions_(transactions),
        lane_commits_(lane_commits),
        next_(*next) {}

  // Sends one transaction, which does not count: its statements are prepared then.
  absl::Status Connect() {
    MILEPOST_ASSIGN_OR_RETURN(connection_, db::Connection::Open(options_));
    MILEPOST_RETURN_IF_ERROR(connection_->Execute("SET SESSION autocommit = 0"));
    const size_t place = next_.fetch_add(1, std::memory_order_relaxed);
    return place < transactions_.size() ? Send(*transactions_[place]) : absl::OkStatus();
  }

  void Run(std::chrono::steady_clock::time_point until) {
    for (auto now = std::chrono::steady_clock::now(); now < until;) {
      const size_t place = next_.fetch_add(1, std::memory_order_relaxed);
      if (place >= transactions_.size()) return;
      const absl::Status sent = Send(*transactions_[place]);
      const auto then = std::exchange(now, std::chrono::steady_clock::now());
      if (sent.ok()) {
        ++outcome_.done;
        outcome_.latency.Record(absl::FromChrono(now - then));
      } else {
        static_cast<void>(connection_->Execute("ROLLBACK"));
        if (outcome_.failed++ == 0) outcome_.first_failure = sent.ToString();
      }
    }
  }

  const Outcome& outcome() const { return outcome_; }

 private:
  absl::Status Send(const Transaction& transaction) {
    for (const SentStatement& statement : transaction) {
      if (IsLaneCommit(statement)) {
        if (lane_commits_ == LaneCommits::kLeftOut) continue;
        // A lane a connection: one row for all of them would make them wait for each other.
        MILEPOST_RETURN_IF_ERROR(
            connection_->Update(statement.sql, db::Row{lane_, statement.rows.front().back()}).status());
      } else if (absl::StartsWith(statement.sql, "SELECT")) {
        MILEPOST_RETURN_IF_ERROR(connection_->Query(statement.sql, statement.rows,
                                                    [](const db::ResultRow&) { return absl::OkStatus(); }));
      } else {
        MILEPOST_RETURN_IF_ERROR(connection_->Update(statement.sql, statement.rows).status());
      }
    }
    return connection_->Execute("COMMIT");
  }

  const db::ConnectOptions options_;
  const std::vector<const Transaction*>& transactions_;
  const LaneCommits lane_commits_;
  const Uuid lane_ = NewUuid(WallNow());
  std::atomic<size_t>& next_;
  std::unique_ptr<db::Connection> connection_;
  Outcome outcome_;
};

}  // namespace

absl::Status ByHand::Capture(const std::vector<BookedOrder*>& to_deliver) {
  const size_t half = to_deliver.size() / 2;
  const absl::Span<BookedOrder* const> orders(to_deliver);
  MILEPOST_RETURN_IF_ERROR(CopySchema(database_, service_, kBefore));
  MILEPOST_RETURN_IF_ERROR(
      RunCommands(In(database_, kBefore), StepKind::kDeliver, orders.subspan(0, half)).status());
  MILEPOST_RETURN_IF_ERROR(CopySchema(database_, kBefore, kCapture));
  MILEPOST_RETURN_IF_ERROR(CopySchema(database_, kBefore, kRun));
  MILEPOST_RETURN_IF_ERROR(CopySchema(database_, kBefore, kIdle));
  db::ObserveStatements(Remember);
  auto acceptances = RunCommands(In(database_, kCapture), StepKind::kAccept, orders.subspan(0, half));
  auto deliveries = RunCommands(In(database_, kCapture), StepKind::kDeliver, orders.subspan(half, half));
  db::ObserveStatements(nullptr);
  MILEPOST_RETURN_IF_ERROR(acceptances.status());
  MILEPOST_RETURN_IF_ERROR(deliveries.status());
  acceptances_ = *std::move(acceptances);
  deliveries_ = *std::move(deliveries);
  for (size_t i = 0; i < half; ++i) {
    all_.push_back(&deliveries_[i]);
    all_.push_back(&acceptances_[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<Outcome> ByHand::RunDeliveries(size_t first, size_t count, LaneCommits lane_commits) {
  std::vector<const Transaction*> some;
  if (first + count > deliveries_.size())
    return absl::OutOfRangeError("not as many deliveries were captured as are to be sent by hand");
  for (size_t i = first; i < first + count; ++i) some.push_back(&deliveries_[i]);
  return Send(kIdle, some, lane_commits, 1, absl::Hours(1));
}

// What the refill has left to be written is written before the time that counts: it is not these transactions' cost.
absl::StatusOr<Outcome> ByHand::Run(int connections, absl::Duration time, LaneCommits lane_commits) {
  MILEPOST_RETURN_IF_ERROR(RefillSchema(database_, kBefore, kRun));
  MILEPOST_RETURN_IF_ERROR(AwaitWritten(database_));
  return Send(kRun, all_, lane_commits, connections, time);
}

absl::StatusOr<Outcome> ByHand::Send(const std::string& schema,
                                     const std::vector<const Transaction*>& transactions,
                                     LaneCommits lane_commits, int connections, absl::Duration time) {
  std::atomic<size_t> next{0};
  std::vector<std::unique_ptr<Sender>> senders;
  for (int i = 0; i < connections; ++i) {
    senders.push_back(std::make_unique<Sender>(In(database_, schema), transactions, lane_commits, &next));
    MILEPOST_RETURN_IF_ERROR(senders.back()->Connect());
  }
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (const auto& sender : senders)
    threads.emplace_back([&sender, until = began + absl::ToChronoNanoseconds(time)] { sender->Run(until); });
  for (std::thread& thread : threads) thread.join();
  Outcome all;
  all.seconds = absl::ToDoubleSeconds(absl::FromChrono(std::chrono::steady_clock::now() - began));
  for (const auto& sender : senders) {
    all.done += sender->outcome().done;
    all.failed += sender->outcome().failed;
    all.latency.Merge(sender->outcome().latency);
    if (all.first_failure.empty()) all.first_failure = sender->outcome().first_failure;
  }
  if (all.failed > 0)
    return absl::AbortedError(absl::StrCat(all.failed, " transactions by hand failed: ", all.first_failure));
  return all;
}

std::string ByHand::Describe() const {
  std::string text;
  for (const Transaction* transaction : {&deliveries_.front(), &acceptances_.front()}) {
    for (const SentStatement& statement : *transaction)
      absl::StrAppend(&text, statement.sql.substr(0, 90), "\n");
    absl::StrAppend(&text, "COMMIT\n\n");
  }
  return text;
}

}  // namespace milepost::load
