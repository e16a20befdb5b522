// The events of cancellations, disputes and late milestones: in which order they come, to whom they are shown, what they carry, and
// whom they notify in English and in German (W6).
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/wire.h"
#include "tests/component/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

using ::testing::HasSubstr;

class WaysOutEventsTest : public WaysOutTest {
 protected:
  // The texts that this recipient is told by the last event of this type; each in English, then in German.
  Lines TextsOf(const std::string& order, const std::string& type, const std::string& recipient) {
    const feed::Event event = LastEvent(order, type);
    for (const feed::Notification& notice : event.notifications())
      if (notice.recipient() == recipient) return {notice.text_en(), notice.text_de()};
    ADD_FAILURE() << recipient << " is not told by " << type;
    return {"", ""};
  }
  void ExpectTold(const std::string& order, const std::string& type, const std::string& recipient,
                  const std::string& en, const std::string& de) {
    const Lines texts = TextsOf(order, type, recipient);
    EXPECT_THAT(texts[0], HasSubstr(en));
    EXPECT_THAT(texts[1], HasSubstr(de));
    // A party is shown its own notices only.
    for (const feed::Event& event : EventsOf(order, type, recipient))
      for (const feed::Notification& notice : event.notifications()) EXPECT_EQ(notice.recipient(), recipient);
  }
};

