// The audit of an order (W1), on rows as a lane writes them: it finds nothing in what was written, and whatever is changed in
// any column of any row.
#include <gmock/gmock.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "common/db/deadline_rows.h"
#include "common/db/mysql_store.h"
#include "common/db/working_set.h"
#include "milepost/storage/v1/order.pb.h"
#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_audit.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "services/milestone_billing/store/order_record.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

using audit::Discrepancy;
using Fault = Discrepancy::Fault;
using ::testing::ElementsAre;

// The tables, as the lane's own code fills them.
class Shelf {
 public:
  Story story;

  // One commit with this command.
  absl::Status Do(const OrderCommand& command) { return DoInOneCommit({command}); }
  // One commit with all of them, as a lane takes what has queued up. The first refusal; what is not refused is done.
  absl::Status DoInOneCommit(const std::vector<OrderCommand>& commands) {
    db::WorkingSet<OrderDomain> batch(story.now);
    if (story.exists()) batch.AddLocked(story.order());
    absl::Status refused;
    for (const OrderCommand& command : commands) {
      batch.Take({.aggregate = OrderIdOf(kOffer), .command = command, .actor = kBuyer});
      refused.Update(story.Do(command));
    }
    const db::WriteSet<OrderDomain> writes = batch.Writes({});
    for (const db::Change<OrderDomain>& change : writes.changes) Write(change);
    return refused;
  }
  absl::Status DoAfter(absl::Duration later, const OrderCommand& command) {
    story.now += later;
    return Do(command);
  }

  audit::StoredHistory Rows() const {
    audit::StoredHistory rows{story.order().id.uuid(), row_, events_, {}, {}};
    for (const auto& [place, side] : side_) {
      rows.side.emplace_back();
      for (const auto& [key, row] : side) rows.side.back().push_back(audit::CellsOf(row));
    }
    for (const auto& [number, row] : deadlines_) rows.deadlines.push_back(audit::CellsOf(row));
    return rows;
  }

 private:
  void Write(const db::Change<OrderDomain>& change) {
    ++commits_;
    const db::Mapping<OrderDomain>& mapping = table_.mapping();
    for (const db::Row& event : table_.EventRows({change}, heads_)) {
      const audit::Cells cells = audit::CellsOf(event);
      events_.push_back({std::stoull(*cells[1]), *cells[2], std::stoll(*cells[3]), *cells[4], *cells[5],
                         cells[6], absl::StrCat(commits_)});
    }
    row_ = audit::CellsOf(db::RowOf(mapping, *change.next, heads_.at(change.next->id)));
    for (size_t i = 0; i < mapping.side_tables.size(); ++i) {
      std::vector<db::Row> rows;
      mapping.side_tables[i].rows(change, rows);
      auto& table = side_[i];
      for (const db::Row& row : rows)
        table.insert_or_assign(db::Row(row.begin(), row.begin() + mapping.side_tables[i].key_columns), row);
    }
    for (const db::DeadlineRow& row : db::DeadlineRowsOf(change))
      deadlines_.insert_or_assign(row.number, db::RowOf(mapping.aggregate_type, row));
  }

  const db::AggregateTable<OrderDomain> table_{OrderMapping()};
  db::AggregateTable<OrderDomain>::Heads heads_;
  int commits_ = 0;
  std::optional<audit::Cells> row_;
  std::vector<audit::StoredEvent> events_;
  std::map<size_t, std::map<db::Row, db::Row>> side_;
  std::map<uint32_t, db::Row> deadlines_;
};

