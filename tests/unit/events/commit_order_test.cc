// The order of commits in the stream, over hand-made and random histories.
#include "common/events/commit_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"

namespace milepost::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Uuid Named(absl::string_view name) {
  return HashUuid(name);
}

Commit Made(absl::string_view lane, uint64_t batch, std::vector<EventKey> events, int second = 0) {
  std::sort(events.begin(), events.end());
  return {Named(lane), batch, absl::FromUnixSeconds(second), std::move(events)};
}

// "lane/batch" of each.
std::vector<std::string> Names(const std::vector<Commit>& commits, const std::vector<std::string>& lanes) {
  std::vector<std::string> names;
  for (const Commit& commit : commits)
    for (const std::string& lane : lanes)
      if (commit.lane == Named(lane)) names.push_back(absl::StrCat(lane, "/", commit.batch));
  return names;
}

TEST(CommitOrder, AnAggregatesSequenceWinsOverTime) {
  const Uuid order = Named("order");
  CommitOrder commits;
  commits.Add(Made("a", 1, {{order, 2}}, /*second=*/1));  // its clock is behind
  commits.Add(Made("b", 1, {{order, 1}}, /*second=*/9));
  EXPECT_THAT(Names(commits.Take(), {"a", "b"}), ElementsAre("b/1", "a/1"));
}

TEST(CommitOrder, TimeDecidesWhereNothingElseDoes) {
  CommitOrder commits;
  commits.Add(Made("a", 1, {{Named("x"), 1}}, 3));
  commits.Add(Made("b", 7, {{Named("y"), 1}}, 2));
  commits.Add(Made("b", 8, {{Named("z"), 1}}, 1));  // after b/7 all the same
  EXPECT_THAT(Names(commits.Take(), {"a", "b"}), ElementsAre("b/7", "b/8", "a/1"));
}

TEST(CommitOrder, WhatWaitsForABlockedAggregateStays) {
  const Uuid hot = Named("hot"), other = Named("other");
  CommitOrder commits;
  commits.Add(Made("a", 1, {{hot, 5}}));
  commits.Add(Made("a", 2, {{other, 1}}));
  commits.Add(Made("b", 1, {{other, 2}}));
  commits.Add(Made("c", 1, {{Named("free"), 3}}));
  EXPECT_THAT(commits.Firsts(), UnorderedElementsAre(EventKey{hot, 5}, EventKey{Named("free"), 3}));
  commits.Block(hot);
  EXPECT_THAT(Names(commits.Take(), {"a", "b", "c"}), ElementsAre("c/1"));
  EXPECT_EQ(commits.waiting().at(Named("a")).size(), 2);
  EXPECT_EQ(commits.waiting().at(Named("b")).size(), 1);
  EXPECT_THAT(commits.waiting().at(Named("c")), IsEmpty());
}

TEST(CommitOrder, NothingToOrderIsNothing) {
  CommitOrder commits;
  EXPECT_THAT(commits.Take(), IsEmpty());
  EXPECT_THAT(commits.Firsts(), IsEmpty());
}

// Lanes that write the same aggregates in turn, with clocks that disagree, handed over lane by lane.
TEST(CommitOrder, KeepsEveryOrderOfRandomHistories) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    std::map<Uuid, uint64_t> sequences;
    std::map<std::string, std::vector<Commit>> made;
    size_t events = 0;
    for (int i = 0; i < 60; ++i) {
      const std::string lane = absl::StrCat("lane", random() % 4);
      std::vector<EventKey> keys;
      for (unsigned j = 0; j <= random() % 3; ++j) {
        const Uuid aggregate = Named(absl::StrCat("aggregate", random() % 6));
        keys.push_back({aggregate, ++sequences[aggregate]});
      }
      events += keys.size();
      made[lane].push_back(Made(lane, made[lane].size() + 1, keys, static_cast<int>(random() % 100)));
    }
    CommitOrder order;
    for (const auto& [lane, commits] : made)
      for (const Commit& commit : commits) order.Add(commit);
    EXPECT_THAT(order.Firsts(), IsEmpty());

    std::map<Uuid, uint64_t> seen, batches;
    for (const Commit& commit : order.Take()) {
      EXPECT_EQ(commit.batch, ++batches[commit.lane]) << "seed " << seed;
      for (const EventKey& event : commit.events) {
        EXPECT_EQ(event.sequence, ++seen[event.aggregate]) << "seed " << seed;
        --events;
      }
    }
    EXPECT_EQ(events, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace milepost::events
