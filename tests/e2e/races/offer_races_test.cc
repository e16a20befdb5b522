// Races at one offer: the seller withdraws it, the buyer declines or accepts it, twice or at the same time.
#include "tests/e2e/races/race.h"

namespace milepost::e2e {
namespace {

using offers::v1::OFFER_STATE_ACCEPTED;
using offers::v1::OFFER_STATE_DECLINED;
using offers::v1::OFFER_STATE_WITHDRAWN;

class OfferRaces : public RaceTest {};

TEST_F(OfferRaces, WithdrawAgainstAcceptAgainstDecline) {
  Wins wins(3);
  for (const Start& start : StartsOf(3)) {
    const offers::v1::Offer offer = SentOffer();
    const auto outcomes = RaceOf(
        start, {[&](PlatformClient& client, int) { return WithdrawOffer(client, sam_, offer.name()); },
                [&](PlatformClient& client, int) { return AcceptOffer(client, bea_, offer); },
                [&](PlatformClient& client, int) { return DeclineOffer(client, bea_, offer.name()); }});
    const offers::v1::Offer now = OfferNow(offer.name());
    wins.Add(start, now.state() == OFFER_STATE_WITHDRAWN ? 0 : now.state() == OFFER_STATE_ACCEPTED ? 1 : 2);
    if (now.state() == OFFER_STATE_ACCEPTED) {
      ExpectOneWinner(outcomes, {"ACCEPT_IN_PROGRESS", "OFFER_NOT_SENT"});
      EXPECT_EQ(OrderNow(now.order()).state(), billing::v1::ORDER_STATE_ACTIVE);
      ExpectMoney(now.order(), {.captures = 1, .released = {}, .escrow = 12000});
    } else {
      ExpectOneWinner(outcomes, {"OFFER_NOT_SENT"});
      EXPECT_TRUE(now.state() == OFFER_STATE_WITHDRAWN || now.state() == OFFER_STATE_DECLINED);
      EXPECT_EQ(now.order(), "");
      EXPECT_EQ(Captures(*story_, "orders/" + offer.name().substr(7)), 0);
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(OfferRaces, TwoAcceptances_W7) {
  for (const Start& start : Starts()) {
    const offers::v1::Offer offer = SentOffer();
    const auto outcomes =
        Race(start, [&](PlatformClient& client, int) { return AcceptOffer(client, bea_, offer); });
    ExpectOneWinner(outcomes, {"ACCEPT_IN_PROGRESS", "OFFER_NOT_SENT"});
    EXPECT_EQ(OfferNow(offer.name()).state(), OFFER_STATE_ACCEPTED);
    ExpectMoney(OfferNow(offer.name()).order(), {.captures = 1, .released = {}, .escrow = 12000});
  }
}

TEST_F(OfferRaces, TwoAcceptancesWithOneRequestId_W7) {
  for (const Start& start : Starts()) {
    const offers::v1::Offer offer = SentOffer();
    const std::string request_id = NewRequestId();
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return AcceptOffer(client, bea_, offer, request_id); });
    ExpectOneWinnerAndReplays(outcomes);
    EXPECT_EQ(OfferNow(offer.name()).state(), OFFER_STATE_ACCEPTED);
    ExpectMoney(OfferNow(offer.name()).order(), {.captures = 1, .released = {}, .escrow = 12000});
  }
}

}  // namespace
}  // namespace milepost::e2e
