// Races at one offer: the seller deletes, changes or sends the draft, or withdraws it, the buyer declines or accepts it, twice or at the same time.
#include "absl/strings/str_cat.h"
#include "tests/e2e/races/race.h"

namespace milepost::e2e {
namespace {

using offers::v1::OFFER_STATE_ACCEPTED;
using offers::v1::OFFER_STATE_DECLINED;
using offers::v1::OFFER_STATE_WITHDRAWN;

class OfferRaces : public RaceTest {
 protected:
  // Whether the seller can still read the offer.
  bool Exists(const std::string& offer) {
    offers::v1::GetOfferRequest request;
    request.set_name(offer);
    const auto read = platform_->client().Call(sam_.actor, platform_->client().offers(),
                                               &offers::v1::OfferService::Stub::GetOffer, request);
    EXPECT_TRUE(read.ok() || read.reason == "OFFER_NOT_FOUND") << read.reason;
    return read.ok();
  }
};

TEST_F(OfferRaces, DeleteAgainstSend) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string offer = DraftOffer().name();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return DeleteOffer(client, sam_, offer); },
                       [&](PlatformClient& client, int) { return SendOffer(client, sam_, offer); }});
    const bool sent = Exists(offer);
    wins.Add(start, sent ? 1 : 0);
    ExpectOneWinner(outcomes, {sent ? "OFFER_NOT_DRAFT" : "OFFER_NOT_FOUND"});
    if (sent) {
      EXPECT_EQ(OfferNow(offer).state(), offers::v1::OFFER_STATE_SENT);
    }
  }
  wins.ExpectOneOfEach();
}

// Every second pair of callers deletes. The updates before the deletion hold; none comes after it.
TEST_F(OfferRaces, DeleteAgainstUpdate) {
  for (const Start& start : StartsOf(2)) {
    const std::string offer = DraftOffer().name();
    int updated = 0, deleted = 0;
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return DeleteOffer(client, sam_, offer); },
                       [&](PlatformClient& client, int caller) {
                         return UpdateOffer(client, sam_, offer, absl::StrCat("Version ", caller));
                       }});
    for (int caller = 0; caller < kCallers; ++caller) {
      const Outcome& outcome = outcomes[caller];
      (caller / kReplicas % 2 == 0 ? deleted : updated) += outcome.ok;
      EXPECT_TRUE(outcome.ok || outcome.reason == "OFFER_NOT_FOUND") << outcome.reason;
    }
    EXPECT_EQ(deleted, 1);
    EXPECT_FALSE(Exists(offer));
    if (start.first == 0) {
      EXPECT_EQ(updated, 0);
    }
    if (start.first == 1) {
      EXPECT_EQ(updated, kCallers / 2);
    }
  }
}

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
