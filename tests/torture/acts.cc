#include "tests/torture/acts.h"

#include "absl/strings/str_cat.h"

namespace milepost::torture {
namespace {

constexpr int kSellers = 16, kBuyers = 24;
constexpr size_t kGigsWanted = 20, kDraftsWanted = 10, kSentWanted = 20, kOrdersWanted = 60;

struct Share {
  int in_thousand;
  const char* payment_method;
};
constexpr Share kPaymentMethods[] = {
    {30, "pm_declined"},
    {30, "pm_insufficient_funds"},
    {20, "pm_card_expired"},
    {40, "pm_slow"},
    {20, "pm_timeout_then_ok"},
    {20, "pm_timeout_then_declined"},
    {80, "pm_unknown_then_ok"},
    {40, "pm_unknown_then_declined"},
    {40, "pm_lost"},
    {40, "pm_unavailable_once"},
    {2, "pm_pending"},
};

}  // namespace

std::string SomeSeller(Client& client) {
  return absl::StrCat("users/seller-", client.Below(kSellers));
}

std::string SomeBuyer(Client& client) {
  return absl::StrCat("users/buyer-", client.Below(kBuyers));
}

std::string SomePaymentMethod(Client& client) {
  int drawn = client.Below(1000);
  for (const Share& share : kPaymentMethods)
    if ((drawn -= share.in_thousand) < 0) return share.payment_method;
  return "pm_ok";
}

void ActOnce(Client& client) {
  const Market& market = client.market();
  if (market.gigs.size() < kGigsWanted) return PublishGig(client);
  if (market.orders.size() >= kOrdersWanted && client.InHundred(70)) return StepOrder(client);
  if (market.drafts.size() < kDraftsWanted) return WriteOffer(client);
  if (market.sent.size() < kSentWanted) return SendOffer(client);
  const int drawn = client.Below(100);
  if (drawn < 8) return PublishGig(client);
  if (drawn < 16) return WritePlan(client);
  if (drawn < 24) return ReworkGig(client);
  if (drawn < 34) return WriteOffer(client);
  if (drawn < 44) return SendOffer(client);
  if (drawn < 60) return AnswerOffer(client);
  if (drawn < 75) return OrderGig(client);
  return StepOrder(client);
}

}  // namespace milepost::torture
