// A seller once read in the ledger and in the audit what GetCharge and the feed hid: that money had come late, and that it
// went back to the buyer (M9). Every view of such an order, as each of its readers is shown it.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "milepost/events/v1/event_feed.grpc.pb.h"
#include "tests/component/milestone_billing/fixture.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

namespace feed = ::milepost::events::v1;
using milepost::testing::v1::Script;
using Stub = v1::MilestoneBilling::Stub;
using Lines = std::vector<std::string>;

const Lines kOwnEntries = {"M1 provider:clearing +5575",   "M1 escrow -5000",
                           "M1 revenue:buyer_fee -575",    "M2 escrow +5000",
                           "M2 seller:sam:clearing -4000", "M2 revenue:commission -1000"};
const Lines kLateEntries = {"M9 provider:clearing +5575", "M9 suspense -5575", "M9 suspense +5575",
                            "M9 refund:transit -5575"};
const Lines kSettledEntries = {"M5 refund:transit +5575", "M5 provider:clearing -5575"};
const Lines kOwnBalance = {"escrow +5000 -5000", "provider:clearing +5575 -0", "revenue:buyer_fee +0 -575",
                           "revenue:commission +0 -1000", "seller:clearing +0 -4000"};
const Lines kOwnEvents = {"order.placement_started", "milestone.payment_started", "order.created",
                          "milestone.funded",        "milestone.work_authorized", "milestone.delivered",
                          "milestone.accepted",      "milestone.payment_started", "milestone.payment_failed"};

Lines Joined(Lines lines, const std::vector<Lines>& more) {
  for (const Lines& each : more) lines.insert(lines.end(), each.begin(), each.end());
  return lines;
}

class LateMoneyViews : public BillingTest {
 protected:
  // Milestone 1 is paid and accepted; the payment of milestone 2 was voided, and took the money all the same.
  void MoneyComesLate(const std::string& refund_fails_with = "") {
    Script script;
    script.set_pending_queries(1'000'000);
    script.set_captured_after_void(1);
    if (!refund_fails_with.empty()) script.mutable_refunds()->set_failure_reason(refund_fails_with);
    order_ = StartSecond(NewPaymentMethod(script)).name();
    client_->Advance(absl::Hours(1));
    EXPECT_EQ(Must(server_->reconciler().Tick()), 1u);
    client_->Advance(absl::Hours(1));
    EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
    EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
  }

  v1::AuditOrderResponse Audit(const std::string& actor) {
    v1::AuditOrderRequest request;
    request.set_name(order_);
    return Must(client_->Billing(actor, &Stub::AuditOrder, request));
  }
  // "escrow +5000 -5000": debits and credits.
  Lines TrialBalance(const std::string& actor) {
    Lines lines;
    const v1::AuditOrderResponse audit = Audit(actor);
    for (const v1::TrialBalanceLine& line : audit.trial_balance())
      lines.push_back(
          absl::StrFormat("%s +%d -%d", line.kind(), Cents(line.debits()), Cents(line.credits())));
    return lines;
  }
  Lines Events(const std::string& actor) {
    EXPECT_THAT(server_->shell().feed().Sequence(), IsOk());
    const auto stub = feed::EventFeed::NewStub(channel());
    feed::ListEventsRequest request;
    request.mutable_filter()->set_resource(order_);
    const auto page = Must(client_->Call(actor, *stub, &feed::EventFeed::Stub::ListEvents, request));
    Lines types;
    for (const feed::Event& event : page.events()) types.push_back(event.type());
    return types;
  }
  // The late charge, as both methods show it.
  v1::Charge LateCharge(const std::string& actor) {
    const v1::Charge listed = client_->Charges(order_, actor).at(1);
    v1::GetChargeRequest request;
    request.set_name(listed.name());
    const v1::Charge charge = Must(client_->Billing(actor, &Stub::GetCharge, request)).charge();
    EXPECT_EQ(charge.SerializeAsString(), listed.SerializeAsString());
    return charge;
  }
  // Runs `change`, shows what the audit then finds to each reader, and puts the row back by `restore`.
  std::map<std::string, v1::AuditFinding> FindingsOf(const std::string& change, const std::string& restore) {
    milepost::testing::ExecuteOrDie(options_.database, change);
    std::map<std::string, v1::AuditFinding> findings;
    for (const char* actor : {kBuyer, kSeller, kOperator}) {
      const v1::AuditOrderResponse audit = Audit(actor);
      EXPECT_FALSE(audit.consistent()) << actor << ": " << change;
      findings[actor] = audit.finding();
    }
    milepost::testing::ExecuteOrDie(options_.database, restore);
    return findings;
  }
  static void ExpectHidden(const v1::AuditFinding& finding) {
    EXPECT_EQ(finding.part(), v1::AUDIT_PART_ORDER);
    EXPECT_EQ(finding.fault(), v1::AUDIT_FAULT_DIFFERENT);
    EXPECT_EQ(finding.key() + finding.column(), "");
    EXPECT_EQ(finding.sequence() + finding.line(), 0u);
    EXPECT_THAT(finding.text(), ::testing::Not(::testing::ContainsRegex("refund|late|suspense|charge")));
  }