// Three milestones: a late delivery and a revision; a declined, a voided and an unknown payment, which an operator resolves; a
// deadline noted, others fired; two late successes, one given back and one that can't be.
void TellLongStory(Shelf& shelf) {
  const auto deliver = [&](bool last) {
    return DeliverMilestone{kSeller, shelf.story.order().current_milestone, last, "here it is",
                            "https://meet/1"};
  };
  const auto settle = [&](ChargeOutcome outcome) {
    return SettleCharge{shelf.story.charge().id, std::move(outcome)};
  };
  Terms terms = MilestonesOf(3);
  for (MilestoneTerms& milestone : terms.milestones) milestone.zoom = true;
  ASSERT_DONE(shelf.Do(Placing(terms)));
  ASSERT_DONE(shelf.Do(settle(Succeeded{"cap-1"})));
  ASSERT_DONE(shelf.DoAfter(4 * kDay, Tick{}));  // late
  ASSERT_DONE(shelf.Do(deliver(false)));
  ASSERT_DONE(shelf.DoAfter(kDay, RequestRevision{kBuyer, 1, "please rounder"}));
  ASSERT_DONE(shelf.DoAfter(kDay, deliver(false)));
  ASSERT_DONE(shelf.Do(AcceptMilestone{kBuyer, 1, NextStep::kDecideLater, {}}));
  ASSERT_DONE(shelf.DoAfter(kDay, StartNextMilestone{kBuyer, "", {}}));
  ASSERT_DONE(shelf.Do(settle(Declined{DeclineReason::kInsufficientFunds})));
  const ChargeId declined = shelf.story.charge().id;
  ASSERT_DONE(shelf.Do(RetryPayment{kBuyer, "pm-other", {}}));
  ASSERT_DONE(shelf.Do(settle(Voided{})));
  const ChargeId voided = shelf.story.charge().id;
  ASSERT_DONE(shelf.Do(RetryPayment{kBuyer, "pm-other", {}}));
  ASSERT_DONE(shelf.Do(settle(Unknown{shelf.story.now + absl::Minutes(1)})));
  ASSERT_DONE(shelf.DoAfter(9 * kDay, Tick{}));  // the grace ends while the attempt is open: noted
  ASSERT_DONE(shelf.Do(LeaseCharge{shelf.story.charge().id, shelf.story.now + absl::Minutes(1)}));
  ASSERT_DONE(shelf.Do(ResolveCharge{kOperator,
                                     shelf.story.charge().id,
                                     Succeeded{"cap-2"},
                                     shelf.story.charge().total(),
                                     "the bank's statement",
                                     {}}));
  for (const ChargeId& late : {declined, voided}) {
    ASSERT_DONE(shelf.Do(SettleCharge{late, Succeeded{"cap-late"}}));
    ASSERT_DONE(shelf.Do(LeaseRefund{late, 1, shelf.story.now + absl::Minutes(1)}));
    ASSERT_DONE(shelf.Do(SettleRefund{late, 1, Unknown{shelf.story.now + absl::Minutes(2)}}));
  }
  ASSERT_DONE(shelf.Do(SettleRefund{declined, 1, Refunded{"back"}}));
  ASSERT_DONE(shelf.Do(SettleRefund{voided, 1, NotRefunded{"ACCOUNT_CLOSED"}}));
  ASSERT_DONE(shelf.DoAfter(kDay, deliver(false)));
  ASSERT_DONE(shelf.DoAfter(8 * kDay, Tick{}));  // silence
  ASSERT_DONE(shelf.Do(OutcomeRecorded{}));
}

class Audit : public ::testing::Test {
 protected:
  explicit Audit(void (*tell)(Shelf&) = TellLongStory) {
    tell(shelf_);
    whole_ = shelf_.Rows();
  }

  std::optional<Discrepancy> Found(const audit::StoredHistory& stored) const {
    return auditor_.Judge(stored).discrepancy;
  }
  // What the audit says of the whole after `change`.
  template <class F>
  std::optional<Discrepancy> FoundAfter(F change) const {
    audit::StoredHistory stored = whole_;
    change(stored);
    return Found(stored);
  }

  // Chains the events anew from `first` on, and puts the end into the row: what somebody does who knows the code.
  static void Rechain(audit::StoredHistory& stored, size_t first = 0) {
    std::string head = ChainStart();
    for (size_t i = 0; i < stored.events.size(); ++i) {
      audit::StoredEvent& event = stored.events[i];
      if (i < first) {
        event.digest.reset();
        continue;
      }
      head = ChainDigest(head, {stored.id, event.sequence, FromMicros(event.at_us), event.type, event.actor,
                                ChainedPart(event.payload)});
      event.digest = head;
    }
    stored.row->back() = head;
  }

  // Whatever the bytes of the events from `first` on say, the fold survives it: here nothing is chained, so every damage reaches it.
  void ExpectSurvivesAnyDamage(size_t first = 0) const {
    ::testing::internal::CaptureStderr();  // protobuf reports every string that is no UTF-8
    audit::StoredHistory unchained = whole_;
    Rechain(unchained, unchained.events.size());
    unchained.row->back().reset();
    for (size_t i = first; i < unchained.events.size(); ++i) {
      for (size_t at = 0; at < unchained.events[i].payload.size(); ++at) {
        for (const int change : {0x01, 0x08, 0x80, 0xff}) {
          audit::StoredHistory stored = unchained;
          stored.events[i].payload[at] = static_cast<char>(stored.events[i].payload[at] ^ change);
          (void)Found(stored);
        }
      }
      audit::StoredHistory stored = unchained;
      stored.events[i] = whole_.events[(i + 7) % whole_.events.size()];
      stored.events[i].digest.reset();
      stored.events[i].sequence = i + 1;
      EXPECT_TRUE(Found(stored));
    }
    ::testing::internal::GetCapturedStderr();
  }

  const OrderAuditor auditor_;
  const db::Mapping<OrderDomain> mapping_ = OrderMapping();
  Shelf shelf_;
  audit::StoredHistory whole_;
};

// One that is not the cell's, of the same kind.
audit::Cell Other(const audit::Cell& cell) {
  if (!cell || cell->empty()) return "1";
  audit::Cell other = cell;
  other->back() = static_cast<char>(other->back() ^ 1);
  return other;
}

