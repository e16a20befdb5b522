// What is malformed or meaningless is refused with its reason and its fields, and nothing is written.
#include <gmock/gmock.h>

#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/core/order_limits.h"
#include "common/rpc/wire.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::RefusedWith;
using ::testing::UnorderedElementsAre;

class BadInputTest : public OfferTest {
 protected:
  // Creates the good offer with a change; the fields that were found wrong.
  std::vector<std::string> FieldsOf(const std::function<void(v1::Offer&)>& spoil) {
    v1::Offer offer = GoodOffer();
    spoil(offer);
    const std::string before = Written();
    const absl::StatusOr<v1::Offer> created = client().Create(offer, seller_);
    EXPECT_THAT(created, RefusedWith(Reason::kInvalidFields));
    EXPECT_EQ(Written(), before);
    std::vector<std::string> fields;
    if (const auto refusal = RefusalOf(created.status()))
      for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
    return fields;
  }

  void ExpectCreateRefused(const v1::Offer& offer, Reason reason) {
    const std::string before = Written();
    EXPECT_THAT(client().Create(offer, seller_), RefusedWith(reason));
    EXPECT_EQ(Written(), before);
  }

  static v1::OfferMilestone& Step(v1::Offer& offer, int index) {
    return *offer.mutable_milestones()->mutable_milestones(index);
  }
};

TEST_F(BadInputTest, S23NoMilestonesOrSeven) {
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { offer = GoodOffer(0); }),
              ElementsAre("offer.milestones.milestones"));
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { offer = GoodOffer(7); }),
              ElementsAre("offer.milestones.milestones"));
  EXPECT_THAT(client().Create(GoodOffer(1), seller_), IsOk());
  EXPECT_THAT(client().Create(GoodOffer(6), seller_), IsOk());
}

TEST_F(BadInputTest, S24DaysOutsideOneToThirty) {
  for (uint32_t days : {0u, 31u})
    EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { Step(offer, 1).set_days(days); }),
                ElementsAre("offer.milestones.milestones[1].days"));
  v1::Offer offer = GoodOffer();
  Step(offer, 0).set_days(1);
  Step(offer, 1).set_days(30);
  EXPECT_THAT(client().Create(offer, seller_), IsOk());
}

TEST_F(BadInputTest, AmountsOfNothingFinerThanACentOrMissing) {
  const std::string amount = "offer.milestones.milestones[2].amount";
  const auto fields_with = [&](const std::function<void(google::type::Money&)>& spoil) {
    return FieldsOf([&](v1::Offer& offer) { spoil(*Step(offer, 2).mutable_amount()); });
  };
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { Step(offer, 2).clear_amount(); }), ElementsAre(amount));
  EXPECT_THAT(fields_with([](auto& money) { money.set_units(0); }), ElementsAre(amount));
  EXPECT_THAT(fields_with([](auto& money) { money.set_units(-1); }), ElementsAre(amount));
  EXPECT_THAT(fields_with([](auto& money) { money.set_nanos(1); }), ElementsAre(amount + ".nanos"));
  EXPECT_THAT(fields_with([](auto& money) { money.set_nanos(5'000'000); }), ElementsAre(amount + ".nanos"));
  EXPECT_THAT(fields_with([](auto& money) { money.set_currency_code("usd"); }),
              ElementsAre(amount + ".currency_code"));
}

// Such offers were sent, and VOIDED when they were accepted: with the fees they are more than the largest charge.
TEST_F(BadInputTest, AmountsThatLeaveNoRoomForTheFees) {
  const auto set = [&](v1::Offer& offer, int step, int64_t cents) {
    *Step(offer, step).mutable_amount() = rpc::ToWire(Money::Usd(cents));
  };
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { set(offer, 2, kMaxPriceMinor + 1); }),
              ElementsAre("offer.milestones.milestones[2].amount"));
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { set(offer, 2, kMaxPriceMinor); }),
              ElementsAre("offer.milestones"));
  v1::Offer offer = GoodOffer(2);
  set(offer, 0, 1);
  set(offer, 1, kMaxPriceMinor - 1);
  const absl::StatusOr<v1::Offer> created = client().Create(offer, seller_);
  ASSERT_THAT(created, IsOk());
  const std::string before = Written();
  v1::UpdateOfferRequest request;
  *request.mutable_offer() = *created;
  set(*request.mutable_offer(), 0, 2);
  request.set_request_id(NewRequestId());
  const auto updated = client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_);
  ASSERT_THAT(updated, RefusedWith(Reason::kInvalidFields));
  EXPECT_EQ(RefusalOf(updated.status())->fields[0].field, "offer.milestones");
  EXPECT_EQ(Written(), before);
}

