// The event stream (W6): positions without a gap, given once, every account's events in their sequence, whatever happens
// to lanes and sequencers; and what readers of the stream get.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/events/sequencer.h"
#include "common/events/stream_reader.h"
#include "tests/contract/account_mapping.h"
#include "tests/contract/lane_fixture.h"
#include "tests/support/commit_proxy.h"
#include "tests/support/database.h"

namespace milepost::contract {
namespace {

using events::Filter;
using events::Page;
using events::Sequencer;
using events::StoredEvent;
using events::StreamReader;
using testing::CommitProxy;
using testing::CountOrDie;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

// An account's number stands for its seller; nobody buys one.
events::StreamSource AccountSource() {
  return {
      .table = "accounts", .seller_column = "number", .buyer_column = "", .audience = [](absl::string_view) {
        return events::Audience::kParties;
      }};
}

class Stream : public ::testing::Test {
 protected:
  Stream()
      : schema_(NewAccountSchema()),
        table_(std::make_shared<db::AggregateTable<Account>>(AccountMapping())),
        reader_(AccountSource()) {}

  // The lanes of one replica.
  std::unique_ptr<db::Lanes<Account>> Replica(const db::ConnectOptions& way, size_t lanes) {
    return std::make_unique<db::Lanes<Account>>(QuickLanes(lanes), [this, way] {
      return std::make_unique<testing::FaultyStore<Account>>(
          std::make_unique<db::MySqlStore<Account>>(way, table_, db::TestClockUse::kFollow), &faults_);
    });
  }
  static Result Do(db::Lanes<Account>& lanes, db::Submission<Account> submission) {
    std::promise<Result> promise;
    lanes.Submit(std::move(submission), [&](Result result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  Account::Id OpenAccount(db::Lanes<Account>& lanes, const std::string& number) {
    const Account::Id id = AccountNumbered(number);
    EXPECT_THAT(Do(lanes, Ask(id, Account::Open{id, number})), IsOk());
    return id;
  }
  void Deposit(db::Lanes<Account>& lanes, const Account::Id& id) {
    ASSERT_THAT(Do(lanes, Ask(id, Account::Deposit{1})), IsOk());
  }
  // Until nothing waits; the rounds it took.
  static int SequenceAll(Sequencer& sequencer) {
    for (int rounds = 1;; ++rounds) {
      const auto round = sequencer.Run();
      EXPECT_THAT(round, IsOk());
      if (!round.ok() || !round->more) return rounds;
    }
  }
  Page Read(const Filter& filter, uint64_t after, size_t limit = 1000) {
    const auto connection = db::Connection::Open(schema_);
    EXPECT_THAT(connection, IsOk());
    auto page = reader_.Read(**connection, filter, after, limit);
    EXPECT_THAT(page, IsOk());
    return page.ok() ? *std::move(page) : Page();
  }
  int64_t Count(absl::string_view from) {
    return CountOrDie(schema_, absl::StrCat("SELECT COUNT(*) FROM ", from));
  }
  // Positions from 1 on, each account's events from its first on.
  void ExpectGapFree(const std::vector<StoredEvent>& events) {
    std::map<Uuid, uint64_t> sequences;
    uint64_t position = 0;
    for (const StoredEvent& event : events) {
      ASSERT_EQ(event.position, ++position);
      ASSERT_EQ(event.sequence, ++sequences[event.aggregate]) << "at position " << position;
    }
  }

  const db::ConnectOptions schema_;
  const std::shared_ptr<const db::AggregateTable<Account>> table_;
  const StreamReader reader_;
  testing::Faults<Account> faults_;
};

TEST_F(Stream, IsEmptyAtFirst) {
  Sequencer sequencer(schema_);
  const auto round = sequencer.Run();
  ASSERT_THAT(round, IsOk());
  EXPECT_EQ(round->events, 0);
  const Page page = Read({}, 0);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.position, 0);
  EXPECT_TRUE(page.end);
}

TEST_F(Stream, AnEventIsNotInItBeforeItHasAPosition) {
  const auto lanes = Replica(schema_, 1);
  OpenAccount(*lanes, "1");
  EXPECT_THAT(Read({}, 0).events, IsEmpty());
  Sequencer sequencer(schema_);
  SequenceAll(sequencer);
  const Page page = Read({}, 0);
  ASSERT_THAT(page.events, SizeIs(1));
  EXPECT_EQ(page.events[0].type, "account.opened");
  EXPECT_EQ(page.events[0].actor, "users/alice");
  EXPECT_EQ(page.events[0].payload, "event 0");
  EXPECT_EQ(page.events[0].seller, "1");
  EXPECT_EQ(page.events[0].at, kStart);
}

// Two replicas write one account in turn, and a round takes one commit a lane: the later lanes' commits have to wait.
TEST_F(Stream, ABacklogIsTakenInPartsAndStaysInOrder) {
  const auto a = Replica(schema_, 1), b = Replica(schema_, 1);
  const Account::Id id = OpenAccount(*b, "1");
  for (int i = 0; i < 10; ++i) {
    Deposit(*a, id);
    Deposit(*b, id);
    Deposit(*b, id);
  }
  Sequencer sequencer(schema_, {.batches_max = 1});
  EXPECT_GT(SequenceAll(sequencer), 5);
  const Page page = Read({}, 0);
  EXPECT_THAT(page.events, SizeIs(31));
  ExpectGapFree(page.events);
}

TEST_F(Stream, TwoSequencersShareTheWork) {
  const auto lanes = Replica(schema_, 4);
  std::vector<Account::Id> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(OpenAccount(*lanes, absl::StrCat(i)));
  std::atomic<bool> stop{false};
  std::atomic<size_t> sequenced{0};
  std::vector<std::thread> sequencers;
  for (int i = 0; i < 2; ++i) {
    sequencers.emplace_back([&] {
      Sequencer sequencer(schema_, {.batches_max = 4});
      while (!stop) {
        const auto round = sequencer.Run();
        EXPECT_THAT(round, IsOk());
        if (round.ok()) sequenced += round->events;
      }
    });
  }
  for (int i = 0; i < 400; ++i) Deposit(*lanes, ids[i % ids.size()]);
  while (sequenced < 408) std::this_thread::yield();
  stop = true;
  for (std::thread& thread : sequencers) thread.join();
  EXPECT_EQ(sequenced, 408) << "each once";
  ExpectGapFree(Read({}, 0).events);
}

// A sequencer that hangs in its COMMIT holds every lock it will ever hold; lanes go on as if it were not there.
TEST_F(Stream, LanesNeverWaitForASequencer) {
  const auto lanes = Replica(schema_, 1);
  const Account::Id id = OpenAccount(*lanes, "1");
  Deposit(*lanes, id);
  CommitProxy proxy(schema_);
  proxy.OnNextCommit(CommitProxy::Next::kStall);
  Sequencer sequencer(proxy.options());
  std::thread stalled([&] { (void)sequencer.Run(); });
  proxy.AwaitStall();
  for (int i = 0; i < 50; ++i) Deposit(*lanes, id);
  OpenAccount(*lanes, "2");
  EXPECT_EQ(lanes->metrics().conflicts, 0);
  EXPECT_THAT(Read({}, 0).events, IsEmpty()) << "not committed";
  proxy.Release();
  stalled.join();
  Sequencer second(schema_);
  SequenceAll(second);
  const Page page = Read({}, 0);
  EXPECT_THAT(page.events, SizeIs(53));
  ExpectGapFree(page.events);
}

// The lane has given the commit up and goes on; the server has not. A stream that took the lane's next commit first
// would never come back for this one.
TEST_F(Stream, ACommitOfUnknownOutcomeIsNotOvertaken) {
  CommitProxy proxy(schema_);
  db::ConnectOptions impatient = proxy.options();
  // Longer than the wait for the row that is held: the end of that is the answer, and not a lost session.
  impatient.read_timeout = absl::Seconds(3);
  db::LaneOptions options = QuickLanes(1);
  options.retry.lookups = 1;
  db::Lanes<Account> lanes(options, [&] {
    return std::make_unique<db::MySqlStore<Account>>(impatient, table_, db::TestClockUse::kFollow);
  });
  const Account::Id stuck = OpenAccount(lanes, "1"), other = OpenAccount(lanes, "2");
  proxy.OnNextCommit(CommitProxy::Next::kStall);
  EXPECT_THAT(Do(lanes, Ask(stuck, Account::Deposit{1})), testing::RefusedWith(Reason::kOutcomeUnknown));
  EXPECT_THAT(Do(lanes, Ask(other, Account::Deposit{1})), testing::RefusedWith(Reason::kResourceBusy))
      << "the lane's row is held";
  Sequencer sequencer(schema_);
  SequenceAll(sequencer);
  EXPECT_THAT(Read({}, 0).events, SizeIs(2));
  proxy.Release();
  Result after = Do(lanes, Ask(other, Account::Deposit{1}));
  while (!after.ok()) after = Do(lanes, Ask(other, Account::Deposit{1}));
  SequenceAll(sequencer);
  EXPECT_EQ(Read({}, 0).position, Count("events"));
  ExpectGapFree(Read({}, 0).events);
}

// What readers get.

class StreamPages : public Stream {
 protected:
  // Positions 1 … 12: open 1, open 2, then ten deposits to 1 and 2 in turn.
  StreamPages() : lanes_(Replica(schema_, 2)), sequencer_(schema_) {
    for (const char* number : {"1", "2"}) {
      ids_.push_back(OpenAccount(*lanes_, number));
      SequenceAll(sequencer_);
    }
    for (int i = 0; i < 10; ++i) {
      Deposit(*lanes_, ids_[i % 2]);
      if (i % 3 == 0) SequenceAll(sequencer_);
    }
    SequenceAll(sequencer_);
  }
  static std::vector<uint64_t> Positions(const Page& page) {
    std::vector<uint64_t> positions;
    for (const StoredEvent& event : page.events) positions.push_back(event.position);
    return positions;
  }

  const std::unique_ptr<db::Lanes<Account>> lanes_;
  Sequencer sequencer_;
  std::vector<Account::Id> ids_;
};

TEST_F(StreamPages, FromAnyPositionInPagesOfAnySize) {
  for (uint64_t from = 0; from <= 12; ++from) {
    for (size_t limit = 1; limit <= 13; ++limit) {
      uint64_t after = from;
      for (Page page; !page.end; after = page.position) {
        page = Read({}, after, limit);
        ASSERT_LE(page.events.size(), limit);
        for (const StoredEvent& event : page.events) ASSERT_EQ(event.position, ++after);
      }
      ASSERT_EQ(after, 12) << "from " << from << " by " << limit;
    }
  }
}

TEST_F(StreamPages, PastTheEndIsEmpty) {
  const Page page = Read({}, 99);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.position, 99) << "not back to the end";
  EXPECT_TRUE(page.end);
}

TEST_F(StreamPages, OfOneAggregate) {
  Filter filter;
  filter.aggregate = ids_[1].uuid();
  Page page = Read(filter, 0, 4);
  ASSERT_THAT(page.events, SizeIs(4));
  EXPECT_EQ(page.position, page.events.back().position);
  EXPECT_FALSE(page.end);
  std::vector<uint64_t> sequences;
  for (const StoredEvent& event : page.events) sequences.push_back(event.sequence);
  page = Read(filter, page.position, 4);
  for (const StoredEvent& event : page.events) sequences.push_back(event.sequence);
  EXPECT_THAT(sequences, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_TRUE(page.end);
  EXPECT_EQ(page.position, 12) << "complete up to the stream's end";
}

TEST_F(StreamPages, OfOneUser) {
  for (Filter filter : {Filter{.seller = "2"}, Filter{.reader = "2"}}) {
    std::vector<uint64_t> positions;
    uint64_t after = 0;
    for (Page page; !page.end; after = page.position) {
      page = Read(filter, after, 2);
      for (const StoredEvent& event : page.events) {
        EXPECT_EQ(event.aggregate, ids_[1].uuid());
        positions.push_back(event.position);
      }
    }
    EXPECT_THAT(positions, SizeIs(6));
    EXPECT_TRUE(std::is_sorted(positions.begin(), positions.end()));
    EXPECT_EQ(after, 12);
  }
  EXPECT_THAT(Read({.buyer = "2"}, 0).events, IsEmpty());
  EXPECT_THAT(Read({.reader = "nobody"}, 0).events, IsEmpty());
}

// A page that looks through others' events says so by its position, and the next goes on from there without a gap.
TEST_F(StreamPages, OfOneUserNearTheEndAndFarFromItAreTheSame) {
  constexpr uint64_t kFar = 12'000;  // more than is looked through for what is new
  const std::vector<uint64_t> near = Positions(Read({.reader = "2"}, 0));
  testing::ExecuteOrDie(schema_, absl::StrCat("UPDATE stream_head SET next_position = ", kFar + 1));
  const Page far = Read({.reader = "2"}, 0);
  EXPECT_EQ(Positions(far), near);
  EXPECT_EQ(far.position, kFar);
}

TEST_F(StreamPages, OfOneUserAmongManyOthersEvents) {
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 50; ++i) lanes_->Submit(Ask(ids_[0], Account::Deposit{1}), [](Result) {});
    Deposit(*lanes_, ids_[0]);
  }
  Deposit(*lanes_, ids_[1]);
  SequenceAll(sequencer_);
  const auto last = static_cast<uint64_t>(Count("events"));
  std::vector<uint64_t> positions;
  uint64_t after = 12;
  int pages = 0;
  for (Page page; !page.end; after = page.position, ++pages) {
    page = Read({.reader = "2"}, after, 10);
    ASSERT_GT(page.position, after);
    for (const uint64_t position : Positions(page)) positions.push_back(position);
  }
  EXPECT_EQ(positions.size(), 1);
  EXPECT_EQ(after, last);
  EXPECT_EQ(pages, 2) << "one of them without an event";
}

TEST_F(StreamPages, OfSomeTypes) {
  EXPECT_THAT(Positions(Read({.types = {"account.opened"}}, 0)), ElementsAre(1, 2));
  const Page page = Read({.types = {"account.opened"}}, 2, 3);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.position, 5) << "looked through";
  EXPECT_FALSE(page.end);
}

// Everything at once.

// One reader of the whole stream, or of one account's part, from its beginning on.
struct Follower {
  Filter filter;
  size_t limit = 1;
  uint64_t position = 0;
  uint64_t events = 0;
  std::map<Uuid, uint64_t> sequences;