  std::string order_;
};

TEST_F(LateMoneyViews, M9_TheLedgerListsTheSellerWholeMovesOfTheOrdersOwnMoney) {
  MoneyComesLate();
  EXPECT_EQ(client_->Entries(order_, kSeller), kOwnEntries);
  const Lines all = Joined(kOwnEntries, {kLateEntries, kSettledEntries});
  for (const char* actor : {kBuyer, kOperator, kOfferServiceActor})
    EXPECT_EQ(client_->Entries(order_, actor), all) << actor;
}

TEST_F(LateMoneyViews, M9_TheLedgersPagesLeaveNoGapWhereSomethingIsHidden) {
  MoneyComesLate();
  Must(client_->Retry(order_, "pm_ok"));  // the seller is shown what comes after it, too
  v1::ListEntriesRequest request;
  request.set_order(order_);
  request.set_page_size(4);
  std::vector<int> sizes;
  Lines moves;
  do {
    const auto page =
        Must(client_->Call(kSeller, client_->ledger(), &v1::Ledger::Stub::ListEntries, request));
    sizes.push_back(page.entries_size());
    for (const v1::Entry& entry : page.entries()) moves.push_back(entry.move());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(sizes, ElementsAre(4, 4, 1));
  EXPECT_THAT(moves, ElementsAre("M1", "M1", "M1", "M2", "M2", "M2", "M1", "M1", "M1"));
}

TEST_F(LateMoneyViews, M9_TheAuditBalancesForEachOfItsReadersWhatTheLedgerLists) {
  MoneyComesLate();
  EXPECT_EQ(TrialBalance(kSeller), kOwnBalance);
  const Lines all = {"escrow +5000 -5000",          "provider:clearing +11150 -5575",
                     "refund:transit +5575 -5575",  "revenue:buyer_fee +0 -575",
                     "revenue:commission +0 -1000", "seller:clearing +0 -4000",
                     "suspense +5575 -5575"};
  EXPECT_EQ(TrialBalance(kBuyer), all);
  EXPECT_EQ(TrialBalance(kOperator), all);
  for (const char* actor : {kBuyer, kSeller, kOperator}) {
    const v1::AuditOrderResponse audit = Audit(actor);
    EXPECT_TRUE(audit.consistent()) << actor;
    EXPECT_EQ(Cents(audit.funded()), 5000);
    EXPECT_EQ(Cents(audit.released()), 5000);
    EXPECT_EQ(Cents(audit.refunded()), 0);
    EXPECT_EQ(Cents(audit.escrow()), 0);
  }
}

TEST_F(LateMoneyViews, M9_GetChargeAndListChargesShowTheSellerAVoidedAttemptAndNoMore) {
  MoneyComesLate();
  const v1::Charge seen = LateCharge(kSeller);
  EXPECT_EQ(seen.state(), v1::CHARGE_STATE_VOIDED);
  EXPECT_FALSE(seen.has_late_success_time());
  EXPECT_EQ(seen.refunds_size(), 0);
  EXPECT_EQ(seen.provider_reference(), "") << "a capture";
  for (const char* actor : {kBuyer, kOperator, kOfferServiceActor}) {
    const v1::Charge charge = LateCharge(actor);
    EXPECT_TRUE(charge.has_late_success_time()) << actor;
    EXPECT_EQ(charge.refunds_size(), 1) << actor;
    EXPECT_NE(charge.provider_reference(), "") << actor;
  }
  EXPECT_NE(client_->Charges(order_, kSeller).at(0).provider_reference(), "") << "of the order's own money";
}

TEST_F(LateMoneyViews, M9_TheOrderItselfSaysNothingOfItToAnybody) {
  MoneyComesLate();
  for (const char* actor : {kBuyer, kSeller, kOperator}) {
    const v1::Order order = Must(client_->Get(order_, actor));
    EXPECT_EQ(Cents(order.totals().funded()), 5000) << actor;
    EXPECT_EQ(Cents(order.totals().refunded()), 0) << actor;
    EXPECT_EQ(Cents(order.totals().buyer_fees()), 575) << actor;
    EXPECT_EQ(order.last_payment().state(), type::v1::PAYMENT_STATE_VOIDED) << actor;
    EXPECT_EQ(order.last_payment().why_case(), type::v1::PaymentOutcome::WHY_NOT_SET) << actor;
  }
}

TEST_F(LateMoneyViews, M9_TheFeedTellsTheBuyerAlone) {
  MoneyComesLate();
  EXPECT_EQ(Events(kSeller), kOwnEvents);
  EXPECT_EQ(Events(kBuyer),
            Joined(kOwnEvents, {{"charge.succeeded_late", "refund.started", "charge.late_refunded"}}));
  EXPECT_THAT(Events(kOperator), ::testing::IsSupersetOf(Events(kBuyer)));
}

// The event of a refund that failed is no party's, its state in GetCharge is the buyer's: so are its entries, without which
// those of the next refund would take out of suspense what is not there.
TEST_F(LateMoneyViews, M5_TheEntriesOfARefundThatFailedAddUpForTheBuyer) {
  MoneyComesLate("ACCOUNT_CLOSED");
  const Lines failed = {"M5 refund:transit +5575", "M5 suspense -5575", "M9 suspense +5575",
                        "M9 refund:transit -5575"};
  const Lines all = Joined(kOwnEntries, {kLateEntries, failed});
  EXPECT_EQ(client_->Entries(order_, kBuyer), all);
  EXPECT_EQ(client_->Entries(order_, kOperator), all);
  EXPECT_EQ(client_->Entries(order_, kSeller), kOwnEntries);
  EXPECT_EQ(TrialBalance(kBuyer), TrialBalance(kOperator));
  EXPECT_EQ(TrialBalance(kSeller), kOwnBalance);
  EXPECT_EQ(LateCharge(kBuyer).refunds(0).state(), v1::REFUND_STATE_FAILED);
}

TEST_F(LateMoneyViews, AFindingOfTheAuditNamesNothingThatItsReaderIsNotShown) {
  MoneyComesLate();
  auto found = FindingsOf("UPDATE refunds SET created_us = created_us + 1",
                          "UPDATE refunds SET created_us = created_us - 1");
  ExpectHidden(found[kSeller]);
  EXPECT_EQ(found[kBuyer].part(), v1::AUDIT_PART_REFUND);
  EXPECT_EQ(found[kBuyer].column(), "created_us");

  found = FindingsOf(
      "UPDATE charges SET late_success_us = late_success_us + 1 WHERE late_success_us IS NOT NULL",
      "UPDATE charges SET late_success_us = late_success_us - 1 WHERE late_success_us IS NOT NULL");
  ExpectHidden(found[kSeller]);
  EXPECT_EQ(found[kBuyer].column(), "late_success_us");

  found = FindingsOf("UPDATE charges SET payment_method = CONCAT(payment_method, '!') WHERE slot = 1",
                     "UPDATE charges SET payment_method = TRIM(TRAILING '!' FROM payment_method)");
  ExpectHidden(found[kSeller]);
  EXPECT_EQ(found[kBuyer].column(), "payment_method");

  found = FindingsOf("UPDATE charge_questions SET answers = answers + 1",
                     "UPDATE charge_questions SET answers = answers - 1");
  ExpectHidden(found[kSeller]);
  ExpectHidden(found[kBuyer]);
  EXPECT_EQ(found[kOperator].part(), v1::AUDIT_PART_RECHECK);

  found = FindingsOf("UPDATE entries SET move = 'M8' WHERE move = 'M9' AND account = 'refund:transit'",
                     "UPDATE entries SET move = 'M9' WHERE move = 'M8'");
  ExpectHidden(found[kSeller]);
  EXPECT_EQ(found[kBuyer].part(), v1::AUDIT_PART_ENTRY);
  EXPECT_GT(found[kBuyer].sequence(), 0u);

  found = FindingsOf("UPDATE entries SET move = 'M8' WHERE move = 'M2' AND account LIKE 'seller:%'",
                     "UPDATE entries SET move = 'M2' WHERE move = 'M8'");
  for (const char* actor : {kBuyer, kSeller, kOperator})
    EXPECT_EQ(found[actor].part(), v1::AUDIT_PART_ENTRY) << actor;
}

}  // namespace
}  // namespace milepost::billing