TEST_F(Audit, W1FindsNothingInWhatWasWritten) {
  const OrderAudit audit = auditor_.Judge(whole_);
  EXPECT_EQ(audit.discrepancy, std::nullopt) << audit.discrepancy->table << audit.discrepancy->found;
  EXPECT_EQ(audit.order, shelf_.story.order().id);
  EXPECT_EQ(audit.buyer, kBuyer.name);
  EXPECT_EQ(audit.events, shelf_.story.log().size());
  EXPECT_EQ(audit.unchained, 0u);
  EXPECT_EQ(audit.head_digest, *whole_.events.back().digest);
  EXPECT_EQ(audit.totals, shelf_.story.order().totals);
  // M1 15000 + 825 and 20000 + 1100; M2 of both, commission 3000 and 4000; M9 of 21100 twice; one
  // refund failed and is followed by another, under way.
  const Currency usd = Currency::Usd();
  EXPECT_THAT(audit.trial_balance, ElementsAre(TrialBalanceLine{"escrow", usd, 35000, 35000, 2},
                                               TrialBalanceLine{"provider:clearing", usd, 79125, 21100, 1},
                                               TrialBalanceLine{"refund:transit", usd, 42200, 63300, 1},
                                               TrialBalanceLine{"revenue:buyer_fee", usd, 0, 1925, 1},
                                               TrialBalanceLine{"revenue:commission", usd, 0, 7000, 1},
                                               TrialBalanceLine{"seller:clearing", usd, 0, 28000, 1},
                                               TrialBalanceLine{"suspense", usd, 63300, 63300, 1}));
}

TEST_F(Audit, W1FindsEveryByteOfEveryEvent) {
  for (size_t i = 0; i < whole_.events.size(); ++i) {
    const std::string number = absl::StrCat(i + 1);
    const auto expect_found = [&](auto change) {
      const std::optional<Discrepancy> found =
          FoundAfter([&](audit::StoredHistory& s) { change(s.events[i]); });
      ASSERT_TRUE(found) << "event " << number;
      EXPECT_EQ(found->table, "events");
      EXPECT_THAT(found->key, ElementsAre(number));
    };
    for (size_t at = 0; at < whole_.events[i].payload.size(); ++at)
      expect_found([&](audit::StoredEvent& event) { event.payload[at] ^= 1; });
    for (size_t at = 0; at < 32; ++at)
      expect_found([&](audit::StoredEvent& event) { (*event.digest)[at] ^= 1; });
    expect_found([](audit::StoredEvent& event) { event.payload += '\0'; });
    expect_found([](audit::StoredEvent& event) { event.type.back() ^= 1; });
    expect_found([](audit::StoredEvent& event) { event.actor.back() ^= 1; });
    expect_found([](audit::StoredEvent& event) { ++event.at_us; });
  }
}

TEST_F(Audit, W1FindsEventsThatAreGoneAddedOrMoved) {
  for (size_t i = 0; i < whole_.events.size(); ++i) {
    const auto gone = FoundAfter([&](audit::StoredHistory& s) { s.events.erase(s.events.begin() + i); });
    EXPECT_EQ(gone, (Discrepancy{"events", {absl::StrCat(i + 1)}, Fault::kMissing, "", "", ""}));
    const auto added = FoundAfter([&](audit::StoredHistory& s) {
      audit::StoredEvent copy = s.events[i];
      copy.sequence = s.events.size() + 1;
      s.events.push_back(copy);
    });
    ASSERT_TRUE(added);
    EXPECT_THAT(added->key, ElementsAre(absl::StrCat(whole_.events.size() + 1)));
    if (i == 0) continue;
    const auto swapped = FoundAfter([&](audit::StoredHistory& s) {
      std::swap(s.events[i - 1], s.events[i]);
      std::swap(s.events[i - 1].sequence, s.events[i].sequence);
    });
    ASSERT_TRUE(swapped);
    EXPECT_EQ(swapped->fault, Fault::kBrokenChain);
    EXPECT_THAT(swapped->key, ElementsAre(absl::StrCat(i)));
  }
  const auto all_gone = FoundAfter([](audit::StoredHistory& s) { s.events.clear(); });
  EXPECT_EQ(all_gone, (Discrepancy{"events", {"1"}, Fault::kMissing, "", "", ""}));
}

TEST_F(Audit, W1FindsEveryColumnOfTheOrdersRow) {
  const std::vector<std::string> columns = db::ColumnsOf(mapping_);
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto found = FoundAfter([&](audit::StoredHistory& s) { (*s.row)[i] = Other((*s.row)[i]); });
    ASSERT_TRUE(found) << columns[i];
    // A row that counts more events than there are accuses the events.
    const bool counts = columns[i] == "sequence" && found->table == "events";
    EXPECT_TRUE(counts || (found->table == "orders" && found->column == columns[i])) << columns[i];
    if (i == 0) continue;
    EXPECT_TRUE(FoundAfter([&](audit::StoredHistory& s) { (*s.row)[i].reset(); }) || !(*whole_.row)[i])
        << columns[i];
  }
  const size_t body = columns.size() - 2;
  for (size_t at = 0; at < (*whole_.row)[body]->size(); ++at) {
    const auto found = FoundAfter([&](audit::StoredHistory& s) { (*(*s.row)[body])[at] ^= 1; });
    ASSERT_TRUE(found) << "byte " << at;
    EXPECT_EQ(found->column, "body");
  }
  EXPECT_EQ(FoundAfter([](audit::StoredHistory& s) { s.row.reset(); }),
            (Discrepancy{"orders", {}, Fault::kMissing, "", "", ""}));
}

