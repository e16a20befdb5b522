// The test of W6: 8 writers on two replicas, 50 readers on both, and meanwhile database sessions (of lanes,
// sequencers, readers) are killed, replicas stall, and are killed and started again. Nobody sees a gap, a repeat or a gig's
// events in a wrong order; and everything that was answered is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/stopwatch.h"
#include "tests/component/event_feed/gig_replicas.h"
#include "tests/support/database.h"
#include "tests/support/event_watch.h"
#include "tests/support/matchers.h"

namespace milepost::gig_catalog {
namespace {

using events::v1::Event;
using events::v1::WatchEventsRequest;
using testing::EventWatch;
using testing::IsOk;

constexpr int kWriters = 8, kReaders = 50, kGigs = 6, kChangesEach = 250;
constexpr absl::Duration kPatience = absl::Seconds(90);

// One reader, over as many streams as it takes: it goes on where the last one ended.
class Reader {
 public:
  Reader(Replicas& replicas, unsigned seed, std::string actor, std::string gig)
      : replicas_(replicas), random_(seed), actor_(std::move(actor)) {
    request_.mutable_filter()->set_resource(gig);
    sees_all_ = gig.empty();
  }

  // Until everything up to `last` (0: not known yet) was seen.
  void Run(const std::atomic<uint64_t>& last) {
    const Stopwatch running;
    while (last == 0 || position_ < last) {
      if (running.elapsed() > kPatience) {
        ADD_FAILURE() << "stuck at position " << position_;
        return;
      }
      request_.set_from_position(position_);
      EventWatch watch(replicas_.at(random_() % replicas_.size()).channel(), actor_, request_,
                       absl::Seconds(10));
      ++streams_;
      // Now and then it is the reader that breaks off.
      for (unsigned left = 1 + random_() % 40; left > 0 && watch.Read(); --left) {
        Take(watch.message());
        if (::testing::Test::HasFatalFailure()) return;
        if (last != 0 && position_ >= last) return;
      }
    }
  }

  uint64_t events() const { return events_; }
  bool sees_all() const { return sees_all_; }
  int streams() const { return streams_; }

 private:
  void Take(const events::v1::WatchEventsResponse& message) {
    for (const Event& event : message.events()) {
      ASSERT_GT(event.position(), position_) << "a repeat, or back";
      if (sees_all_) {
        ASSERT_EQ(event.position(), position_ + 1) << "a gap";
      }
      ASSERT_EQ(event.sequence(), ++sequences_[event.resource()]) << "a gig's events out of order";
      position_ = event.position();
      ++events_;
    }
    ASSERT_GE(message.position(), position_) << "a position that goes back";
    if (sees_all_) {
      ASSERT_EQ(message.position(), position_) << "a position before its events";
    }
    position_ = message.position();
  }

  Replicas& replicas_;
  std::mt19937 random_;
  const std::string actor_;
  WatchEventsRequest request_;
  bool sees_all_ = false;
  uint64_t position_ = 0, events_ = 0;
  int streams_ = 0;
  std::map<std::string, uint64_t> sequences_;
};

// Ends a random session that the servers have with the database.
bool KillSession(db::Connection& admin, const std::string& schema, std::mt19937& random) {
  const std::vector<uint64_t> sessions = testing::SessionsOn(schema, admin);
  return !sessions.empty() && admin.Execute(absl::StrCat("KILL ", sessions[random() % sessions.size()])).ok();
}

struct Shots {
  int sessions = 0, stalls = 0, kills = 0;
};

// Fires until `writing` says that nobody writes any more. On the thread that started the replicas, which they would not
// outlive.
Shots Fire(Replicas& replicas, const std::atomic<int>& writing) {
  std::mt19937 random(7);
  Shots shots;
  const auto admin = db::Connection::Open(testing::TestDatabase::Get().server());
  EXPECT_THAT(admin, IsOk());
  for (int shot = 0; writing > 0; ++shot) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % 60));
    testing::ServerProcess& replica = replicas.at(random() % replicas.size());
    if (shot % 12 == 5) {
      replica.Kill();
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
      EXPECT_THAT(replica.Start(), IsOk());
      ++shots.kills;
    } else if (shot % 3 == 0) {
      replica.Freeze();
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 200));
      replica.Thaw();
      ++shots.stalls;
    } else {
      shots.sessions += KillSession(**admin, replicas.schema().schema, random);
    }
  }
  return shots;
}

TEST(UnderFire, NobodySeesAGapARepeatOrAWrongOrder) {
  Replicas replicas(2, {"--lanes=4", "--watch_heartbeat=200ms"});
  std::vector<std::string> gigs;
  for (int i = 0; i < kGigs; ++i) gigs.push_back(replicas.NewGig(i % 2));

  std::atomic<uint64_t> last{0};
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<std::thread> reading, writing;
  for (unsigned i = 0; i < kReaders; ++i) {
    // Some follow one gig, some read as its seller, the others everything.
    const std::string gig = i % 5 == 0 ? gigs[i % kGigs] : "";
    readers.push_back(std::make_unique<Reader>(replicas, 100 + i, i % 3 == 0 ? kAnna : kOps, gig));
    reading.emplace_back([&, reader = readers.back().get()] { reader->Run(last); });
  }
  std::atomic<int> at_work{kWriters};
  for (unsigned i = 0; i < kWriters; ++i) {
    writing.emplace_back([&, i] {
      std::mt19937 random(i);
      for (int n = 0; n < kChangesEach; ++n) {
        const size_t gig = random() % gigs.size(), replica = random() % 2;
        EXPECT_TRUE(replicas.Retitle(gigs[gig], absl::StrCat("Writer ", i, ", change ", n), "", replica));
      }
      --at_work;
    });
  }
  const Shots shots = Fire(replicas, at_work);
  for (std::thread& writer : writing) writer.join();
  const int64_t all = replicas.CountEvents();
  EXPECT_EQ(all, kGigs + kWriters * kChangesEach) << "the lanes lost or doubled something";
  last = static_cast<uint64_t>(all);
  for (std::thread& reader : reading) reader.join();
  int streams = 0;
  for (const auto& reader : readers) {
    if (reader->sees_all()) {
      EXPECT_EQ(reader->events(), all);
    }
    streams += reader->streams();
  }
  EXPECT_EQ(testing::CountOrDie(replicas.schema(), "SELECT SUM(events) FROM stream"), all) << "each once";
  RecordProperty("shots", absl::StrCat(shots.sessions, " sessions, ", shots.stalls, " stalls, ", shots.kills,
                                       " kills; ", streams, " streams"));
  EXPECT_GT(shots.sessions + shots.stalls + shots.kills, 5) << "the writers were through too soon";
}

}  // namespace
}  // namespace milepost::gig_catalog