TEST_F(BadInputTest, A17RevisionsThatAreSaidNotToBeUnlimitedAreNoNumber) {
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { Step(offer, 1).mutable_revisions()->set_unlimited(false); }),
              ElementsAre("offer.milestones.milestones[1].revisions.unlimited"));
  EXPECT_THAT(FieldsOf([](v1::Offer& offer) {
                v1::OneTimeTerms& terms = *offer.mutable_one_time();
                *terms.mutable_price() = rpc::ToWire(Money::Usd(700));
                terms.set_days(3);
                terms.set_description("A logo");
                terms.mutable_revisions()->set_unlimited(false);
              }),
              ElementsAre("offer.one_time.revisions.unlimited"));
}

// A24: every limit at both of its edges, and all that is wrong at once.
class BadSubscriptionTest : public BadInputTest {
 protected:
  v1::Offer GoodSubscription() {
    v1::Offer offer = GoodOffer();
    v1::SubscriptionTerms& terms = *offer.mutable_subscription();
    terms.set_interval_days(30);
    terms.set_cycles(12);
    *terms.mutable_price() = rpc::ToWire(Money::Usd(900));
    terms.set_discount_percent(10);
    terms.set_days(5);
    terms.mutable_revisions()->set_count(2);
    terms.set_description("A post a week");
    return offer;
  }
  using Change = std::function<void(v1::SubscriptionTerms&)>;
  std::vector<std::string> SubscriptionFields(const Change& spoil) {
    return FieldsOf([&](v1::Offer& offer) {
      offer = GoodSubscription();
      spoil(*offer.mutable_subscription());
    });
  }
  void ExpectTaken(const Change& change) {
    v1::Offer offer = GoodSubscription();
    change(*offer.mutable_subscription());
    EXPECT_THAT(client().Create(offer, seller_), IsOk());
  }
};

TEST_F(BadSubscriptionTest, A24EachNumberAtItsEdges) {
  struct Limit {
    void (v1::SubscriptionTerms::*set)(uint32_t);
    uint32_t least, most;
    std::string field;
  };
  for (const Limit& limit : {Limit{&v1::SubscriptionTerms::set_interval_days, 7, 92, "interval_days"},
                             Limit{&v1::SubscriptionTerms::set_cycles, 2, 12, "cycles"},
                             Limit{&v1::SubscriptionTerms::set_discount_percent, 0, 50, "discount_percent"},
                             Limit{&v1::SubscriptionTerms::set_days, 1, 30, "days"}}) {
    const auto with = [&](uint32_t value) -> Change {
      return [&limit, value](v1::SubscriptionTerms& terms) { (terms.*limit.set)(value); };
    };
    const auto refused = ElementsAre(absl::StrCat("offer.subscription.", limit.field));
    ExpectTaken(with(limit.least));
    ExpectTaken(with(limit.most));
    EXPECT_THAT(SubscriptionFields(with(limit.most + 1)), refused) << limit.field;
    if (limit.least > 0) {
      EXPECT_THAT(SubscriptionFields(with(limit.least - 1)), refused) << limit.field;
    }
  }
}

TEST_F(BadSubscriptionTest, A24PriceRevisionsAndDescription) {
  const auto price = ElementsAre("offer.subscription.price");
  EXPECT_THAT(SubscriptionFields([](auto& terms) { terms.clear_price(); }), price);
  EXPECT_THAT(SubscriptionFields([](auto& terms) { terms.mutable_price()->set_units(0); }), price);
  EXPECT_THAT(SubscriptionFields(
                  [](auto& terms) { *terms.mutable_price() = rpc::ToWire(Money::Usd(kMaxPriceMinor + 1)); }),
              price);
  EXPECT_THAT(SubscriptionFields(
                  [](auto& terms) { *terms.mutable_price() = rpc::ToWire(Money::Usd(kMaxPriceMinor)); }),
              ElementsAre("offer.subscription"))
      << "all cycles together";
  EXPECT_THAT(SubscriptionFields([](auto& terms) { terms.mutable_revisions()->set_count(101); }),
              ElementsAre("offer.subscription.revisions.count"));
  EXPECT_THAT(SubscriptionFields([](auto& terms) { terms.mutable_revisions()->set_unlimited(false); }),
              ElementsAre("offer.subscription.revisions.unlimited"));
  EXPECT_THAT(SubscriptionFields([](auto& terms) { terms.clear_description(); }),
              ElementsAre("offer.subscription.description"));
  ExpectTaken([](auto& terms) { terms.mutable_revisions()->set_count(100); });
  ExpectTaken([](auto& terms) { terms.mutable_revisions()->set_unlimited(true); });
  ExpectTaken([](auto& terms) { terms.clear_revisions(); });
}

