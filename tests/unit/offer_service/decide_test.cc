// The guards of each command, one at a time: everything else about the command is right.
#include <gtest/gtest.h>

#include "tests/unit/offer_service/offers.h"

namespace milepost::offers {
namespace {

TEST(CreateOffer, S19MakesADraftOfTheActingSeller) {
  const Offer offer = Draft();
  EXPECT_EQ(offer.id, kOfferId);
  EXPECT_EQ(offer.state, OfferState::kDraft);
  EXPECT_EQ(offer.seller, kSeller.name);
  EXPECT_EQ(offer.buyer, kBuyer.name);
  EXPECT_EQ(offer.gig, kGigId);
  EXPECT_EQ(offer.conversation, "conversation-7");
  EXPECT_EQ(offer.created_at, kStart);
  EXPECT_EQ(offer.sequence, 1u);
  EXPECT_TRUE(offer.deadlines.empty());
}

TEST(CreateOffer, S20TakesEachOfTheThreeOrderTypes) {
  EXPECT_EQ(Outcome(nullptr, Creation(OneTimeTerms{.price = Money::Usd(500), .days = 3})), "OK");
  EXPECT_EQ(Outcome(nullptr, Creation(Subscription())), "OK");
  EXPECT_EQ(Outcome(nullptr, Creation(Milestones(1))), "OK");
}

TEST(CreateOffer, A25ABuyerIsNeverTheSeller) {
  CreateOffer command = Creation();
  command.buyer = kSeller.name;
  EXPECT_EQ(Outcome(nullptr, command), "BUYER_IS_SELLER");
}

TEST(CreateOffer, S19OnlyForOnesOwnGig) {
  CreateOffer command = Creation();
  command.gig->seller = kStranger.name;
  EXPECT_EQ(Outcome(nullptr, command), "NOT_THE_GIG_OWNER");
}

TEST(CreateOffer, OnlyUsersMakeOffers) {
  CreateOffer command = Creation();
  command.actor = kOperator;
  EXPECT_EQ(Outcome(nullptr, command), "NOT_A_USER");
}

TEST(CreateOffer, S21A9MilestonesOnlyWhereTheSubcategoryHasThem) {
  CreateOffer command = Creation();
  command.gig->milestone_offers_allowed = false;
  EXPECT_EQ(Outcome(nullptr, command), "SUBCATEGORY_NOT_ELIGIBLE");
  command.terms = OneTimeTerms{.price = Money::Usd(500), .days = 3};
  EXPECT_EQ(Outcome(nullptr, command), "OK");
}

TEST(CreateOffer, AGigThatIsNotPublishedYetWillDoForADraftButADeletedOneWont) {
  CreateOffer command = Creation();
  for (GigState state : {GigState::kDraft, GigState::kPaused}) {
    command.gig->state = state;
    EXPECT_EQ(Outcome(nullptr, command), "OK");
  }
  command.gig->state = GigState::kDeleted;
  EXPECT_EQ(Outcome(nullptr, command), "GIG_DELETED");
}

TEST(CreateOffer, TermsAreJudgedByThePlatformsPolicy) {
  CreateOffer command = Creation(Milestones(1));
  command.policy.min_milestones = 2;
  EXPECT_EQ(Outcome(nullptr, command), "TOO_FEW_MILESTONES");
}

// The lane answers a replay before it decides; what it decides needs the facts.
TEST(Commands, AreRefusedWithWhatGigCatalogAnsweredInPlaceOfFacts) {
  const AskedGig silence = Refuse(Reason::kPeerUnavailable, {{"peer", "GigCatalog"}});
  const Offer draft = Draft(), sent = Sent();
  CreateOffer create = Creation();
  UpdateOffer update = Update();
  SendOffer send = Sending();
  AcceptOffer accept = Acceptance(sent);
  create.gig = update.gig = send.gig = accept.gig = silence;
  EXPECT_EQ(Outcome(nullptr, create), "PEER_UNAVAILABLE");
  EXPECT_EQ(Outcome(&draft, update), "PEER_UNAVAILABLE");
  EXPECT_EQ(Outcome(&draft, send), "PEER_UNAVAILABLE");
  EXPECT_EQ(Outcome(&sent, accept), "PEER_UNAVAILABLE");
  EXPECT_EQ(Outcome(&sent, update), "OFFER_NOT_DRAFT") << "what needs no facts comes first";
}

TEST(DeleteOffer, ADraftIsGoneAndKeepsWhatItSaid) {
  const Offer draft = Draft();
  EXPECT_EQ(EventsOf(&draft, DeleteOffer{kSeller}), "offer.deleted");
  const Offer deleted = After(&draft, DeleteOffer{kSeller}, kStart + absl::Hours(1));
  EXPECT_EQ(deleted.state, OfferState::kDeleted);
  EXPECT_EQ(deleted.terms, draft.terms);
  EXPECT_EQ(deleted.created_at, kStart);
  EXPECT_EQ(deleted.updated_at, kStart + absl::Hours(1));
}

TEST(UpdateOffer, ChangesWhatIsGivenAndKeepsTheRest) {
  const Offer draft = Draft();
  UpdateOffer command = Update();
  command.terms = Milestones(2);
  command.expire_time = std::optional<absl::Time>();
  const Offer after = After(&draft, command, kStart + absl::Hours(1));
  EXPECT_EQ(after.message, "Cheaper");
  EXPECT_EQ(after.terms, Terms(Milestones(2)));
  EXPECT_EQ(after.expire_time, std::nullopt);
  EXPECT_EQ(after.buyer, draft.buyer);
  EXPECT_EQ(after.conversation, draft.conversation);
  EXPECT_EQ(after.created_at, kStart);
  EXPECT_NE(TermsHash(after.gig, after.terms), TermsHash(draft.gig, draft.terms));
}

TEST(UpdateOffer, WritesNothingWhereNothingChanges) {
  const Offer draft = Draft();
  UpdateOffer command = Update();
  command.message = draft.message;
  EXPECT_EQ(EventsOf(&draft, command), "");
}

TEST(UpdateOffer, HoldsTheRulesOfACreation) {
  const Offer draft = Draft();
  UpdateOffer command = Update();
  command.buyer = kSeller.name;
  EXPECT_EQ(Outcome(&draft, command), "BUYER_IS_SELLER");
  command = Update();
  command.terms = Milestones(7);
  EXPECT_EQ(Outcome(&draft, command), "TOO_MANY_MILESTONES");
  command = Update();
  command.gig->seller = kStranger.name;
  EXPECT_EQ(Outcome(&draft, command), "NOT_THE_GIG_OWNER");
  command = Update();
  command.gig->milestone_offers_allowed = false;
  EXPECT_EQ(Outcome(&draft, command), "SUBCATEGORY_NOT_ELIGIBLE") << "its present terms have milestones";
}

// An update leaves an offer that can be sent: also an update of the message alone is refused while the terms break a rule that
// came after them. The refusal names the field of the offer, which is the one to mend, whatever the mask names; an update that
// mends it goes through.
TEST(UpdateOffer, OfTheMessageIsRefusedWhileTheTermsBreakARule) {
  Offer draft = Draft(Subscription());
  std::get<SubscriptionTerms>(draft.terms).interval_days = 4;
  const absl::Status refused = StepOf(&draft, Update(), kStart).status();
  EXPECT_EQ(ReasonOf(refused), "INVALID_FIELDS");
  ASSERT_FALSE(RefusalOf(refused)->fields.empty());
  EXPECT_EQ(RefusalOf(refused)->fields[0].field, "offer.subscription.interval_days");
  UpdateOffer mending = Update();
  mending.terms = Subscription();
  EXPECT_EQ(After(&draft, mending, kStart).message, "Cheaper");
}

// Another gig of the same seller than the offer's.
GigFacts AnotherGig() {
  GigFacts gig = Gig();
  gig.id = GigId(*Uuid::Parse("0190a000-0000-7000-8000-000000000009"));
  return gig;
}

TEST(UpdateOffer, TakesAGigOverOnlyWhereItIsAskedTo) {
  const Offer draft = Draft();
  UpdateOffer command = Update();
  command.gig = AnotherGig();
  command.to_gig = AnotherGig().id;
  const Offer moved = After(&draft, command, kStart);
  EXPECT_EQ(moved.gig, AnotherGig().id);
  // An update of the message, whose handler asked about the gig before the offer was moved.
  UpdateOffer late = Update();
  EXPECT_EQ(Outcome(&moved, late), "ETAG_MISMATCH");
  late.gig = AnotherGig();
  EXPECT_EQ(After(&moved, late, kStart).gig, AnotherGig().id);
}

TEST(SendOffer, IsNotJudgedByTheFactsOfAnotherGigThanTheOffers) {
  const Offer draft = Draft();
  SendOffer command = Sending();
  command.gig = AnotherGig();
  const absl::Status refused = StepOf(&draft, command, kStart).status();
  EXPECT_EQ(ReasonOf(refused), "ETAG_MISMATCH");
  EXPECT_EQ(refused.code(), absl::StatusCode::kAborted);
}

TEST(AcceptOffer, IsNotJudgedByTheFactsOfAnotherGigThanTheOffers) {
  const Offer sent = Sent();
  AcceptOffer command = Acceptance(sent);
  command.gig = AnotherGig();
  EXPECT_EQ(Outcome(&sent, command), "ETAG_MISMATCH");
}

TEST(SendOffer, OnlyForAPublishedGig) {
  const Offer draft = Draft();
  SendOffer command = Sending();
  for (GigState state : {GigState::kDraft, GigState::kPaused, GigState::kDeleted}) {
    command.gig->state = state;
    const absl::Status refused = StepOf(&draft, command, kStart).status();
    EXPECT_EQ(ReasonOf(refused), "GIG_NOT_PUBLISHED");
    EXPECT_EQ(RefusalOf(refused)->detail("state"), NameOf(state));
  }
}

TEST(SendOffer, S21AndThePolicyAreAskedAgain) {
  const Offer draft = Draft(Milestones(1));
  SendOffer command = Sending();
  command.gig->milestone_offers_allowed = false;
  EXPECT_EQ(Outcome(&draft, command), "SUBCATEGORY_NOT_ELIGIBLE");
  command = Sending();
  command.policy.min_milestones = 2;
  EXPECT_EQ(Outcome(&draft, command), "TOO_FEW_MILESTONES");
  command = Sending();
  command.gig->seller = kStranger.name;
  EXPECT_EQ(Outcome(&draft, command), "NOT_THE_GIG_OWNER");
}

TEST(SendOffer, TheExpiryMustLieInTheFuture) {
  const Offer draft = Draft();
  EXPECT_EQ(Outcome(&draft, Sending(), kExpiry - absl::Microseconds(1)), "OK");
  EXPECT_EQ(Outcome(&draft, Sending(), kExpiry), "EXPIRY_IN_THE_PAST");
}

TEST(SendOffer, WithoutAnExpiryItStaysOpenFourteenDays) {
  CreateOffer creation = Creation();
  creation.expire_time.reset();
  const Offer draft = After(nullptr, creation, kStart);
  const Offer sent = After(&draft, Sending(), kStart + absl::Hours(1));
  EXPECT_EQ(sent.expire_time, kStart + absl::Hours(1 + 14 * 24));
  ASSERT_EQ(sent.deadlines.size(), 1u);
  EXPECT_EQ(sent.deadlines[0].due, *sent.expire_time);
}

TEST(Expiry, FiresOnItsInstantAndNotAMicrosecondBefore) {
  const Offer sent = Sent();
  EXPECT_EQ(AsOf<OfferDomain>(sent, kExpiry - absl::Microseconds(1)).state, OfferState::kSent);
  EXPECT_EQ(AsOf<OfferDomain>(sent, kExpiry).state, OfferState::kExpired);
  for (const OfferCommand& command :
       std::vector<OfferCommand>{Acceptance(sent), DeclineOffer{kBuyer, ""}, WithdrawOffer{kSeller}}) {
    EXPECT_EQ(Outcome(&sent, command, kExpiry - absl::Microseconds(1)), "OK");
    EXPECT_EQ(Outcome(&sent, command, kExpiry), "OFFER_EXPIRED") << "A14: what is due has fired first";
  }
}

TEST(DeclineOffer, KeepsTheBuyersWordsInItsEvent) {
  const Offer sent = Sent();
  const auto step = StepOf(&sent, DeclineOffer{kBuyer, "too slow"}, kStart);
  ASSERT_TRUE(step.ok());
  EXPECT_EQ(step->events[0].event, OfferEvent(OfferDeclined{"too slow"}));
  EXPECT_TRUE(step->next.deadlines.empty());
}

}  // namespace
}  // namespace milepost::offers
