#include "services/milestone_billing/store/record_parts.h"

#include "absl/strings/str_cat.h"

namespace milepost::billing::record {
namespace {

using record::Put;  // beside the ones below

static_assert(static_cast<int>(OrderKind::kSubscription) + 1 == pb::OrderTerms::KIND_SUBSCRIPTION);
static_assert(static_cast<int>(DeadlineKind::kPaymentGrace) + 1 == pb::OrderDeadline::KIND_PAYMENT_GRACE);

void Put(const MilestoneTerms& terms, pb::OrderMilestoneTerms& out) {
  out.set_name(terms.name);
  out.set_description(terms.description);
  out.set_days(terms.days);
  Put(terms.amount, *out.mutable_amount());
  out.set_unlimited_revisions(terms.revisions.unlimited);
  out.set_revisions(terms.revisions.count);
  out.set_zoom(terms.zoom);
  for (const std::string& substep : terms.substeps) out.add_substeps(substep);
}

MilestoneTerms MilestoneTermsFrom(const pb::OrderMilestoneTerms& in, Damage& damage) {
  return {in.name(),
          in.description(),
          in.days(),
          MoneyFrom(in.amount(), damage),
          {in.unlimited_revisions(), in.revisions()},
          in.zoom(),
          {in.substeps().begin(), in.substeps().end()}};
}

void Put(const FeePolicy& fees, pb::OrderFeePolicy& out) {
  out.set_commission_bps(fees.commission_bps);
  out.set_buyer_fee_bps(fees.buyer_fee_bps);
  out.set_small_order_fee_minor(fees.small_order_fee_minor);
  out.set_small_order_below_minor(fees.small_order_below_minor);
}

FeePolicy FeesFrom(const pb::OrderFeePolicy& in) {
  return {in.commission_bps(), in.buyer_fee_bps(), in.small_order_fee_minor(), in.small_order_below_minor()};
}

void Put(const DeadlinePolicy& deadlines, pb::OrderDeadlinePolicy& out) {
  out.set_review_us(absl::ToInt64Microseconds(deadlines.review));
  out.set_one_time_review_us(absl::ToInt64Microseconds(deadlines.one_time_review));
  out.set_next_start_us(absl::ToInt64Microseconds(deadlines.next_start));
  out.set_payment_grace_us(absl::ToInt64Microseconds(deadlines.payment_grace));
  out.set_min_revision_us(absl::ToInt64Microseconds(deadlines.min_revision));
}

DeadlinePolicy DeadlinesFrom(const pb::OrderDeadlinePolicy& in) {
  return {absl::Microseconds(in.review_us()), absl::Microseconds(in.one_time_review_us()),
          absl::Microseconds(in.next_start_us()), absl::Microseconds(in.payment_grace_us()),
          absl::Microseconds(in.min_revision_us())};
}

Currency CurrencyFrom(const std::string& code, Damage& damage) {
  const absl::StatusOr<Currency> currency = Currency::Parse(code);
  if (currency.ok()) return *currency;
  damage.Mark("currency");
  return Currency();
}

}  // namespace

absl::Status Damage::status() const {
  if (what_ == nullptr) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("a stored order's ", what_, " is not one that was ever written"));
}

void Put(const Money& money, pb::OrderMoney& out) {
  out.set_minor(money.minor);
  out.set_currency(std::string(money.currency.code()));
}

Money MoneyFrom(const pb::OrderMoney& in, Damage& damage) {
  return {in.minor(), CurrencyFrom(in.currency(), damage)};
}

void Put(const Terms& terms, pb::OrderTerms& out) {
  out.set_kind(Number<pb::OrderTerms::Kind>(terms.kind));
  out.set_gig(BytesOf(terms.gig));
  out.set_title(terms.title);
  out.set_package(terms.package);
  out.set_plan_version(terms.plan_version);
  out.set_payments_on(terms.payments_on);
  for (const MilestoneTerms& milestone : terms.milestones) Put(milestone, *out.add_milestones());
  Put(terms.fees, *out.mutable_fees());
  Put(terms.deadlines, *out.mutable_deadlines());
}

Terms TermsFrom(const pb::OrderTerms& in, Damage& damage) {
  Terms terms;
  terms.kind = EnumFrom(in.kind(), OrderKind::kSubscription, "kind", damage);
  terms.gig = IdFrom<GigId>(in.gig(), "gig", damage);
  terms.title = in.title();
  terms.package = in.package();
  terms.plan_version = in.plan_version();
  terms.payments_on = in.payments_on();
  terms.milestones.reserve(in.milestones_size());
  for (const auto& milestone : in.milestones())
    terms.milestones.push_back(MilestoneTermsFrom(milestone, damage));
  terms.fees = FeesFrom(in.fees());
  terms.deadlines = DeadlinesFrom(in.deadlines());
  return terms;
}

void Put(const Deadline& deadline, pb::OrderDeadline& out) {
  out.set_number(deadline.number);
  out.set_kind(Number<pb::OrderDeadline::Kind>(deadline.kind));
  out.set_due_us(ToMicros(deadline.due));
}

Deadline DeadlineFrom(const pb::OrderDeadline& in, Damage& damage) {
  return {in.number(), EnumFrom(in.kind(), DeadlineKind::kPaymentGrace, "deadline", damage),
          FromMicros(in.due_us())};
}

void Put(const Move& move, pb::OrderMove& out) {
  out.set_rule(move.rule);
  out.set_currency(std::string(move.currency.code()));
  for (const Posting& posting : move.postings) {
    pb::OrderPosting& line = *out.add_postings();
    line.set_account(posting.account);
    line.set_amount_minor(posting.amount_minor);
  }
}

Move MoveFrom(const pb::OrderMove& in, Damage& damage) {
  Move move{in.rule(), CurrencyFrom(in.currency(), damage), {}};
  move.postings.reserve(in.postings_size());
  for (const pb::OrderPosting& line : in.postings())
    move.postings.push_back({line.account(), line.amount_minor()});
  return move;
}

}  // namespace milepost::billing::record
