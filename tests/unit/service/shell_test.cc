// The shell of a service, without a database: what it drains, stops and destroys, and in which order.
#include "common/service/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/core/decider.h"
#include "common/rpc/server.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/offer_service/domain/offer_domain.h"
#include "tests/support/matchers.h"

namespace milepost::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;

// A sweeper runs for what has deadlines, whether or not anybody thought of it.
static_assert(kHasDeadlines<billing::OrderDomain> && kHasDeadlines<offers::OfferDomain>);
static_assert(!kHasDeadlines<gig_catalog::GigDomain>);

// What happened, in order. Thread-safe.
class Record {
 public:
  void Add(std::string what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
  }
  std::vector<std::string> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(all_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> all_;  // guarded by mutex_
};

// Nobody listens there.
db::ConnectOptions Nowhere() {
  return {.socket = "/nonexistent/milepost"};
}

class FakeAggregates final : public AnyAggregates {
 public:
  explicit FakeAggregates(Record& record) : record_(record) {}
  ~FakeAggregates() override { record_.Add("aggregates end"); }

  const std::string& type() const override { return type_; }
  bool has_deadlines() const override { return false; }
  db::ReadPool& reads() override { return reads_; }
  const db::LaneMetrics& lane_metrics() const override { return metrics_; }
  absl::Status CheckMoving() const override { return absl::OkStatus(); }
  void Drain() override { record_.Add("lanes drain"); }
  absl::StatusOr<size_t> Sweep() override { return size_t{0}; }
  rpc::TestClockService::Clock TestClock(std::string) override { return {}; }

 private:
  Record& record_;
  const std::string type_ = "thing";
  db::ReadPool reads_{Nowhere(), {}};
  db::LaneMetrics metrics_;
};

// A part that says when it ends; as a peer when it is cancelled, as a worker when it is stopped.
class Part {
 public:
  Part(Record& record, std::string name) : record_(record), name_(std::move(name)) {}
  ~Part() { record_.Add(name_ + " ends"); }

  void Cancel() { record_.Add(name_ + " is cancelled"); }
  void Stop() { record_.Add(name_ + " is stopped"); }
  absl::StatusOr<size_t> Tick() { return size_t{0}; }

 private:
  Record& record_;
  const std::string name_;
};

Identity SomeIdentity() {
  return {.collection = "things",
          .feed = {.stream = {.table = "things", .seller_column = "seller"},
                   .types = {"thing.made"},
                   .show = [](const events::StoredEvent&, events::Viewer, milepost::events::v1::Event&) {
                     return absl::OkStatus();
                   }}};
}

class ShellTest : public ::testing::Test {
 protected:
  ShellTest() {
    Options options;
    options.database = Nowhere();
    shell_ = std::make_unique<AnyShell>(options, std::make_unique<FakeAggregates>(record_), SomeIdentity());
    shell_->AddPeer<Part>(record_, "peer");
    shell_->AddWorker<Part>("worker", absl::Seconds(1), record_, "worker");
    shell_->Add<Part>(record_, "part");
  }

  Record record_;
  std::unique_ptr<AnyShell> shell_;
};

TEST_F(ShellTest, EndsItsPartsInReverseWhenWorkersAndPeersHaveEnded) {
  shell_->StartWorkers();
  shell_.reset();
  std::vector<std::string> happened = record_.Take();
  ASSERT_GE(happened.size(), 4u);
  EXPECT_EQ(happened[0], "worker is stopped");
  EXPECT_EQ(happened[1], "peer is cancelled");
  happened.erase(std::remove(happened.begin(), happened.end(), "worker is stopped"), happened.end());
  EXPECT_THAT(happened,
              ElementsAre("peer is cancelled", "part ends", "worker ends", "peer ends", "aggregates end"));
}

TEST_F(ShellTest, DrainsTheLanesWhenWorkersHaveEndedAndLeavesPeersAlone) {
  rpc::ServerOptions listen;
  listen.listen = "127.0.0.1:0";
  rpc::Server server(listen);
  shell_->AddTo(server);
  ASSERT_THAT(server.Start(), IsOk());
  EXPECT_THAT(record_.Take(), IsEmpty());
  server.Drain();
  EXPECT_THAT(record_.Take(), ElementsAre("worker is stopped", "worker is stopped", "lanes drain"));
}

TEST_F(ShellTest, IsNotReadyWithoutItsDatabase) {
  EXPECT_FALSE(shell_->CheckReady().ok());
}

}  // namespace
}  // namespace milepost::service
