// A thousand watchers hold no thread each, and each gets what it follows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/stopwatch.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "milepost/events/v1/event_feed.grpc.pb.h"
#include "tests/component/event_feed/gig_replicas.h"

namespace milepost::gig_catalog {
namespace {

using events::v1::EventFeed;
using events::v1::WatchEventsRequest;
using events::v1::WatchEventsResponse;

// A watcher that costs the test no thread either: counts what comes.
class Watching final : public grpc::ClientReadReactor<WatchEventsResponse> {
 public:
  Watching(EventFeed::Stub& stub, const std::string& gig, std::atomic<int>& events) : events_(events) {
    request_.mutable_filter()->set_resource(gig);
    context_.AddMetadata("milepost-actor", kOps);
    context_.set_deadline(absl::ToChronoTime(WallNow() + absl::Minutes(2)));
    stub.async()->WatchEvents(&context_, &request_, this);
    StartRead(&message_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    events_ += message_.events_size();
    StartRead(&message_);
  }
  void OnDone(const grpc::Status&) override { done_ = true; }
  void Cancel() { context_.TryCancel(); }
  bool done() const { return done_; }

 private:
  std::atomic<int>& events_;
  grpc::ClientContext context_;
  WatchEventsRequest request_;
  WatchEventsResponse message_;
  std::atomic<bool> done_{false};
};

int ThreadsOf(pid_t process) {
  std::ifstream status(absl::StrCat("/proc/", process, "/status"));
  for (std::string line; std::getline(status, line);) {
    int threads = 0;
    if (line.rfind("Threads:", 0) == 0 && absl::SimpleAtoi(line.substr(8), &threads)) return threads;
  }
  return -1;
}

template <class Condition>
bool Await(Condition condition) {
  const Stopwatch waiting;
  while (!condition()) {
    if (waiting.elapsed() > absl::Minutes(1)) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TEST(ThousandWatchers, HoldNoThreadEach) {
  constexpr int kWatchers = 1000, kGigs = 10;
  Replicas replicas(1, {});
  std::vector<std::string> gigs;
  for (int i = 0; i < kGigs; ++i) gigs.push_back(replicas.NewGig(0));
  const int before = ThreadsOf(replicas.at(0).pid());
  ASSERT_GT(before, 0);
  const auto stub = EventFeed::NewStub(replicas.at(0).channel());
  std::atomic<int> events{0};
  std::vector<std::unique_ptr<Watching>> watchers;
  for (int i = 0; i < kWatchers; ++i)
    watchers.push_back(std::make_unique<Watching>(*stub, gigs[i % kGigs], events));
  EXPECT_TRUE(Await([&] { return events == kWatchers; })) << "replayed to " << events << " of them";
  ASSERT_TRUE(replicas.Retitle(gigs[0], "New", "", 0));
  EXPECT_TRUE(Await([&] { return events == kWatchers + kWatchers / kGigs; })) << events << " events";
  EXPECT_LT(ThreadsOf(replicas.at(0).pid()), before + 50) << "it had " << before;
  for (const auto& watcher : watchers) watcher->Cancel();
  EXPECT_TRUE(Await([&] {
    return std::all_of(watchers.begin(), watchers.end(), [](const auto& watcher) { return watcher->done(); });
  }));
}

}  // namespace
}  // namespace milepost::gig_catalog
