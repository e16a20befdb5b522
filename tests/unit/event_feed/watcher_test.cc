// A watcher over an in-process channel, where a message is under way until its reader reads it: what it holds, how it ends,
// and its heartbeats.
#include "common/events/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/db/error.h"
#include "common/events/event_feed_rpc.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "tests/support/event_watch.h"
#include "tests/support/matchers.h"
#include "tests/unit/event_feed/feed_fixture.h"

namespace milepost::events {
namespace {

using testing::EventWatch;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RefusedWith;
using ::testing::SizeIs;

constexpr char kOps[] = "operators/ops-1";
constexpr absl::Duration kNever = absl::Hours(1);

// Where a thread puts what another waits for.
template <class T>
class Desk {
 public:
  void Put(T thing) {
    const std::lock_guard lock(mutex_);
    thing_.emplace(std::move(thing));
    put_.notify_all();
  }
  T Take() {
    std::unique_lock lock(mutex_);
    put_.wait(lock, [this] { return thing_.has_value(); });
    return *std::exchange(thing_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable put_;
  std::optional<T> thing_;
};

using Answer = absl::AnyInvocable<void(absl::StatusOr<Page>)>;

// The service, whose reads the test answers and whose beats the test gives.
class Service final : public rpc::Service {
 public:
  Service(const WatchLimits& limits, Tail& tail, rpc::HandlerPool& pool)
      : rpc::Service("milepost.events.v1.EventFeed", pool),
        limits_(limits),
        shared_{OrdersSource(), limits_,
                [this](const Filter&, uint64_t, size_t, Answer done) { reads.Put(std::move(done)); }, tail,
                [](Watcher*) {}} {
    AddStream(*v1::WatchEventsRequest::descriptor(),
              [this](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                     const rpc::Method& method) { return WatchEvents(context, *request, method); });
    AddFunction<v1::ListEventsRequest, v1::ListEventsResponse>(
        [](rpc::Call, const v1::ListEventsRequest&) -> rpc::Awaitable<v1::ListEventsResponse> {
          co_return v1::ListEventsResponse();
        });
  }

  Desk<std::shared_ptr<Watcher>> watchers;
  Desk<Answer> reads;

 private:
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchEvents(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer& request,
                                                          const rpc::Method& method) {
    const std::shared_ptr<Watcher> watcher = Watcher::Make(context, method, shared_);
    EXPECT_THAT(watcher->Admit(request, watcher->request()), IsOk());
    watcher->Watch({});
    watcher->Start();
    watchers.Put(watcher);
    return watcher.get();
  }

  const WatchLimits limits_;
  Watcher::Shared shared_;
};

class AWatcher : public ::testing::Test {
 protected:
  ~AWatcher() override {
    if (server_) server_->Shutdown();
  }
  // By default nothing happens by itself.
  void Serve(const WatchLimits& limits,
             const TailOptions& tail = {.interval = kNever, .beat = kNever, .give_up = kNever}) {
    tail_ = std::make_unique<Tail>(
        [this](uint64_t after, size_t limit) -> absl::StatusOr<Page> {
          if (!lost_.ok()) return lost_;
          return PageAfter(after, limit, 0);
        },
        OrdersSource(), tail, [] {});
    service_ = std::make_unique<Service>(limits, *tail_, pool_);
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
  }
  std::unique_ptr<EventWatch> Watch(uint64_t from = 0) {
    v1::WatchEventsRequest request;
    request.set_from_position(from);
    return std::make_unique<EventWatch>(server_->InProcessChannel({}), kOps, request);
  }
  // Its page says that there is nothing more: it steps over to the tail, and tells its reader so.
  void CatchUp(EventWatch& watch, uint64_t position) {
    service_->reads.Take()(Page{{}, position, true, position});
    ASSERT_TRUE(watch.Read());
    EXPECT_THAT(watch.message().events(), IsEmpty());
    EXPECT_EQ(watch.message().position(), position);
  }
  static void ExpectEnd(EventWatch& watch, Reason reason, uint64_t position) {
    EXPECT_FALSE(watch.Read());
    const absl::Status end = watch.End();
    ASSERT_THAT(end, RefusedWith(reason));
    EXPECT_EQ(RefusalOf(end)->detail("position"), absl::StrCat(position));
  }

  rpc::HandlerPool pool_;
  absl::Status lost_;  // what the tail's reads fail with
  std::unique_ptr<Tail> tail_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
};

// It used to queue on until its reader took the message under way, or for --watch_stall_time.
TEST_F(AWatcher, HoldsNothingMoreOnceItIsCut) {
  Serve({.unread = 10, .heartbeat = kNever, .stall_time = kNever});
  const auto watch = Watch();
  const auto watcher = service_->watchers.Take();
  CatchUp(*watch, 0);
  watcher->Take(EventsAt(1, 1), 1);
  while (watcher->unread() > 0) std::this_thread::yield();  // until that is the message under way
  watcher->Take(EventsAt(2, 11), 11);
  EXPECT_EQ(watcher->unread(), 10) << "as many as it may hold";
  watcher->Take(EventsAt(12, 12), 12);
  EXPECT_EQ(watcher->unread(), 0) << "cut";
  for (uint64_t position = 13; position < 100; ++position) {
    watcher->Take(EventsAt(position, position), position);
    watcher->Beat();
  }
  EXPECT_EQ(watcher->unread(), 0);
  ASSERT_TRUE(watch->Read());
  EXPECT_THAT(watch->message().events(), SizeIs(1));
  EXPECT_EQ(watch->message().position(), 1);
  ExpectEnd(*watch, Reason::kEventsReaderTooSlow, 1);
}

// A page that comes too late is not held either.
TEST_F(AWatcher, HoldsNoPageOnceItIsCut) {
  Serve({.heartbeat = absl::ZeroDuration(), .stall_time = kNever});
  const auto watch = Watch();
  const auto watcher = service_->watchers.Take();
  Answer late = service_->reads.Take();
  watcher->Beat();
  watcher->Cut(Reason::kShuttingDown);  // after the heartbeat that is under way
  late(PageAfter(0, 200, 200));
  EXPECT_EQ(watcher->unread(), 0);
  ASSERT_TRUE(watch->Read());
  ExpectEnd(*watch, Reason::kShuttingDown, 0);
}

// Its reader could not tell a slow database from a dead server.
TEST_F(AWatcher, GetsHeartbeatsWhileItsPageIsWaitedFor) {
  Serve({.heartbeat = absl::ZeroDuration(), .stall_time = kNever});
  const auto watch = Watch(7);
  const auto watcher = service_->watchers.Take();
  Answer page = service_->reads.Take();
  for (int beat = 0; beat < 3; ++beat) {
    watcher->Beat();
    ASSERT_TRUE(watch->Read());
    EXPECT_THAT(watch->message().events(), IsEmpty());
    EXPECT_EQ(watch->message().position(), 7);
  }
  page(db::DatabaseError(db::Trouble::kLost, 2013, "it died"));
  ExpectEnd(*watch, Reason::kDatabaseUnavailable, 7);
}

TEST_F(AWatcher, GetsItsPageAfterAHeartbeat) {
  Serve({.heartbeat = absl::ZeroDuration(), .stall_time = kNever});
  const auto watch = Watch();
  const auto watcher = service_->watchers.Take();
  Answer page = service_->reads.Take();
  watcher->Beat();
  page(PageAfter(0, 200, 3));
  uint64_t seen = 0;
  while (seen < 3 && watch->Read())
    for (const v1::Event& event : watch->message().events()) EXPECT_EQ(event.position(), ++seen);
  EXPECT_EQ(seen, 3);
}

// With the database down, followers used to get neither a heartbeat nor an end.
TEST_F(AWatcher, IsCutWithItsPositionWhenTheTailCanNotBeRead) {
  lost_ = db::DatabaseError(db::Trouble::kLost, 2002, "no server");
  Serve({.heartbeat = kNever, .stall_time = kNever},
        {.interval = absl::Milliseconds(1), .beat = absl::Milliseconds(1), .give_up = absl::ZeroDuration()});
  const auto watch = Watch(42);
  CatchUp(*watch, 42);
  ExpectEnd(*watch, Reason::kDatabaseUnavailable, 42);
}

}  // namespace
}  // namespace milepost::events