TEST_F(Audit, W1SaysWhereTheOrdersBodyDiffers) {
  const size_t body = db::ColumnsOf(mapping_).size() - 2;
  const auto found = FoundAfter([&](audit::StoredHistory& s) {
    Order order = shelf_.story.order();
    order.milestones[1].revisions_used = 7;
    (*s.row)[body] = EncodeOrder(order);
  });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->found, "added: milestones[1].revisions_used: 7");
}

TEST_F(Audit, W1FindsEveryColumnOfEveryChargeAndEntry) {
  for (size_t t = 0; t < mapping_.side_tables.size(); ++t) {
    const auto& side = mapping_.side_tables[t];
    ASSERT_FALSE(whole_.side[t].empty());
    for (size_t r = 0; r < whole_.side[t].size(); ++r) {
      for (size_t c = 0; c < side.columns.size(); ++c) {
        const auto found =
            FoundAfter([&](audit::StoredHistory& s) { s.side[t][r][c] = Other(s.side[t][r][c]); });
        ASSERT_TRUE(found) << side.table << " " << side.columns[c];
        EXPECT_EQ(found->table, side.table);
        if (c >= side.key_columns) {
          EXPECT_EQ(found->column, side.columns[c]);
        }
      }
      const auto gone = FoundAfter([&](audit::StoredHistory& s) { s.side[t].erase(s.side[t].begin() + r); });
      ASSERT_TRUE(gone);
      EXPECT_EQ(gone->table, side.table);
      EXPECT_EQ(gone->fault, Fault::kMissing);
      const auto added = FoundAfter([&](audit::StoredHistory& s) {
        s.side[t].push_back(s.side[t][r]);
        s.side[t].back()[side.key_columns - 1] = "9";
      });
      ASSERT_TRUE(added);
      EXPECT_EQ(added->fault, Fault::kUnexpected);
    }
  }
  // An entry is named by its event and its line.
  const auto changed = FoundAfter([](audit::StoredHistory& s) { s.side[1][4][5] = "-1"; });
  ASSERT_TRUE(changed);
  EXPECT_THAT(changed->key, ElementsAre(*whole_.side[1][4][1], *whole_.side[1][4][2]));
  EXPECT_EQ(changed->found, "-1");
}

// The rows as a lane writes them, of commands that one commit took.
class AuditOfOneCommit : public ::testing::Test {
 protected:
  AuditOfOneCommit() {
    EXPECT_DONE(shelf_.Do(Placing(MilestonesOf(2))));
    EXPECT_DONE(shelf_.Do(SettleCharge{shelf_.story.charge().id, Succeeded{"cap-1"}}));
    shelf_.story.now += kDay;
  }

  // The last columns of the order's deadlines: "REVIEW 2 NULL", kind, state and what is left.
  std::vector<std::string> Deadlines() const {
    std::vector<std::string> rows;
    for (const audit::Cells& row : shelf_.Rows().deadlines)
      rows.push_back(absl::StrCat(*row[1], " ", *row[3], " ", *row[5], " ", row[9].value_or("NULL")));
    return rows;
  }
  std::optional<Discrepancy> Found() const { return OrderAuditor().Judge(shelf_.Rows()).discrepancy; }
  static DeliverMilestone Delivery() { return {kSeller, 1, false, "here it is", ""}; }

  Shelf shelf_;
};

TEST_F(AuditOfOneCommit, W5OneThatBecameAnotherAndWasClearedIsARowOfWhatItWasLast) {
  ASSERT_DONE(
      shelf_.DoInOneCommit({Delivery(), AcceptMilestone{kBuyer, 1, NextStep::kEndOrder, AttemptPolicy()}}));
  EXPECT_THAT(Deadlines(), ElementsAre("1 REVIEW 3 NULL"));
  EXPECT_EQ(Found(), std::nullopt);
}

TEST_F(AuditOfOneCommit, W5OneThatWasFrozenThawedAndClearedIsARowOfWhatItWasLast) {
  ASSERT_DONE(shelf_.DoInOneCommit({OpenDispute{kBuyer, 1, "nothing yet"}, WithdrawDispute{kBuyer, 1},
                                    RequestCancellation{kOperator, Money(), "no use"}}));
  EXPECT_THAT(Deadlines(), ElementsAre("1 DELIVERY 3 NULL")) << "that of the dispute never was a row";
  EXPECT_EQ(Found(), std::nullopt);
}

