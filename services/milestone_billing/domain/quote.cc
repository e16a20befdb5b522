#include "services/milestone_billing/domain/quote.h"

namespace milepost::billing {

QuotedOrder QuoteOf(const Terms& terms, absl::Time start) {
  const Money zero{0, terms.currency()};
  QuotedOrder quote{{}, zero, zero, zero, TermsHash(terms)};
  absl::Time due_at = start;
  for (const MilestoneTerms& milestone : terms.milestones) {
    due_at += absl::Hours(24) * milestone.days;
    QuotedPayment payment;
    payment.milestone = static_cast<uint32_t>(quote.payments.size() + 1);
    payment.amount = milestone.amount;
    payment.buyer_fee = Money{terms.fees.BuyerFee(milestone.amount.minor), milestone.amount.currency};
    payment.total = payment.amount + payment.buyer_fee;
    payment.days = milestone.days;
    payment.due_at = due_at;
    quote.price += payment.amount;
    quote.buyer_fees += payment.buyer_fee;
    quote.total += payment.total;
    quote.payments.push_back(payment);
  }
  return quote;
}

}  // namespace milepost::billing