TEST_F(WaysOutEventsTest, AnAgreedCancellationInItsOrder) {
  const std::string name = Delivered().name();
  Do(kSeller, CancellationOf(name, 3333));
  Do(kBuyer, AnswerTo(name, kAgree));
  EXPECT_EQ(Refund(), 1u);
  EXPECT_THAT(TypesSince(name, "cancellation.requested"),
              ElementsAre("cancellation.requested", "cancellation.accepted", "milestone.cancelled",
                          "refund.started", "milestone.skipped", "milestone.skipped", "order.cancelled",
                          "refund.leased", "refund.succeeded"));
  EXPECT_THAT(TypesSince(name, "cancellation.requested", kSeller),
              ElementsAre("cancellation.requested", "cancellation.accepted", "milestone.cancelled",
                          "milestone.skipped", "milestone.skipped", "order.cancelled"));
  const auto requested = LastEvent(name, "cancellation.requested");
  EXPECT_EQ(requested.actor(), kSeller);
  EXPECT_EQ(requested.cancellation_requested().requested_by(), v1::PARTY_SELLER);
  EXPECT_EQ(Cents(requested.cancellation_requested().seller_amount()), 3333);
  EXPECT_EQ(requested.cancellation_requested().message(), "it does not work out");
  EXPECT_EQ(rpc::TimeOf(requested.cancellation_requested().answer_end_time()),
            client_->Now() + absl::Hours(48));
  EXPECT_EQ(LastEvent(name, "cancellation.accepted").cancellation_accepted().answered_by(), v1::PARTY_BUYER);
  const auto cancelled = LastEvent(name, "milestone.cancelled").milestone_cancelled();
  EXPECT_EQ(cancelled.milestone_number(), 1u);
  EXPECT_EQ(cancelled.reason(), type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(cancelled.charge(), client_->Charges(name)[0].name());
  EXPECT_EQ(Cents(cancelled.amount()), 10000);
  EXPECT_EQ(Cents(cancelled.seller_amount()), 3333);
  EXPECT_EQ(Cents(cancelled.commission()), 667);
  EXPECT_EQ(Cents(cancelled.seller_earned()), 2666);
  EXPECT_EQ(Cents(cancelled.refunded_amount()), 6667);
  EXPECT_EQ(Cents(cancelled.refunded_fee()), 366);
  EXPECT_EQ(cancelled.move().postings_size(), 5);
  const auto started = LastEvent(name, "refund.started").refund_started();
  EXPECT_EQ(Cents(started.amount()), 7033);
  EXPECT_FALSE(started.has_move());
  EXPECT_EQ(LastEvent(name, "order.cancelled").order_cancelled().reason(),
            type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_FALSE(LastEvent(name, "refund.succeeded").refund_succeeded().provider_reference().empty());
}

TEST_F(WaysOutEventsTest, AnAgreedCancellationTellsEachParty) {
  const std::string name = Delivered().name();
  Do(kSeller, CancellationOf(name, 3333));
  Do(kBuyer, AnswerTo(name, kAgree));
  EXPECT_EQ(Refund(), 1u);
  EXPECT_THAT(ToldBy(name, "cancellation.requested"), ElementsAre(kBuyer));
  ExpectTold(name, "cancellation.requested", kBuyer, "The seller asks to cancel the order",
             "Der Anbieter bittet um die Stornierung");
  EXPECT_THAT(TextsOf(name, "cancellation.requested", kBuyer)[0], HasSubstr("33.33"));
  EXPECT_THAT(ToldBy(name, "cancellation.accepted"), ElementsAre(kSeller));
  ExpectTold(name, "cancellation.accepted", kSeller, "has agreed to your request",
             "hat Ihrer Bitte zugestimmt");
  EXPECT_THAT(ToldBy(name, "milestone.cancelled"), ElementsAre(kBuyer, kSeller));
  ExpectTold(name, "milestone.cancelled", kBuyer, "Milestone 1 is cancelled", "Meilenstein 1 ist storniert");
  EXPECT_THAT(TextsOf(name, "milestone.cancelled", kBuyer)[0], HasSubstr("70.33"));
  EXPECT_THAT(TextsOf(name, "milestone.cancelled", kSeller)[0], HasSubstr("You have earned"));
  EXPECT_THAT(TextsOf(name, "milestone.cancelled", kSeller)[0], HasSubstr("26.66"));
  EXPECT_THAT(ToldBy(name, "order.cancelled"), IsEmpty()) << "milestone.cancelled has";
  EXPECT_THAT(ToldBy(name, "refund.started"), IsEmpty());
  EXPECT_THAT(ToldBy(name, "refund.succeeded"), ElementsAre(kBuyer));
  ExpectTold(name, "refund.succeeded", kBuyer, "was refunded to you for a cancelled milestone",
             "Für einen stornierten Meilenstein wurden Ihnen");
}

TEST_F(WaysOutEventsTest, ARefusedALapsedAndAVoidRequestTellWhoAsked) {
  const std::string refused = Delivered().name(), lapsed = Delivered().name(), voided = Delivered().name();
  for (const std::string& name : {refused, lapsed, voided}) Do(kBuyer, CancellationOf(name));
  EXPECT_THAT(ToldBy(refused, "cancellation.requested"), ElementsAre(kSeller));
  ExpectTold(refused, "cancellation.requested", kSeller, "The buyer asks to cancel the order",
             "Der Käufer bittet um die Stornierung");
  Do(kSeller, AnswerTo(refused, v1::CANCELLATION_ANSWER_REJECT));
  EXPECT_THAT(ToldBy(refused, "cancellation.rejected"), ElementsAre(kBuyer));
  ExpectTold(refused, "cancellation.rejected", kBuyer, "has refused your request", "abgelehnt");
  EXPECT_EQ(LastEvent(refused, "cancellation.rejected").cancellation_rejected().answered_by(),
            v1::PARTY_SELLER);
  Must(client_->Accept(voided, 1, v1::NEXT_STEP_START_NEXT));
  EXPECT_THAT(ToldBy(voided, "cancellation.voided"), IsEmpty()) << "the buyer's own step voided it";
  EXPECT_THAT(TypesSince(voided, "cancellation.voided"),
              ElementsAre("cancellation.voided", "milestone.accepted", "milestone.payment_started",
                          "milestone.funded", "milestone.work_authorized"));
  client_->Advance(absl::Hours(48));
  EXPECT_THAT(ToldBy(lapsed, "cancellation.lapsed"), ::testing::UnorderedElementsAre(kBuyer, kSeller));
  ExpectTold(lapsed, "cancellation.lapsed", kBuyer, "Your request to cancel was not answered",
             "Ihre Bitte um Stornierung wurde nicht");
  ExpectTold(lapsed, "cancellation.lapsed", kSeller, "You did not answer",
             "Sie haben die Bitte um Stornierung nicht");
  EXPECT_EQ(LastEvent(lapsed, "cancellation.lapsed").actor(), "system");
  EXPECT_THAT(EventsOf(lapsed, "cancellation.lapsed", kStranger), IsEmpty());
}

TEST_F(WaysOutEventsTest, ALateMilestoneTellsBothStepByStep) {
  const std::string name = Active().name();
  const absl::Time due = client_->Now() + 5 * kDay;
  client_->Advance(5 * kDay);
  const auto overdue = LastEvent(name, "milestone.overdue").milestone_overdue();
  EXPECT_EQ(overdue.milestone_number(), 1u);
  EXPECT_EQ(rpc::TimeOf(overdue.due_time()), due);
  EXPECT_EQ(rpc::TimeOf(overdue.cancellable_time()), due + kDay);
  EXPECT_EQ(rpc::TimeOf(overdue.non_delivery_time()), due + 30 * kDay);
  EXPECT_THAT(ToldBy(name, "milestone.overdue"), ElementsAre(kBuyer, kSeller));
  ExpectTold(name, "milestone.overdue", kBuyer, "you may cancel it", "können Sie ihn stornieren");
  ExpectTold(name, "milestone.overdue", kSeller, "Please deliver it by", "Bitte liefern Sie ihn bis");
  client_->Advance(kDay);
  EXPECT_THAT(ToldBy(name, "milestone.cancellable"), ElementsAre(kBuyer, kSeller));
  ExpectTold(name, "milestone.cancellable", kBuyer, "you may cancel it now",
             "Sie können ihn jetzt stornieren");
  EXPECT_EQ(rpc::TimeOf(LastEvent(name, "milestone.cancellable").milestone_cancellable().non_delivery_time()),
            due + 30 * kDay);
  client_->Advance(29 * kDay);
  const auto cancelled = LastEvent(name, "milestone.cancelled");
  EXPECT_EQ(cancelled.actor(), "system");
  EXPECT_EQ(cancelled.milestone_cancelled().reason(), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  EXPECT_EQ(rpc::TimeOf(cancelled.event_time()), due + 30 * kDay);
  ExpectTold(name, "milestone.cancelled", kSeller, "its money goes back to the buyer",
             "geht an den Käufer zurück");
}

TEST_F(WaysOutEventsTest, ALateRevisionTellsOfTheOperator) {
  const std::string name = Revised().name();
  client_->Advance(3 * kDay);
  EXPECT_THAT(ToldBy(name, "milestone.overdue"), ElementsAre(kBuyer, kSeller));
  ExpectTold(name, "milestone.overdue", kBuyer, "an operator will look at the order",
             "ein Mitarbeiter der Plattform");
  ExpectTold(name, "milestone.overdue", kSeller, "The revision of milestone 1 is late",
             "Die Überarbeitung von Meilenstein 1");
  client_->Advance(30 * kDay);
  EXPECT_THAT(ToldBy(name, "order.operator_needed"), IsEmpty());
  const auto needed = LastEvent(name, "order.operator_needed").order_operator_needed();
  EXPECT_EQ(needed.milestone_number(), 1u);
  EXPECT_EQ(needed.task(), v1::OPERATOR_TASK_OVERDUE_REVISION);
}

TEST_F(WaysOutEventsTest, ADisputeTellsTheOtherParty) {
  const std::string name = Delivered().name();
  Do(kBuyer, DisputeOf(name, 1));
  const auto opened = LastEvent(name, "dispute.opened");
  EXPECT_EQ(opened.actor(), kBuyer);
  EXPECT_EQ(opened.dispute_opened().milestone_number(), 1u);
  EXPECT_EQ(opened.dispute_opened().number(), 1u);
  EXPECT_EQ(opened.dispute_opened().opened_by(), v1::PARTY_BUYER);
  EXPECT_EQ(opened.dispute_opened().message(), "this is not what was agreed");
  EXPECT_EQ(rpc::TimeOf(opened.dispute_opened().alarm_time()), client_->Now() + 14 * kDay);
  EXPECT_THAT(ToldBy(name, "dispute.opened"), ElementsAre(kSeller));
  ExpectTold(name, "dispute.opened", kSeller, "opened a dispute about milestone 1",
             "Streit über Meilenstein 1 eröffnet");
  Do(kBuyer, WithdrawalOf(name, 1));
  const auto withdrawn = LastEvent(name, "dispute.withdrawn").dispute_withdrawn();
  EXPECT_EQ(withdrawn.withdrawn_by(), v1::PARTY_BUYER);
  ASSERT_EQ(withdrawn.deadlines_size(), 1);
  EXPECT_EQ(withdrawn.deadlines(0).kind(), v1::DEADLINE_KIND_REVIEW);
  EXPECT_EQ(rpc::TimeOf(withdrawn.deadlines(0).due_time()), DueOf(name, v1::DEADLINE_KIND_REVIEW));
  EXPECT_EQ(withdrawn.deadlines(0).number(), client_->Deadlines(name)[0].number());
  EXPECT_THAT(ToldBy(name, "dispute.withdrawn"), ElementsAre(kSeller));
  ExpectTold(name, "dispute.withdrawn", kSeller, "has withdrawn the dispute", "zurückgezogen");
  Do(kSeller, DisputeOf(name, 1));
  EXPECT_THAT(ToldBy(name, "dispute.opened"), ElementsAre(kBuyer));
}

TEST_F(WaysOutEventsTest, TheEndOfADisputeInItsOrderAndWhomItTells) {
  const std::string split = Disputed().name(), accepted = Disputed().name(), refunded = Disputed().name();
  Do(kOperator, SplitOf(split, 1, 5000));
  EXPECT_THAT(TypesSince(split, "dispute.resolved"),
              ElementsAre("dispute.resolved", "milestone.cancelled", "refund.started", "milestone.skipped",
                          "milestone.skipped", "order.cancelled"));
  const auto resolved = LastEvent(split, "dispute.resolved");
  EXPECT_EQ(resolved.actor(), kOperator);
  EXPECT_EQ(resolved.dispute_resolved().outcome(), v1::DISPUTE_OUTCOME_SPLIT);
  EXPECT_EQ(resolved.dispute_resolved().resolved_by(), v1::PARTY_OPERATOR);
  EXPECT_EQ(resolved.dispute_resolved().message(), "both had a point");
  EXPECT_THAT(ToldBy(split, "dispute.resolved"), ElementsAre(kBuyer, kSeller));
  ExpectTold(split, "dispute.resolved", kBuyer, "An operator has decided the dispute", "entschieden");
  Do(kBuyer, ApprovalOf(accepted, 1));
  EXPECT_THAT(TypesSince(accepted, "dispute.resolved"),
              ElementsAre("dispute.resolved", "milestone.accepted"));
  EXPECT_THAT(ToldBy(accepted, "dispute.resolved"), IsEmpty());
  EXPECT_THAT(ToldBy(accepted, "milestone.accepted"), ElementsAre(kSeller));
  Do(kSeller, CancellationOf(refunded));
  EXPECT_THAT(ToldBy(refunded, "dispute.resolved"), IsEmpty());
  EXPECT_THAT(ToldBy(refunded, "milestone.cancelled"), ElementsAre(kBuyer, kSeller));
  EXPECT_EQ(LastEvent(refunded, "dispute.resolved").dispute_resolved().resolved_by(), v1::PARTY_SELLER);
}

TEST_F(WaysOutEventsTest, AnOrderCompletedByACancellationSaysWhy) {
  const std::string name = SecondActive().name();
  Do(kOperator, CancellationOf(name));
  EXPECT_THAT(TypesSince(name, "cancellation.ordered"),
              ElementsAre("cancellation.ordered", "milestone.cancelled", "refund.started",
                          "milestone.skipped", "order.completed"));
  EXPECT_EQ(LastEvent(name, "order.completed").order_completed().reason(),
            type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  ExpectTold(name, "cancellation.ordered", kSeller, "An operator has cancelled the order",
             "Ein Mitarbeiter der Plattform hat den Auftrag storniert");
  EXPECT_EQ(Cents(LastEvent(name, "cancellation.ordered").cancellation_ordered().seller_amount()), 0);
}

}  // namespace
}  // namespace milepost::billing
