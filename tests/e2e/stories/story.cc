#include "tests/e2e/stories/story.h"

#include <iomanip>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/rpc/reason_wire.h"

namespace milepost::e2e {
namespace {

using billing::v1::Order;

constexpr int64_t kNanosPerCent = 10'000'000;

// "COMPLETED (CANCELLED_AFTER_ACCEPTANCE, AGREED)"
std::string StateOf(const Order& order) {
  std::vector<std::string> reasons;
  if (order.completion_reason() != type::v1::COMPLETION_REASON_UNSPECIFIED)
    reasons.push_back(rpc::NameOf(order.completion_reason()));
  if (order.cancellation_reason() != type::v1::CANCELLATION_REASON_UNSPECIFIED)
    reasons.push_back(rpc::NameOf(order.cancellation_reason()));
  std::string text(absl::StripPrefix(billing::v1::OrderState_Name(order.state()), "ORDER_STATE_"));
  if (!reasons.empty()) absl::StrAppend(&text, " (", absl::StrJoin(reasons, ", "), ")");
  return text;
}

std::string MilestonesOf(const Order& order) {
  return absl::StrJoin(order.milestones(), " · ", [](std::string* out, const auto& milestone) {
    absl::StrAppend(
        out, milestone.number(), " ",
        absl::StripPrefix(billing::v1::MilestoneState_Name(milestone.state()), "MILESTONE_STATE_"));
  });
}

std::string PaymentsOf(const billing::v1::ListChargesResponse& charges) {
  return absl::StrJoin(charges.charges(), " · ", [](std::string* out, const auto& charge) {
    absl::StrAppend(out, Print(charge.amount()), " + ", Print(charge.buyer_fee()), " ",
                    absl::StripPrefix(billing::v1::ChargeState_Name(charge.state()), "CHARGE_STATE_"));
    const std::string declined = rpc::NameOf(rpc::PaymentWhy(charge.decline_reason()));
    if (!declined.empty()) absl::StrAppend(out, " (", declined, ")");
    for (const auto& refund : charge.refunds())
      absl::StrAppend(out, ", refund ", Print(refund.amount()), " ",
                      absl::StripPrefix(billing::v1::RefundState_Name(refund.state()), "REFUND_STATE_"));
  });
}

std::string NextDeadlineOf(const Order& order) {
  for (const auto& action : order.next_actions()) {
    if (!action.has_deadline_time()) continue;
    const absl::Time time = absl::FromUnixSeconds(action.deadline_time().seconds());
    return absl::StrCat(absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone()), " (",
                        action.at_deadline(), ")");
  }
  return "none";
}

}  // namespace

const Person kOperator{"the operator", "operators/stories"};

google::type::Money Usd(int64_t cents) {
  google::type::Money money;
  money.set_currency_code("USD");
  money.set_units(cents / 100);
  money.set_nanos(static_cast<int32_t>(cents % 100 * kNanosPerCent));
  return money;
}

int64_t Cents(const google::type::Money& money) {
  return money.units() * 100 + money.nanos() / kNanosPerCent;
}

std::string Print(const google::type::Money& money) {
  return absl::StrFormat("%d.%02d", Cents(money) / 100, Cents(money) % 100);
}

Story::Story(PlatformClient& client, std::string title, std::string run_tag)
    : client_(client), title_(std::move(title)), run_tag_(std::move(run_tag)) {
  std::cout << "\n" << title_ << "\n" << std::string(title_.size(), '-') << std::endl;
  NoteEarnings();
}

void Story::NoteEarnings() {
  commission_before_ = PlatformBalance("revenue:commission");
  buyer_fees_before_ = PlatformBalance("revenue:buyer_fee");
  clocks_advanced_ = false;
}

void Story::ExpectEarned(const Shares& shares) {
  if (clocks_advanced_) return;
  Expect("the commission in the ledger", PlatformBalance("revenue:commission") - commission_before_,
         shares.commission);
  Expect("the fees in the ledger", PlatformBalance("revenue:buyer_fee") - buyer_fees_before_,
         shares.buyer_fees - shares.fees_refunded);
}

Person Story::NewPerson(const std::string& given_name) const {
  return {given_name, absl::StrCat("users/", given_name, "-", run_tag_)};
}

void Story::Tell(const Person& who, const std::string& what) {
  TellAll(absl::StrCat(who.given_name, " ", what));
}

void Story::TellAll(const std::string& what) {
  std::cout << std::setw(3) << ++step_ << "  " << what << std::endl;
}

void Story::Show(const std::string& what) const {
  std::cout << "       " << what << std::endl;
}

void Story::Fail(const std::string& what) const {
  throw StoryFailed(absl::StrCat(title_, ", step ", step_, ": ", what));
}