TEST_F(AuditOfOneCommit, W5OneThatWasFrozenAndClearedHasNothingLeft) {
  ASSERT_DONE(shelf_.DoInOneCommit(
      {OpenDispute{kBuyer, 1, "nothing yet"}, RequestCancellation{kSeller, Money(), "take it back"}}));
  EXPECT_THAT(Deadlines(), ElementsAre("1 DELIVERY 3 NULL"));
  EXPECT_EQ(Found(), std::nullopt);
}

TEST_F(AuditOfOneCommit, W5OneThatWasFrozenEarlierIsThawedAndCleared) {
  ASSERT_DONE(shelf_.Do(RequestCancellation{kBuyer, Money(), ""}));
  ASSERT_DONE(shelf_.Do(OpenDispute{kBuyer, 1, "nothing yet"}));
  EXPECT_THAT(Deadlines(), ElementsAre("1 DELIVERY 4 259200000000", "2 CANCELLATION_ANSWER 4 172800000000",
                                       "3 DISPUTE 1 NULL"));
  EXPECT_EQ(Found(), std::nullopt);
  shelf_.story.now += kDay;
  ASSERT_DONE(shelf_.DoInOneCommit({WithdrawDispute{kBuyer, 1}, AnswerCancellation{kSeller, false, "no"}}));
  EXPECT_THAT(Deadlines(),
              ElementsAre("1 DELIVERY 1 NULL", "2 CANCELLATION_ANSWER 3 NULL", "3 DISPUTE 3 NULL"));
  EXPECT_EQ(Found(), std::nullopt);
}

TEST_F(AuditOfOneCommit, W5OneThatIsFrozenAndThawedRunsOn) {
  ASSERT_DONE(shelf_.DoInOneCommit({OpenDispute{kBuyer, 1, "nothing yet"}, WithdrawDispute{kBuyer, 1}}));
  EXPECT_THAT(Deadlines(), ElementsAre("1 DELIVERY 1 NULL"));
  EXPECT_EQ(Found(), std::nullopt);
}

TEST_F(AuditOfOneCommit, W5ARequestThatIsAnsweredInItNeverWasARow) {
  ASSERT_DONE(shelf_.DoInOneCommit(
      {RequestCancellation{kBuyer, Money(), ""}, AnswerCancellation{kSeller, true, "all right"}}));
  EXPECT_THAT(Deadlines(), ElementsAre("1 DELIVERY 3 NULL"));
  EXPECT_EQ(Found(), std::nullopt);
}

// All that was due fires in one commit; the last firing voids a request whose time ends at the same instant (timer_history.h).
TEST_F(AuditOfOneCommit, W5OneThatAFiringClearsAtItsOwnDueTimeHasFired) {
  shelf_.story.now = kStart + kDay;
  ASSERT_DONE(shelf_.Do(Delivery()));
  shelf_.story.now = kStart + 7 * kDay;
  ASSERT_DONE(shelf_.Do(RequestCancellation{kBuyer, Money(), ""}));
  shelf_.story.now = kStart + 12 * kDay;
  ASSERT_DONE(shelf_.Do(Tick{}));
  EXPECT_EQ(shelf_.story.names(),
            "cancellation.voided milestone.auto_accepted milestone.skipped order.completed");
  EXPECT_THAT(Deadlines(), ElementsAre("1 REVIEW 2 NULL", "2 CANCELLATION_ANSWER 2 NULL"));
  EXPECT_EQ(Found(), std::nullopt);
}

TEST_F(AuditOfOneCommit, W5AFiringAndTheCommandThatEndsWhatItSetLeaveOneFiredRow) {
  shelf_.story.now = kStart + 5 * kDay;
  ASSERT_DONE(shelf_.Do(CancelLateMilestone{kBuyer, 1, "too late"}));
  EXPECT_THAT(Deadlines(), ElementsAre("1 DELIVERY 2 NULL", "2 LATE_CANCELLATION 2 NULL"))
      << "the third, NON_DELIVERY, was set and cleared";
  EXPECT_EQ(Found(), std::nullopt);
}

// Ways out: each is proven, and whoever forges what it did is found out.

// Asks to cancel and says no, and disputes the milestone and withdraws that: four deadlines that are cleared.
void TellWhatComesToNothing(Shelf& shelf) {
  ASSERT_DONE(shelf.Do(RequestCancellation{kBuyer, Money::Usd(1), "too slow"}));
  ASSERT_DONE(shelf.DoAfter(absl::Hours(1), OpenDispute{kSeller, 1, "no answer"}));
  ASSERT_DONE(shelf.DoAfter(absl::Hours(1), WithdrawDispute{kSeller, 1}));
  ASSERT_DONE(shelf.Do(AnswerCancellation{kSeller, false, "soon"}));
}