TEST_F(BadSubscriptionTest, A24ACycleIsWorkedOnForAtMostItsInterval) {
  const auto with = [](uint32_t interval, uint32_t days) -> Change {
    return [=](v1::SubscriptionTerms& terms) {
      terms.set_interval_days(interval);
      terms.set_days(days);
    };
  };
  ExpectTaken(with(7, 7));
  EXPECT_THAT(SubscriptionFields(with(7, 8)), ElementsAre("offer.subscription.days"));
  EXPECT_THAT(SubscriptionFields(with(29, 30)), ElementsAre("offer.subscription.days"));
}

TEST_F(BadSubscriptionTest, A24ADiscountLeavesAPrice) {
  EXPECT_THAT(SubscriptionFields([](auto& terms) {
                *terms.mutable_price() = rpc::ToWire(Money::Usd(1));
                terms.set_discount_percent(50);
              }),
              ElementsAre("offer.subscription.discount_percent"));
}

TEST_F(BadSubscriptionTest, A24AllViolationsAtOnce) {
  EXPECT_THAT(SubscriptionFields([](auto& terms) {
                terms.set_interval_days(7);
                terms.set_days(8);
                terms.set_cycles(13);
                terms.mutable_price()->set_nanos(1);
                terms.set_discount_percent(51);
                terms.mutable_revisions()->set_count(101);
                terms.clear_description();
              }),
              UnorderedElementsAre("offer.subscription.days", "offer.subscription.cycles",
                                   "offer.subscription.price.nanos", "offer.subscription.discount_percent",
                                   "offer.subscription.revisions.count", "offer.subscription.description"));
}

TEST_F(BadSubscriptionTest, A24AnUpdateHoldsTheSameLimits) {
  const v1::Offer draft = Draft();
  const std::string before = Written();
  v1::UpdateOfferRequest request;
  *request.mutable_offer() = GoodSubscription();
  request.mutable_offer()->set_name(draft.name());
  request.mutable_offer()->mutable_subscription()->set_interval_days(7);
  request.mutable_offer()->mutable_subscription()->set_days(8);
  request.mutable_update_mask()->add_paths("subscription");
  request.set_request_id(NewRequestId());
  const auto updated = client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_);
  ASSERT_THAT(updated, RefusedWith(Reason::kInvalidFields));
  EXPECT_EQ(RefusalOf(updated.status())->fields[0].field, "offer.subscription.days");
  EXPECT_EQ(Written(), before);
}

TEST_F(BadSubscriptionTest, A24AcceptingOneIsNotBilledYetAndAsksNobodyToCharge) {
  const auto draft = client().Create(GoodSubscription(), seller_);
  ASSERT_THAT(draft, IsOk());
  const auto sent = client().Send(draft->name(), seller_);
  ASSERT_THAT(sent, IsOk());
  const std::string before = Written();
  EXPECT_THAT(client().Accept(*sent), RefusedWith(Reason::kOrderTypeNotBilledYet));
  EXPECT_THAT(client().PreviewAccept(*sent), RefusedWith(Reason::kOrderTypeNotBilledYet));
  EXPECT_EQ(Written(), before);
  EXPECT_TRUE(peers().billing.calls().empty());
  EXPECT_TRUE(peers().billing.previews().empty());
}

TEST_F(BadInputTest, S22NamesMissingOrTooLong) {
  const auto title = ElementsAre("offer.milestones.milestones[0].title");
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { Step(offer, 0).clear_title(); }), title);
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { Step(offer, 0).set_title(std::string(81, 'x')); }), title);
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) { Step(offer, 0).set_description(std::string(1001, 'x')); }),
              ElementsAre("offer.milestones.milestones[0].description"));
}

TEST_F(BadInputTest, SeveralAtOnceAreAllNamed) {
  EXPECT_THAT(FieldsOf([&](v1::Offer& offer) {
                offer.set_buyer("bea");
                offer.clear_gig();
                Step(offer, 0).set_days(31);
                Step(offer, 2).clear_title();
              }),
              UnorderedElementsAre("offer.buyer", "offer.gig", "offer.milestones.milestones[0].days",
                                   "offer.milestones.milestones[2].title"));
}

