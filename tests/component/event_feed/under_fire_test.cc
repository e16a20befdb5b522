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
#include "common/db/connection.h"
#include "common/db/row.h"
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
// Shots at least, each kind's turn twice.
constexpr int kRound = 12, kShots = 2 * kRound, kShotsMax = 6 * kRound;
constexpr absl::Duration kPatience = absl::Seconds(90);

// Of each gig.
using Sequences = std::map<std::string, uint64_t>;

Sequences LastSequences(const db::ConnectOptions& schema) {
  Sequences last;
  const auto connection = db::Connection::Open(schema);
  EXPECT_THAT(connection, IsOk());
  if (!connection.ok()) return last;
  EXPECT_THAT((*connection)
                  ->Query("SELECT id, sequence FROM gigs", db::Row{},
                          [&](const db::ResultRow& row) {
                            last[absl::StrCat("gigs/", row.Id(0).ToString())] = row.Uint64(1);
                            return absl::OkStatus();
                          }),
              IsOk());
  return last;
}

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
    Stopwatch still;  // since it last got further
    for (uint64_t before = 0; last == 0 || position_ < last;) {
      if (std::exchange(before, position_) < position_) still = Stopwatch();
      if (still.elapsed() > kPatience) {
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

  // What it saw is all of what it follows, to the last event: a position says only that the feed thinks so.
  void ExpectComplete(const Sequences& last) const {
    Sequences followed = last;
    if (!sees_all_)
      std::erase_if(followed, [&](const auto& gig) { return gig.first != request_.filter().resource(); });
    EXPECT_EQ(sequences_, followed);
    uint64_t events = 0;
    for (const auto& [gig, sequence] : followed) events += sequence;
    EXPECT_EQ(events_, events);
  }

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
  Sequences sequences_;
};

// Ends a random session that the servers have with the database.
bool KillSession(db::Connection& admin, const std::string& schema, std::mt19937& random) {
  const std::vector<uint64_t> sessions = testing::SessionsOn(schema, admin);
  return !sessions.empty() && admin.Execute(absl::StrCat("KILL ", sessions[random() % sessions.size()])).ok();
}

// Ends the session of whoever sequences just now, in the middle of a round: its turn is made to last by the lock that it
// waits for. False where none came, or the database does not show statements (MySQL's).
bool KillSequencer(db::Connection& admin, const std::string& schema) {
  if (!testing::TestDatabase::Get().is_ours()) return false;
  const std::string lock =
      absl::StrCat("UPDATE ", schema, ".stream_head SET next_position = next_position WHERE id = 1");
  EXPECT_THAT(admin.Execute("START TRANSACTION"), IsOk());
  EXPECT_THAT(admin.Execute(lock), IsOk());
  uint64_t session = 0;
  // Longer than the sequencer's lease, which a killed replica may have had.
  for (const Stopwatch waiting; session == 0 && waiting.elapsed() < absl::Seconds(5);) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_THAT(admin.Query("SELECT id FROM information_schema.processlist WHERE db = ? AND info LIKE "
                            "'%stream_head%FOR UPDATE%'",
                            db::Row{db::Value(schema)},
                            [&](const db::ResultRow& row) {
                              session = row.Uint64(0);
                              return absl::OkStatus();
                            }),
                IsOk());
  }
  const bool killed = session != 0 && admin.Execute(absl::StrCat("KILL ", session)).ok();
  EXPECT_THAT(admin.Execute("ROLLBACK"), IsOk());
  return killed;
}

struct Shots {
  int sessions = 0, sequencers = 0, stalls = 0, kills = 0;
};

// Fires kShots, and on until a sequencer was hit, says so by `enough`, and goes on until `writing` says that nobody writes
// any more. On the thread that started the replicas, which they would not outlive.
Shots Fire(Replicas& replicas, const std::atomic<int>& writing, std::atomic<bool>& enough) {
  std::mt19937 random(7);
  Shots shots;
  db::ConnectOptions server = testing::TestDatabase::Get().server();
  server.lock_wait = absl::Seconds(10);  // a sequencer's turn may take a slow machine long
  const auto admin = db::Connection::Open(server);
  EXPECT_THAT(admin, IsOk());
  for (int shot = 0; writing > 0; ++shot) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % 60));
    testing::ServerProcess& replica = replicas.at(random() % replicas.size());
    if (shot >= kShots &&
        (shots.sequencers > 0 || !testing::TestDatabase::Get().is_ours() || shot >= kShotsMax))
      enough = true;
    if (shot % kRound == 5) {
      replica.Kill();
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
      EXPECT_THAT(replica.Start(), IsOk());
      ++shots.kills;
    } else if (shot % 3 == 0) {
      replica.Freeze();
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 200));
      replica.Thaw();
      ++shots.stalls;
    } else if (shot % kRound == 10 && !enough) {  // while there surely is something to sequence
      shots.sequencers += KillSequencer(**admin, replicas.schema().schema);
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
  std::atomic<int> at_work{kWriters}, changes{0};
  std::atomic<bool> enough{false};
  for (unsigned i = 0; i < kWriters; ++i) {
    writing.emplace_back([&, i] {
      std::mt19937 random(i);
      for (int n = 0; n < kChangesEach || !enough; ++n) {
        const size_t gig = random() % gigs.size(), replica = random() % 2;
        EXPECT_TRUE(replicas.Retitle(gigs[gig], absl::StrCat("Writer ", i, ", change ", n), "", replica));
        ++changes;
      }
      --at_work;
    });
  }
  const Shots shots = Fire(replicas, at_work, enough);
  for (std::thread& writer : writing) writer.join();
  const int64_t all = replicas.CountEvents();
  EXPECT_EQ(all, kGigs + changes) << "the lanes lost or doubled something";
  last = static_cast<uint64_t>(all);
  for (std::thread& reader : reading) reader.join();
  int streams = 0;
  const Sequences sequences = LastSequences(replicas.schema());
  EXPECT_EQ(sequences.size(), gigs.size());
  for (const auto& reader : readers) {
    reader->ExpectComplete(sequences);
    streams += reader->streams();
  }
  EXPECT_EQ(testing::CountOrDie(replicas.schema(), "SELECT SUM(events) FROM stream"), all) << "each once";
  RecordProperty("shots",
                 absl::StrCat(shots.sessions, " sessions, ", shots.sequencers, " sequencers, ", shots.stalls,
                              " stalls, ", shots.kills, " kills; ", streams, " streams"));
  EXPECT_GT(shots.sessions, 0);
  EXPECT_GT(shots.stalls, 0);
  EXPECT_GT(shots.kills, 0);
  if (testing::TestDatabase::Get().is_ours()) {
    EXPECT_GT(shots.sequencers, 0);
  }
}

}  // namespace
}  // namespace milepost::gig_catalog