// Late, disputed, and split by an operator; its refund fails once.
void TellSplit(Shelf& shelf) {
  ASSERT_DONE(shelf.Do(Placing(MilestonesOf(2))));
  const ChargeId charge = shelf.story.charge().id;
  ASSERT_DONE(shelf.Do(SettleCharge{charge, Succeeded{"cap-1"}}));
  TellWhatComesToNothing(shelf);
  ASSERT_DONE(shelf.DoAfter(5 * kDay, Tick{}));
  ASSERT_DONE(shelf.Do(RequestCancellation{kBuyer, Money::Usd(1), "too slow"}));
  ASSERT_DONE(shelf.Do(OpenDispute{kBuyer, 1, "nothing there"}));
  ASSERT_DONE(shelf.DoAfter(14 * kDay, Tick{}));
  ASSERT_DONE(shelf.Do(ResolveDispute{kOperator, 1, DisputeOutcome::kSplit, Money::Usd(5000), "a third"}));
  ASSERT_DONE(shelf.Do(LeaseRefund{charge, 1, shelf.story.now + absl::Minutes(1)}));
  ASSERT_DONE(shelf.Do(SettleRefund{charge, 1, Unknown{shelf.story.now + absl::Minutes(2)}}));
  ASSERT_DONE(shelf.Do(SettleRefund{charge, 1, NotRefunded{"TRY_LATER"}}));
  ASSERT_DONE(shelf.DoAfter(absl::Hours(1), SettleRefund{charge, 2, Refunded{"back"}}));
}

class AuditOfASplit : public Audit {
 protected:
  AuditOfASplit() : Audit(TellSplit) {}
};

// M1 15000 + 825; of 15000 the seller gets 5000 less 1000, the buyer 10000 and 550 of the fee.
TEST_F(AuditOfASplit, W1FindsNothingInWhatWasWritten) {
  const OrderAudit audit = auditor_.Judge(whole_);
  EXPECT_EQ(audit.discrepancy, std::nullopt) << audit.discrepancy->table << audit.discrepancy->found;
  EXPECT_EQ(audit.totals, shelf_.story.order().totals);
  const Currency usd = Currency::Usd();
  EXPECT_THAT(audit.trial_balance, ElementsAre(TrialBalanceLine{"escrow", usd, 15000, 15000, 1},
                                               TrialBalanceLine{"provider:clearing", usd, 15825, 10550, 1},
                                               TrialBalanceLine{"refund:transit", usd, 21100, 21100, 1},
                                               TrialBalanceLine{"revenue:buyer_fee", usd, 550, 825, 1},
                                               TrialBalanceLine{"revenue:commission", usd, 0, 1000, 1},
                                               TrialBalanceLine{"seller:clearing", usd, 0, 4000, 1},
                                               TrialBalanceLine{"suspense", usd, 10550, 10550, 1}));
}

TEST_F(AuditOfASplit, W1AForgedEventThatIsChainedAnewContradictsTheRows) {
  const auto forging = [&]<class E>(E*, auto change) {
    audit::StoredHistory stored = whole_;
    int forged = 0;
    for (audit::StoredEvent& stored_event : stored.events) {
      OrderEvent event = *DecodeEvent(stored_event.payload);
      E* const found = std::get_if<E>(&event);
      if (found == nullptr) continue;
      change(*found);
      stored_event.payload = EncodeEvent(event);
      ++forged;
    }
    Rechain(stored);
    EXPECT_GT(forged, 0);
    EXPECT_TRUE(Found(stored)) << E::kInfo.name;
  };
  forging(static_cast<MilestoneOverdue*>(nullptr), [](auto& e) { *e.cancellable_at += kMicrosecond; });
  forging(static_cast<MilestoneCancellable*>(nullptr), [](auto& e) { e.non_delivery_at += kMicrosecond; });
  forging(static_cast<CancellationRequested*>(nullptr), [](auto& e) { e.answer_due += kMicrosecond; });
  forging(static_cast<DisputeOpened*>(nullptr), [](auto& e) { e.by = Party::kSeller; });
  forging(static_cast<DisputeOpened*>(nullptr), [](auto& e) { e.alarm_at += kMicrosecond; });
  forging(static_cast<DisputeResolved*>(nullptr), [](auto& e) { e.outcome = DisputeOutcome::kRefunded; });
  forging(static_cast<MilestoneCancelled*>(nullptr),
          [](auto& e) { e.reason = CancellationReason::kNonDelivery; });
  forging(static_cast<MilestoneCancelled*>(nullptr), [](auto& e) {
    EscrowSplit& split = e.split;
    split.seller_minor += 100;
    split.move = M6Split(split.charge, kSeller.name, split.amount,
                         {split.seller_minor, split.commission_minor, split.fee_minor});
  });
  forging(static_cast<OrderCancelled*>(nullptr), [](auto& e) { e.reason = CancellationReason::kAgreed; });
  forging(static_cast<RefundSucceeded*>(nullptr), [](auto& e) { e.provider_reference = "to-eve"; });
}

TEST_F(AuditOfASplit, W1SurvivesAnyDamageToEventsThatNoDigestCovers) {
  ExpectSurvivesAnyDamage(/*first=*/5);  // those of its placement are the longest, and damaged above
}