void Story::ShowOrder(const std::string& order_name, const Person& viewer, const Person& seller) {
  const Order order = GetOrder(order_name, viewer);
  billing::v1::ListChargesRequest request;
  request.set_order(order_name);
  const auto charges =
      Do(viewer, client_.billing(), &billing::v1::MilestoneBilling::Stub::ListCharges, request);
  Show(absl::StrCat("order ", StateOf(order), " | milestones ", MilestonesOf(order)));
  Show(absl::StrCat("charges ", PaymentsOf(charges)));
  Show(absl::StrCat("escrow ", Print(order.totals().escrow_held()), " | ", seller.given_name, " has earned ",
                    Print(Usd(SellerBalance(seller))), " | next deadline ", NextDeadlineOf(order)));
}

int64_t Story::AdvanceClocks(int64_t seconds) {
  testing::v1::AdvanceClockRequest request;
  request.mutable_by()->set_seconds(seconds);
  int64_t fired = 0;
  clocks_advanced_ = true;
  for (testing::v1::TestClock::Stub* clock : client_.clocks())
    fired = Do(kOperator, *clock, &testing::v1::TestClock::Stub::AdvanceClock, request).fired_count();
  return fired;
}

Order Story::GetOrder(const std::string& name, const Person& viewer) {
  billing::v1::GetOrderRequest request;
  request.set_name(name);
  return Do(viewer, client_.billing(), &billing::v1::MilestoneBilling::Stub::GetOrder, request).order();
}

int64_t Story::SellerBalance(const Person& seller) {
  billing::v1::GetBalanceRequest request;
  request.set_account(absl::StrCat("seller:", absl::StripPrefix(seller.actor, "users/"), ":clearing"));
  return Cents(Do(seller, client_.ledger(), &billing::v1::Ledger::Stub::GetBalance, request).balance());
}

int64_t Story::PlatformBalance(const std::string& account) {
  billing::v1::GetBalanceRequest request;
  request.set_account(account);
  return Cents(Do(kOperator, client_.ledger(), &billing::v1::Ledger::Stub::GetBalance, request).balance());
}

void Story::ExpectSettled(const Order& order, const Person& seller, const Shares& shares) {
  Expect("escrow held", Cents(order.totals().escrow_held()), 0);
  Expect("funded − released − refunded",
         Cents(order.totals().funded()) - Cents(order.totals().released()) - Cents(order.totals().refunded()),
         0);
  Expect("the seller's balance", SellerBalance(seller), shares.seller);
  Expect("the seller's earnings", Cents(order.totals().seller_earned()), shares.seller);
  Expect("the commission", Cents(order.totals().commission()), shares.commission);
  Expect("refunded", Cents(order.totals().refunded()), shares.refunded);
  Expect("the buyer's fees", Cents(order.totals().buyer_fees()), shares.buyer_fees);
  Expect("the buyer's fees that went back", Cents(order.totals().buyer_fees_refunded()),
         shares.fees_refunded);
  ExpectEarned(shares);
  const auto trial = Do(kOperator, client_.ledger(), &billing::v1::Ledger::Stub::GetTrialBalance,
                        billing::v1::GetTrialBalanceRequest());
  Expect("the ledger is balanced", trial.balanced(), true);
  int64_t sum = 0;
  for (const auto& line : trial.lines()) sum += Cents(line.debits()) - Cents(line.credits());
  Expect("the trial balance", sum, 0);
  Show(absl::StrCat("settled: escrow 0.00 | trial balance 0.00 | seller ", Print(Usd(shares.seller)),
                    " | commission ", Print(Usd(shares.commission)), " | buyer's fees ",
                    Print(Usd(shares.buyer_fees - shares.fees_refunded))));
  ExpectProven(order.name(), shares);
  NoteEarnings();
}

void Story::ExpectProven(const std::string& order_name, const Shares& shares) {
  Tell(kOperator, "audits the order (W1)");
  billing::v1::AuditOrderRequest request;
  request.set_name(order_name);
  const auto audit =
      Do(kOperator, client_.billing(), &billing::v1::MilestoneBilling::Stub::AuditOrder, request);
  Expect("what is wrong", audit.finding().text(), std::string());
  Expect("the order is consistent", audit.consistent(), true);
  Expect("escrow by the events", Cents(audit.escrow()), 0);
  const int64_t fees = shares.buyer_fees - shares.fees_refunded;
  std::map<std::string, int64_t> expected = {
      {"seller:clearing", shares.seller},
      {"revenue:commission", shares.commission},
      {"revenue:buyer_fee", fees},
      {"provider:clearing", -shares.seller - shares.commission - fees}};
  for (const auto& line : audit.trial_balance())
    Expect(absl::StrCat("the order's money on ", line.kind()), Cents(line.credits()) - Cents(line.debits()),
           expected[line.kind()]);  // 0 on all others: escrow, refund:transit, suspense
  Show(absl::StrCat("consistent: ", audit.events(), " events, the last one's digest ",
                    audit.head_digest().substr(0, 16), "…"));
}

}  // namespace milepost::e2e