TEST_F(BadInputTest, S20NoTermsAtAll) {
  EXPECT_THAT(FieldsOf([](v1::Offer& offer) { offer.clear_terms(); }), ElementsAre("offer.terms"));
}

TEST_F(BadInputTest, RequestIdsMissingMalformedOrReused) {
  v1::CreateOfferRequest request;
  *request.mutable_offer() = GoodOffer();
  const std::string before = Written();
  for (const char* id : {"", "not-a-uuid"}) {
    request.set_request_id(id);
    const auto created = client().Call(&v1::OfferService::Stub::CreateOffer, request, seller_);
    ASSERT_THAT(created, RefusedWith(Reason::kInvalidFields));
    EXPECT_EQ(RefusalOf(created.status())->fields[0].field, "request_id");
  }
  EXPECT_EQ(Written(), before);

  request.set_request_id(NewRequestId());
  ASSERT_THAT(client().Call(&v1::OfferService::Stub::CreateOffer, request, seller_), IsOk());
  const std::string once = Written();
  request.mutable_offer()->set_message("Another offer");
  EXPECT_THAT(client().Call(&v1::OfferService::Stub::CreateOffer, request, seller_),
              RefusedWith(Reason::kRequestIdReused));
  EXPECT_EQ(Written(), once);
}

TEST_F(BadInputTest, NoActorOrAMalformedOne) {
  const std::string before = Written();
  for (const char* actor : {"", "sam", "users/", "users/a b"}) {
    const auto created = client().Create(GoodOffer(), actor);
    EXPECT_THAT(created, RefusedWith(Reason::kActorMissing));
    EXPECT_THAT(created, testing::StatusIs(absl::StatusCode::kUnauthenticated));
  }
  EXPECT_EQ(Written(), before);
}

TEST_F(BadInputTest, A25TheBuyerIsTheSeller) {
  v1::Offer offer = GoodOffer();
  offer.set_buyer(seller_);
  ExpectCreateRefused(offer, Reason::kBuyerIsSeller);
}

TEST_F(BadInputTest, S19GigsThatAreNotTheSellersOrDontExist) {
  v1::Offer offer = GoodOffer();
  offer.set_gig(peers().catalog.AddGig("users/eve"));
  ExpectCreateRefused(offer, Reason::kNotTheGigOwner);
  offer.set_gig(peers().catalog.AddGig("users/eve", catalog::v1::GIG_STATE_DRAFT));
  ExpectCreateRefused(offer, Reason::kGigNotFound);
  offer.set_gig(rpc::NameOf("gigs", Uuid()));
  ExpectCreateRefused(offer, Reason::kGigNotFound);
}

TEST_F(BadInputTest, S21MilestonesInASubcategoryWithoutThem) {
  v1::Offer offer = GoodOffer();
  offer.set_gig(peers().catalog.AddGig(seller_, catalog::v1::GIG_STATE_PUBLISHED, "logo-design"));
  ExpectCreateRefused(offer, Reason::kSubcategoryNotEligible);
}

TEST_F(BadInputTest, A1AnotherCurrency) {
  v1::Offer offer = GoodOffer();
  for (int i = 0; i < 3; ++i) Step(offer, i).mutable_amount()->set_currency_code("EUR");
  ExpectCreateRefused(offer, Reason::kCurrencyNotEligible);
}

// As gigs refuse packages of two currencies; it was CURRENCY_NOT_ELIGIBLE.
TEST_F(BadInputTest, AmountsInTwoCurrenciesAreRefusedAsGigsRefuseThem) {
  const auto spoil = [](v1::Offer& offer) { Step(offer, 1).mutable_amount()->set_currency_code("EUR"); };
  EXPECT_THAT(FieldsOf(spoil), ElementsAre("offer.milestones.milestones[1].amount.currency_code"));
  v1::UpdateOfferRequest request;
  *request.mutable_offer() = GoodOffer();
  spoil(*request.mutable_offer());
  request.mutable_offer()->set_name(Draft().name());
  request.mutable_update_mask()->add_paths("milestones");
  request.mutable_update_mask()->add_paths("seller");
  request.set_request_id(NewRequestId());
  const auto updated = client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_);
  ASSERT_THAT(updated, RefusedWith(Reason::kInvalidFields));
  std::vector<std::string> fields;
  const std::optional<Refusal> refusal = RefusalOf(updated.status());
  for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("update_mask", "offer.milestones.milestones[1].amount.currency_code"))
      << "all at once";
}