TEST_F(AuditOfASplit, W1FindsEveryColumnOfEveryDeadline) {
  ASSERT_GE(whole_.deadlines.size(), 5u);
  std::map<std::string, int> states;
  for (size_t r = 0; r < whole_.deadlines.size(); ++r) {
    ++states[*whole_.deadlines[r][5]];
    for (size_t c = 0; c < whole_.deadlines[r].size(); ++c) {
      const auto found =
          FoundAfter([&](audit::StoredHistory& s) { s.deadlines[r][c] = Other(s.deadlines[r][c]); });
      ASSERT_TRUE(found) << r << " " << db::DeadlineColumns()[c];
      EXPECT_EQ(found->table, "deadlines");
    }
    const auto gone =
        FoundAfter([&](audit::StoredHistory& s) { s.deadlines.erase(s.deadlines.begin() + r); });
    EXPECT_EQ(gone, (Discrepancy{"deadlines", {absl::StrCat(r + 1)}, Fault::kMissing, "", "", ""}));
  }
  EXPECT_GT(states["2"], 0) << "one that fired";
  EXPECT_GT(states["3"], 0) << "one that was cleared";
  const auto added = FoundAfter([](audit::StoredHistory& s) {
    s.deadlines.push_back(s.deadlines[0]);
    s.deadlines.back()[1] = "99";
  });
  EXPECT_EQ(added, (Discrepancy{"deadlines", {"99"}, Fault::kUnexpected, "", "", ""}));
}

// A deadline that one commit set and cleared never was a row.
TEST_F(AuditOfASplit, W1MissesNoDeadlineThatWasSetAndClearedInOneCommit) {
  const auto cleared = [&](audit::StoredHistory& s) {
    std::erase_if(s.deadlines, [](const audit::Cells& row) { return *row[5] == "3"; });
  };
  EXPECT_TRUE(FoundAfter(cleared));
  EXPECT_EQ(FoundAfter([&](audit::StoredHistory& s) {
              cleared(s);
              for (audit::StoredEvent& event : s.events) event.commit = "one";
            }),
            std::nullopt);
}

// Texts.

void EraseTexts(audit::StoredHistory& stored) {
  for (audit::StoredEvent& event : stored.events) event.payload = std::string(ChainedPart(event.payload));
}

TEST_F(Audit, W1AnErasedTextLeavesTheOrderConsistent) {
  const size_t body = db::ColumnsOf(mapping_).size() - 2;
  Order order = shelf_.story.order();
  for (Milestone& milestone : order.milestones) {
    milestone.delivery_message = milestone.meeting_url = "";
    for (EarlierDelivery& earlier : milestone.earlier)
      earlier.message = earlier.meeting_url = earlier.revision_message = "";
  }
  for (Charge& charge : order.charges)
    if (charge.resolution) charge.resolution->evidence.clear();
  const auto erase_both = [&](audit::StoredHistory& s) {
    EraseTexts(s);
    (*s.row)[body] = EncodeOrder(order);
  };
  audit::StoredHistory erased = whole_;
  erase_both(erased);
  EXPECT_EQ(Found(erased), std::nullopt);
  for (const audit::StoredEvent& event : erased.events) {
    EXPECT_EQ(event.payload.find("here it is"), std::string::npos);
    EXPECT_EQ(event.payload.find("please rounder"), std::string::npos);
    EXPECT_EQ(event.payload.find("https://meet/1"), std::string::npos);
    EXPECT_EQ(event.payload.find("the bank's statement"), std::string::npos);
  }
  EXPECT_TRUE(FoundAfter(EraseTexts)) << "the order's row still has them";
}

TEST_F(Audit, W1FindsATextThatIsNotTheOneThatWasWritten) {
  for (const std::string text : {"here it is", "please rounder", "https://meet/1", "the bank's statement"}) {
    const auto found = FoundAfter([&](audit::StoredHistory& s) {
      for (audit::StoredEvent& event : s.events) {
        const size_t at = event.payload.find(text);
        if (at == std::string::npos) continue;
        event.payload[at] = 'H';
        EXPECT_LT(ChainedPart(event.payload).size(), at) << "the digest does not cover it";
        return;
      }
    });
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->fault, Fault::kUnreadable);
  }
}

// Before the chain.

TEST_F(Audit, W1EventsFromBeforeTheChainAreProvenByWhatTheyMean) {
  for (const size_t before : {size_t{1}, size_t{5}, whole_.events.size()}) {
    audit::StoredHistory stored = whole_;
    Rechain(stored, before);
    if (before == stored.events.size()) stored.row->back().reset();
    const OrderAudit audit = auditor_.Judge(stored);
    EXPECT_EQ(audit.discrepancy, std::nullopt);
    EXPECT_EQ(audit.unchained, before);
    // Their instants are the order's.
    ++stored.events[0].at_us;
    EXPECT_TRUE(Found(stored));
  }
}

