// What the log says of a sequencer that can't work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/db/lease.h"
#include "common/events/event_feed.h"
#include "common/obs/log.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "tests/support/matchers.h"
#include "tests/unit/event_feed/feed_fixture.h"

namespace milepost::events {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

// docs/OPERATIONS.md has operators look for it by this field.
TEST(SequencerLog, NamesTheWorker) {
  db::ConnectOptions nowhere;
  nowhere.socket = "/tmp/no-such-socket";
  ::testing::internal::CaptureStderr();
  {
    db::Leases leases(nowhere);
    rpc::HandlerPool pool;
    EventFeed feed(nowhere, OrdersSource(), leases, pool, {});
    rpc::Server server({.listen = "127.0.0.1:0"});
    feed.AddTo(server);
    feed.StartSequencer();
    ASSERT_THAT(server.Start(), IsOk());
    server.Drain();  // with a last round of the sequencer's
  }
  obs::FlushLog();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("it tries again\",\"worker\":\"sequencer\",\"code\":\"UNAVAILABLE\",\"cause\":"));
}

}  // namespace
}  // namespace milepost::events