TEST_F(BadInputTest, ACurrencyThatIsNone) {
  EXPECT_THAT(FieldsOf([](v1::Offer& offer) {
                for (int i = 0; i < 3; ++i) Step(offer, i).mutable_amount()->set_currency_code("ABC");
              }),
              ElementsAre("offer.milestones.milestones[0].amount.currency_code",
                          "offer.milestones.milestones[1].amount.currency_code",
                          "offer.milestones.milestones[2].amount.currency_code"));
}

TEST_F(BadInputTest, TextsThatShowNothingOrHideSomething) {
  EXPECT_THAT(FieldsOf([](v1::Offer& offer) {
                Step(offer, 0).set_title("\u00a0\u200b");
                Step(offer, 1).set_title("two\nlines");
                Step(offer, 2).set_description("x\u202ey");
                offer.set_message(std::string("a\0b", 3));
                offer.set_conversation("with a blank");
              }),
              UnorderedElementsAre(
                  "offer.milestones.milestones[0].title", "offer.milestones.milestones[1].title",
                  "offer.milestones.milestones[2].description", "offer.message", "offer.conversation"));
  EXPECT_THAT(FieldsOf([](v1::Offer& offer) {
                v1::OneTimeTerms& terms = *offer.mutable_one_time();
                *terms.mutable_price() = rpc::ToWire(Money::Usd(700));
                terms.set_days(3);
                terms.set_description("\u3000\n");
              }),
              ElementsAre("offer.one_time.description"));
  v1::Offer offer = GoodOffer();
  offer.set_message("First line\n\tsecond\r\nthird");
  const absl::StatusOr<v1::Offer> created = client().Create(offer, seller_);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->message(), offer.message());
  // What a decline said comes back with the offer, and may be sent along with it.
  v1::UpdateOfferRequest request;
  *request.mutable_offer() = *created;
  request.mutable_offer()->set_decline_message("No\nthanks");
  request.set_request_id(NewRequestId());
  EXPECT_THAT(client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_), IsOk());
}

TEST_F(BadInputTest, A28TermsOtherThanTheBuyerSaw) {
  v1::Offer offer = Sent();
  const std::string seen = offer.terms_hash(), before = Written();
  for (const std::string& other :
       {std::string(64, '0'), absl::AsciiStrToUpper(seen), " " + seen, seen + "\n", std::string(129, 'a')}) {
    offer.set_terms_hash(other);
    const auto accepted = client().Accept(offer);
    EXPECT_THAT(accepted, RefusedWith(Reason::kTermsChanged)) << other;
    EXPECT_THAT(accepted, testing::StatusIs(absl::StatusCode::kAborted));
  }
  EXPECT_EQ(Written(), before);
  EXPECT_TRUE(peers().billing.calls().empty());
}

TEST_F(BadInputTest, MasksThatNameWhatCantBeChanged) {
  const v1::Offer draft = Draft();
  const std::string before = Written();
  for (const char* path :
       {"seller", "state", "terms_hash", "milestones.milestones", "nonsense", "one_time"}) {
    v1::UpdateOfferRequest request;
    *request.mutable_offer() = GoodOffer();
    request.mutable_offer()->set_name(draft.name());
    request.mutable_update_mask()->add_paths(path);
    request.set_request_id(NewRequestId());
    const auto updated = client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_);
    ASSERT_THAT(updated, RefusedWith(Reason::kInvalidFields)) << path;
    EXPECT_EQ(RefusalOf(updated.status())->fields[0].field, "update_mask");
  }
  EXPECT_EQ(Written(), before);
}

// What is wrong with a RecordOrderOutcome, by its three numbers: each value that there is, and one of a later release.
std::vector<std::string> WrongOf(int outcome, int reason, int cancellation) {
  std::vector<std::string> wrong;
  if (outcome == 0 || outcome > v1::OrderOutcome_MAX) wrong.emplace_back("outcome");
  if (reason > type::v1::CompletionReason_MAX) wrong.emplace_back("reason");
  if (cancellation > type::v1::CancellationReason_MAX) wrong.emplace_back("cancellation_reason");
  if (!wrong.empty()) return wrong;  // numbers come first
  if (outcome == v1::ORDER_OUTCOME_CANCELLED) {
    if (reason != 0) wrong.emplace_back("reason");
    if (cancellation == 0) wrong.emplace_back("cancellation_reason");
    return wrong;
  }
  if (reason == 0) wrong.emplace_back("reason");
  if ((reason == type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE) != (cancellation != 0))
    wrong.emplace_back("cancellation_reason");
  return wrong;
}