// As releases before the chain wrote them: texts inside the event, without hashes.
std::string InTheOldForm(const std::string& payload) {
  storage::v1::OrderEvent event;
  EXPECT_TRUE(event.ParseFromString(payload));
  if (!event.has_delivered() && !event.has_revision_requested()) return payload;  // has no texts, or is newer
  if (event.has_delivered()) {
    storage::v1::OrderDelivered& delivered = *event.mutable_delivered();
    delivered.clear_message_sha256();
    delivered.clear_meeting_url_sha256();
    delivered.set_message(event.texts().message());
    delivered.set_meeting_url(event.texts().meeting_url());
  }
  if (event.has_revision_requested()) {
    event.mutable_revision_requested()->clear_message_sha256();
    event.mutable_revision_requested()->set_message(event.texts().message());
  }
  event.clear_texts();
  return event.SerializeAsString();
}

TEST_F(Audit, W1EventsOfEarlierReleasesAreStillRead) {
  audit::StoredHistory stored = whole_;
  for (audit::StoredEvent& event : stored.events) {
    event.payload = InTheOldForm(event.payload);
    event.digest.reset();
  }
  stored.row->back().reset();
  EXPECT_EQ(Found(stored), std::nullopt);
  stored.events.back().actor = "users/eve";
  EXPECT_EQ(Found(stored), std::nullopt) << "who caused it is not proven: decisions/0010";
}

TEST_F(Audit, W1NoEventLeavesTheChainOnceItHasBegun) {
  for (size_t i = 0; i < whole_.events.size(); ++i) {
    const auto found = FoundAfter([&](audit::StoredHistory& s) { s.events[i].digest.reset(); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->fault, Fault::kBrokenChain);
  }
}

TEST_F(Audit, W1SurvivesAnyDamageToEventsThatNoDigestCovers) {
  ExpectSurvivesAnyDamage();
}

// Somebody who recomputes the chain.

TEST_F(Audit, W1AForgedEventThatIsChainedAnewContradictsTheRows) {
  const auto expect_found = [&](auto forge) {
    int forged = 0;
    audit::StoredHistory stored = whole_;
    for (audit::StoredEvent& stored_event : stored.events) {
      OrderEvent event = *DecodeEvent(stored_event.payload);
      if (!forge(event)) continue;
      ++forged;
      stored_event.payload = EncodeEvent(event);
    }
    Rechain(stored);
    EXPECT_GT(forged, 0);
    EXPECT_TRUE(Found(stored));
  };
  const auto forging = [&]<class E>(E*, auto change) {
    expect_found([&](OrderEvent& event) {
      E* const found = std::get_if<E>(&event);
      if (found != nullptr) change(*found);
      return found != nullptr;
    });
  };
  forging(static_cast<OrderPlacementStarted*>(nullptr), [](auto& e) { e.seller = "users/eve"; });
  forging(static_cast<MilestonePaymentStarted*>(nullptr), [](auto& e) { e.payment_method = "pm-eve"; });
  forging(static_cast<MilestoneFunded*>(nullptr), [](auto& e) {
    e.amount.minor += 100;
    e.move = M1Charge(e.charge, e.amount, e.buyer_fee_minor);
  });
  forging(static_cast<MilestoneFunded*>(nullptr), [](auto& e) { e.provider_reference = "cap-eve"; });
  forging(static_cast<MilestonePaymentFailed*>(nullptr), [](auto& e) { e.decline_reason.reset(); });
  forging(static_cast<MilestoneDelivered*>(nullptr), [](auto& e) { e.review_due += kMicrosecond; });
  forging(static_cast<MilestoneAccepted*>(nullptr), [](auto& e) {
    e.release.move = M2Release(e.release.charge, "users/eve", e.release.amount, e.release.commission_minor);
  });
  forging(static_cast<ChargeResolved*>(nullptr), [](auto& e) { e.by = "operators/eve"; });
  forging(static_cast<RefundStarted*>(nullptr), [](auto& e) {
    e.amount.minor -= 1;
    e.move = M9RefundStarted(e.amount);
  });
  forging(static_cast<ChargeRecheckSet*>(nullptr), [](auto& e) { e.answers = 3; });
  forging(static_cast<OrderCompleted*>(nullptr), [](auto& e) { e.reason = CompletionReason::kAllAccepted; });
}

TEST_F(Audit, W1AMoveThatTakesTheEscrowElsewhereIsFound) {
  audit::StoredHistory stored = whole_;
  for (audit::StoredEvent& event : stored.events) {
    if (event.type != "milestone.accepted") continue;
    OrderEvent forged = *DecodeEvent(event.payload);
    Move& move = std::get<MilestoneAccepted>(forged).release.move;
    move.postings[0].account = "suspense";
    event.payload = EncodeEvent(forged);
    for (audit::Cells& entry : stored.side[1])
      if (*entry[1] == absl::StrCat(event.sequence) && *entry[2] == "1") entry[4] = "suspense";
  }
  Rechain(stored);
  const auto found = Found(stored);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->table, "balance");
  EXPECT_THAT(found->key, ElementsAre("escrow"));
  EXPECT_EQ(found->expected, "0");
  EXPECT_EQ(found->found, "15000");
}

}  // namespace
}  // namespace milepost::billing
