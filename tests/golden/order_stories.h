// What the stories of orders have in common.
#pragma once

#include <string>

#include "services/milestone_billing/store/order_mapping.h"
#include "tests/golden/teller.h"

namespace milepost::golden {

inline const Actor kBuyer{ActorKind::kUser, "users/bea"};
inline const Actor kSeller{ActorKind::kUser, "users/sam"};
inline const Actor kOperator{ActorKind::kOperator, "operators/ops-7"};
inline const Actor kOfferService{ActorKind::kService, "services/offer-service"};

// Three milestones with revisions of both kinds, a meeting and substeps.
billing::Terms ThreeMilestones();
billing::Terms OneTime();

// One order, by its commands.
class OrderTeller : public Teller<billing::OrderDomain> {
 public:
  // Of offer `number`, or of quote `number`.
  static OrderTeller OfAnOffer(int number, std::string name, std::string about);
  static OrderTeller OfAQuote(int number, std::string name, std::string about);

  // The first milestone's payment attempt is open; the order is PLACING.
  void PlaceOffer(billing::Terms terms, uint32_t attempt = 1);
  // Without an end, as quotes were before they ended (decisions/0004).
  void PlaceQuote(billing::Terms terms, absl::Time quote_expires = absl::InfiniteFuture(),
                  const std::string& payment_method = "pm-visa");
  // … and it is funded.
  void PlaceAndPay(billing::Terms terms);
  // Likewise, as before deliveries had deadlines: an order of edition 0.
  void PlaceAndPayBeforeEditions(billing::Terms terms);

  // The latest attempt.
  const billing::Charge& charge() const {
    static const billing::Charge none{};
    return state().charges.empty() ? none : state().charges.back();
  }
  void Settle(const std::string& how, billing::ChargeOutcome outcome);
  void SettleLate(const ChargeId& charge);
  void Deliver(absl::Duration later, const std::string& message = "Da ist es", const std::string& url = "");
  void DeliverLinks(absl::Duration later, const std::string& message, std::vector<std::string> links);
  void Revise(absl::Duration later, const std::string& message);
  void Post(absl::Duration later, const std::string& message);
  void Accept(billing::NextStep next = billing::NextStep::kUnset);
  void StartNext();
  void Retry(const std::string& payment_method);
  void AskToCancel(absl::Duration later, const Actor& by, int64_t seller_minor, const std::string& message);
  void Answer(absl::Duration later, const Actor& by, bool agrees, const std::string& message);
  void OpenDispute(absl::Duration later, const Actor& by, const std::string& message);
  void WithdrawDispute(absl::Duration later, const Actor& by);
  void ResolveDispute(absl::Duration later, billing::DisputeOutcome outcome, int64_t seller_minor,
                      const std::string& message);
  void SettleRefund(absl::Duration later, uint32_t number, billing::RefundOutcome outcome);
  void Tick(absl::Duration later);
  void System(absl::Duration later, const std::string& what, billing::OrderCommand command);

 private:
  using Teller::Teller;
  billing::PlaceOrder PlacementOf(billing::Terms terms, uint32_t attempt) const;

  OfferId offer_;
  Uuid nonce_;
};

}  // namespace milepost::golden