  void Take(const Page& page) {
    for (const StoredEvent& event : page.events) {
      ASSERT_GT(event.position, position) << "a repeat, or back";
      if (!filter.aggregate) {
        ASSERT_EQ(event.position, position + 1) << "a gap";
      }
      ASSERT_EQ(event.sequence, ++sequences[event.aggregate]) << "an account's events out of order";
      position = event.position;
      ++events;
    }
    if (!filter.aggregate && !page.events.empty()) {
      ASSERT_EQ(page.position, position);
    }
    position = page.position;
  }
};

class StreamUnderFire : public Stream {
 protected:
  static constexpr int kWriters = 8, kCommands = 120, kAccounts = 6, kFollowers = 50;

  // Retries until it is done: what an honest caller does.
  void Insist(db::Lanes<Account>& lanes, const Account::Id& id, Account::Command command) {
    const Uuid request = FreshId();
    while (!Do(lanes, AskOnce(id, command, request)).ok()) std::this_thread::yield();
  }
  void Write(db::Lanes<Account>& lanes, unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < kCommands; ++i) Insist(lanes, ids_[random() % ids_.size()], Account::Deposit{1});
  }
  void Sequence(const db::ConnectOptions& way) {
    Sequencer sequencer(way, {.batches_max = 3});
    while (!stop_) (void)sequencer.Run();  // errors are what this test is about
  }
  // Ten followers a thread, until each has everything that there will be.
  void Follow(unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Follower> followers(kFollowers / 5);
    for (Follower& follower : followers) {
      follower.limit = 1 + random() % 200;
      if (random() % 5 == 0) follower.filter.aggregate = ids_[random() % ids_.size()].uuid();
    }
    db::Session session(schema_);
    for (size_t left = followers.size(); left > 0;) {
      Follower& follower = followers[random() % followers.size()];
      const uint64_t all = final_;
      if (follower.position == kDone) continue;
      const auto connection = session.Get();
      if (!connection.ok()) continue;
      const auto page = reader_.Read(**connection, follower.filter, follower.position, follower.limit);
      if (!page.ok()) continue;  // killed
      follower.Take(*page);
      if (::testing::Test::HasFatalFailure()) return;
      if (all == 0 || follower.position < all) continue;
      if (!follower.filter.aggregate) {
        EXPECT_EQ(follower.events, all);
      }
      follower.position = kDone;
      --left;
    }
  }
  // Kills a random session, or cuts the next COMMIT of a lane or a sequencer, again and again.
  void Fire(std::vector<CommitProxy*> proxies) {
    std::mt19937 random(7);
    const auto connection = db::Connection::Open(testing::TestDatabase::Get().server());
    ASSERT_THAT(connection, IsOk());
    while (!cease_fire_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5 + random() % 20));
      if (random() % 2 == 0) {
        proxies[random() % proxies.size()]->OnNextCommit(random() % 2 == 0 ? CommitProxy::Next::kCutAfter
                                                                           : CommitProxy::Next::kCutBefore);
        continue;
      }
      const std::vector<uint64_t> sessions = testing::SessionsOn(schema_.schema, **connection);
      if (sessions.empty()) continue;
      if ((*connection)->Execute(absl::StrCat("KILL ", sessions[random() % sessions.size()])).ok()) ++shots_;
    }
  }

  static constexpr uint64_t kDone = ~uint64_t{0};
  std::vector<Account::Id> ids_;
  std::atomic<bool> stop_{false}, cease_fire_{false};
  std::atomic<uint64_t> final_{0};  // the last position there will be; 0: not known yet
  std::atomic<int> shots_{0};
};