TEST_F(BadInputTest, A19_ReasonsThatDontFitTheOutcome) {
  const v1::Offer offer = Sent();
  ASSERT_THAT(client().Accept(offer), IsOk());
  const std::string before = Written();
  int taken = 0;
  for (int outcome = 0; outcome <= v1::OrderOutcome_MAX + 1; ++outcome)
    for (int reason = 0; reason <= type::v1::CompletionReason_MAX + 1; ++reason)
      for (int cancellation = 0; cancellation <= type::v1::CancellationReason_MAX + 1; ++cancellation) {
        SCOPED_TRACE(
            absl::StrCat("outcome ", outcome, ", reason ", reason, ", cancelled for ", cancellation));
        const std::vector<std::string> wrong = WrongOf(outcome, reason, cancellation);
        auto request = OfferClient::OutcomeOf(offer, static_cast<v1::OrderOutcome>(outcome));
        request.set_reason(static_cast<type::v1::CompletionReason>(reason));
        request.set_cancellation_reason(static_cast<type::v1::CancellationReason>(cancellation));
        request.set_validate_only(wrong.empty());  // what is taken must leave the offer open for the rest
        const auto recorded = client().Call(&OfferClient::Stub::RecordOrderOutcome, request, kBillingService);
        taken += recorded.ok();
        std::vector<std::string> refused;
        const Refusal refusal = RefusalOf(recorded.status()).value_or(Refusal());
        for (const FieldViolation& violation : refusal.fields) refused.push_back(violation.field);
        EXPECT_EQ(recorded.ok(), wrong.empty()) << recorded.status();
        EXPECT_EQ(refused, wrong);
      }
  EXPECT_EQ(taken, 5 + 6 + 6) << "completed, completed after a cancellation, cancelled";
  EXPECT_EQ(Written(), before);
}

TEST_F(BadInputTest, NamesThatAreNone) {
  for (const char* name :
       {"", "offers/", "offers/7", "orders/0190a000-0000-7000-8000-000000000001",
        "offers/0190A000-0000-7000-8000-00000000000A", "offers/0190a000-0000-7000-8000-000000000001/"}) {
    const auto got = client().Get(name, seller_);
    ASSERT_THAT(got, RefusedWith(Reason::kInvalidFields)) << name;
    EXPECT_EQ(RefusalOf(got.status())->fields[0].field, "name");
    v1::UpdateOfferRequest request;
    *request.mutable_offer() = GoodOffer();
    request.mutable_offer()->set_name(name);
    request.set_request_id(NewRequestId());
    const auto updated = client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_);
    ASSERT_THAT(updated, RefusedWith(Reason::kInvalidFields)) << name;
    EXPECT_EQ(RefusalOf(updated.status())->fields[0].field, "offer.name");
  }
}

TEST_F(BadInputTest, AListWithoutARoleAPageSizeBelowNothingAndATokenThatIsNone) {
  v1::ListOffersRequest request;
  request.set_page_size(-1);
  const auto field_of_refusal = [&] {
    const auto listed = client().Call(&v1::OfferService::Stub::ListOffers, request, seller_);
    EXPECT_THAT(listed, RefusedWith(Reason::kInvalidFields));
    return RefusalOf(listed.status()).value_or(Refusal{.fields = {{"none", ""}}}).fields.at(0).field;
  };
  EXPECT_EQ(field_of_refusal(), "page_size");
  request.set_page_size(0);
  EXPECT_EQ(field_of_refusal(), "role");
  request.set_role(v1::OFFER_ROLE_SELLER);
  ASSERT_THAT(client().Create(GoodOffer(), seller_), IsOk());
  ASSERT_THAT(client().Create(GoodOffer(), seller_), IsOk());
  request.set_page_size(1);
  const auto first = client().Call(&v1::OfferService::Stub::ListOffers, request, seller_);
  ASSERT_THAT(first, IsOk());
  const std::string& token = first->next_page_token();
  ASSERT_FALSE(token.empty());
  for (const std::string& other :
       {std::string("AAAA"), token + "=", " " + token, token + "\n", std::string(600, 'A')}) {
    request.set_page_token(other);
    EXPECT_THAT(client().Call(&v1::OfferService::Stub::ListOffers, request, seller_),
                RefusedWith(Reason::kInvalidPageToken))
        << other;
  }
}

}  // namespace
}  // namespace milepost::offers
