// What the lane tests share: a backend, lanes on it, and short ways to ask.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/db/lane.h"
#include "common/db/reader.h"
#include "tests/contract/account.h"
#include "tests/contract/backend.h"
#include "tests/support/faulty_store.h"
#include "tests/support/matchers.h"

namespace milepost::contract {

using Result = absl::StatusOr<db::Answer<Account>>;
using Pending = std::future<Result>;
using testing::FaultPoint;

inline const Actor kAlice{ActorKind::kUser, "users/alice"};

// Quick retries: tests wait for nothing.
inline db::LaneOptions QuickLanes(size_t lanes = 2) {
  db::LaneOptions options;
  options.lanes = lanes;
  options.retry.jitter_max = absl::Milliseconds(2);
  options.retry.reconnect_wait = absl::Milliseconds(1);
  return options;
}

inline db::Submission<Account> Ask(const Account::Id& id, Account::Command command) {
  return {id, std::move(command), kAlice, "Test"};
}

// The same with a request id: `hash` stands for the request's content.
inline db::Submission<Account> AskOnce(const Account::Id& id, Account::Command command,
                                       const Uuid& request_id, absl::string_view hash = "content") {
  db::Submission<Account> submission = Ask(id, std::move(command));
  submission.request = {id.uuid(), request_id, Sha256(hash)};
  return submission;
}

inline Uuid FreshId() {
  return NewUuid(kStart);
}

class LaneTest : public ::testing::Test {
 protected:
  explicit LaneTest(BackendKind kind) : backend_(MakeBackend(kind)), reader_(backend_->MakeSnapshots()) {}
  ~LaneTest() override { lanes_.reset(); }

  std::unique_ptr<db::Lanes<Account>> MakeLanes(const db::LaneOptions& options) {
    return std::make_unique<db::Lanes<Account>>(options, [this] {
      return std::make_unique<testing::FaultyStore<Account>>(backend_->MakeStore(), &faults_);
    });
  }
  db::Lanes<Account>& lanes() {
    if (!lanes_) lanes_ = MakeLanes(QuickLanes());
    return *lanes_;
  }
  void UseLanes(const db::LaneOptions& options) { lanes_ = MakeLanes(options); }

  static Pending SubmitTo(db::Lanes<Account>& lanes, db::Submission<Account> submission) {
    auto promise = std::make_shared<std::promise<Result>>();
    Pending pending = promise->get_future();
    lanes.Submit(std::move(submission), [promise](Result result) { promise->set_value(std::move(result)); });
    return pending;
  }
  Pending Submit(db::Submission<Account> submission) { return SubmitTo(lanes(), std::move(submission)); }
  Result Do(db::Submission<Account> submission) { return Submit(std::move(submission)).get(); }
  Result Preview(db::Submission<Account> submission) {
    std::promise<Result> promise;
    reader_.Preview(std::move(submission), [&](Result result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  Account::Id OpenAccount(const std::string& number, int64_t balance = 0) {
    const Account::Id id = AccountNumbered(number);
    EXPECT_THAT(Do(Ask(id, Account::Open{id, number})), testing::IsOk());
    if (balance != 0) {
      EXPECT_THAT(Do(Ask(id, Account::Deposit{balance})), testing::IsOk());
    }
    return id;
  }

  // As a reader sees it.
  std::optional<Account::State> Read(const Account::Id& id) {
    std::promise<std::optional<Account::State>> promise;
    reader_.Get(id, [&](absl::StatusOr<std::optional<db::Snapshot<Account>>> got) {
      EXPECT_THAT(got, testing::IsOk());
      promise.set_value(got.ok() && *got ? std::optional((*got)->state) : std::nullopt);
    });
    return promise.get_future().get();
  }
  int64_t Balance(const Account::Id& id) {
    const std::optional<Account::State> state = Read(id);
    EXPECT_TRUE(state.has_value());
    return state ? state->balance : -1;
  }

  // Submits all of these as one batch: holds the (single) lane in a batch of its own until they are queued.
  std::vector<Result> DoInOneBatch(std::vector<db::Submission<Account>> submissions) {
    testing::Gate gate;
    HoldNextBatch(&gate);
    Pending first = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
    gate.AwaitArrival();
    faults_.Set(nullptr);
    std::vector<Pending> pending;
    for (db::Submission<Account>& submission : submissions) pending.push_back(Submit(std::move(submission)));
    gate.Open();
    EXPECT_THAT(first.get(), testing::IsOk());
    std::vector<Result> results;
    for (Pending& one : pending) results.push_back(one.get());
    return results;
  }
  void HoldNextBatch(testing::Gate* gate) {
    faults_.Set([gate](FaultPoint point, const auto*) {
      if (point == FaultPoint::kBegin) gate->Pass();
      return absl::OkStatus();
    });
  }

  // Fails the first `times` transactions at `point` with `trouble`.
  void FailAt(FaultPoint point, db::Trouble trouble, int times) {
    auto left = std::make_shared<std::atomic<int>>(times);
    faults_.Set([=](FaultPoint at, const auto*) {
      return at == point && left->fetch_sub(1) > 0 ? db::DatabaseError(trouble, 0, "injected")
                                                   : absl::OkStatus();
    });
  }

  const std::unique_ptr<Backend> backend_;
  db::Reader<Account> reader_;
  testing::Faults<Account> faults_;
  std::unique_ptr<db::Lanes<Account>> lanes_;
};

// Runs on both backends.
class LaneContractTest : public LaneTest, public ::testing::WithParamInterface<BackendKind> {
 protected:
  LaneContractTest() : LaneTest(GetParam()) {}
};

inline std::string NameOfBackend(const ::testing::TestParamInfo<BackendKind>& info) {
  return info.param == BackendKind::kMemory ? "Memory" : "MySql";
}

#define MILEPOST_ON_BOTH_BACKENDS(fixture)                                                                  \
  INSTANTIATE_TEST_SUITE_P(Backends, fixture, ::testing::Values(BackendKind::kMemory, BackendKind::kMySql), \
                           NameOfBackend)

}  // namespace milepost::contract