TEST_F(StreamUnderFire, NobodySeesAGapARepeatOrAWrongOrder) {
  CommitProxy lane_proxy(schema_), sequencer_proxy(schema_);
  const auto a = Replica(schema_, 4), b = Replica(lane_proxy.options(), 4);
  for (int i = 0; i < kAccounts; ++i) ids_.push_back(OpenAccount(*a, absl::StrCat(i)));
  std::atomic<unsigned> stalls{0};
  faults_.Set([&](FaultPoint point, const auto*) {  // a lane that has its locks and does not get on
    if (point == FaultPoint::kBeforeCommit && ++stalls % 17 == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(stalls % 30));
    return absl::OkStatus();
  });

  std::vector<std::thread> followers, writers, sequencers;
  for (unsigned i = 0; i < 5; ++i) followers.emplace_back([this, i] { Follow(100 + i); });
  sequencers.emplace_back([&] { Sequence(schema_); });
  sequencers.emplace_back([&] { Sequence(sequencer_proxy.options()); });
  for (unsigned i = 0; i < kWriters; ++i) writers.emplace_back([&, i] { Write(i % 2 == 0 ? *a : *b, i); });
  std::thread fire([&] { Fire({&lane_proxy, &sequencer_proxy}); });

  for (std::thread& writer : writers) writer.join();
  cease_fire_ = true;
  fire.join();
  EXPECT_GT(shots_, 5);
  EXPECT_EQ(Count("events"), kAccounts + kWriters * kCommands) << "the lanes lost or doubled something";
  final_ = kAccounts + kWriters * kCommands;
  for (std::thread& follower : followers) follower.join();
  stop_ = true;
  for (std::thread& sequencer : sequencers) sequencer.join();
  EXPECT_EQ(CountOrDie(schema_, "SELECT SUM(events) FROM stream"), Count("events")) << "each once";
}

}  // namespace
}  // namespace milepost::contract
