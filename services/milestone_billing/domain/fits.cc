#include "services/milestone_billing/domain/fits.h"

#include <variant>

namespace milepost::billing {
namespace {

bool IsAmount(int64_t minor) {
  return minor >= 0 && minor <= kMaxMinor;
}

bool IsBalanced(const Move& move) {
  __int128 sum = 0;
  for (const Posting& posting : move.postings) sum += posting.amount_minor;
  return sum == 0;
}

class Judge {
 public:
  explicit Judge(const Order& order) : order_(order) {}

  bool operator()(const OrderPlacementStarted& event) const {
    const size_t milestones = event.terms.milestones.size();
    if (order_.sequence == 0) return milestones > 0;
    return event.order == order_.id && milestones >= order_.current_milestone;
  }
  bool operator()(const OrderPlacementFailed& event) const { return !event.charge || Has(*event.charge); }
  bool operator()(const OrderCreated&) const { return true; }
  bool operator()(const MilestonePaymentStarted& event) const {
    return Has(event.milestone) && !Has(event.charge) && IsAmount(event.amount.minor) &&
           IsAmount(event.buyer_fee_minor);
  }
  bool operator()(const MilestoneFunded& event) const {
    return Has(event.milestone) && Has(event.charge) && IsAmount(event.amount.minor) &&
           IsAmount(event.buyer_fee_minor) && IsBalanced(event.move);
  }
  bool operator()(const MilestoneWorkAuthorized& event) const { return Has(event.milestone); }
  bool operator()(const MilestonePaymentFailed& event) const { return Has(event.charge); }
  bool operator()(const MilestoneDelivered& event) const { return Has(event.milestone); }
  bool operator()(const MilestoneRevisionRequested& event) const { return Has(event.milestone); }
  bool operator()(const MilestoneAccepted& event) const { return IsRelease(event.release); }
  bool operator()(const MilestoneAutoAccepted& event) const { return IsRelease(event.release); }
  bool operator()(const MilestoneSkipped& event) const { return Has(event.milestone); }
  bool operator()(const OrderEnded&) const { return true; }
  bool operator()(const SellerNotified&) const { return true; }
  bool operator()(const OrderCompleted&) const { return true; }
  bool operator()(const DeadlineNoted&) const { return true; }
  bool operator()(const ChargeLeased& event) const { return Has(event.charge); }
  bool operator()(const ChargeUndecided& event) const { return Has(event.charge); }
  bool operator()(const ChargeSucceededLate& event) const {
    return Has(event.charge) && IsBalanced(event.move);
  }
  bool operator()(const OrderOutcomeRecorded&) const { return true; }
  bool operator()(const ChargeResolved& event) const { return Has(event.charge); }
  bool operator()(const ChargeRecheckSet& event) const { return Has(event.charge); }
  bool operator()(const RefundStarted& event) const {
    return Has(event.charge) && !Has(event.charge, event.number) && IsAmount(event.amount.minor) &&
           IsBalanced(event.move);
  }
  bool operator()(const ChargeLateRefunded& event) const {
    return Has(event.charge, event.number) && IsBalanced(event.move);
  }
  bool operator()(const RefundFailed& event) const {
    return Has(event.charge, event.number) && IsBalanced(event.move);
  }
  bool operator()(const RefundLeased& event) const { return Has(event.charge, event.number); }
  bool operator()(const RefundUndecided& event) const { return Has(event.charge, event.number); }

 private:
  bool Has(uint32_t milestone) const { return order_.FindMilestone(milestone) != nullptr; }
  bool Has(const ChargeId& charge) const { return order_.FindCharge(charge) != nullptr; }
  bool Has(const ChargeId& charge, uint32_t refund) const {
    return order_.FindRefund(charge, refund) != nullptr;
  }
  bool IsRelease(const Release& release) const {
    return Has(release.milestone) && Has(release.charge) && IsAmount(release.amount.minor) &&
           IsAmount(release.commission_minor) && IsBalanced(release.move);
  }

  const Order& order_;
};

}  // namespace

bool Fits(const Order& order, const OrderEvent& event) {
  const bool is_placement = KindOf(event) == EventKind::kOrderPlacementStarted;
  return (order.sequence > 0 || is_placement) && std::visit(Judge(order), event);
}

}  // namespace milepost::billing
