// The table of bad input, row by row, as a caller meets it on the wire: status code, reason, field path; and nothing is
// written by any of them, in none of the three schemas. Codes are typed by hand here.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/core/order_limits.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using catalog::v1::GigCatalog;
using grpc::StatusCode;
using offers::v1::OfferService;
using Server = Platform::Server;

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    platform_ = new Platform();
    ASSERT_THAT(platform_->Start(), testing::IsOk());
  }
  static void TearDownTestSuite() {
    delete platform_;
    platform_ = nullptr;
  }
  void SetUp() override {
    story_.emplace(client(), "bad input", NewRequestId().substr(24));
    sam_ = story_->NewPerson("sam");
    bea_ = story_->NewPerson("bea");
  }

  static PlatformClient& client() { return platform_->client(); }

  // Everything that a call could have written. Workers write too: call it when nothing is under way.
  std::map<std::string, int64_t> Written() {
    std::map<std::string, int64_t> rows;
    for (Server server : {Server::kCatalog, Server::kOffers, Server::kBilling}) {
      const db::ConnectOptions& schema = platform_->schema(server);
      for (const char* table : {"events", "requests", "deadlines"})
        rows[schema.schema + "." + table] =
            testing::CountOrDie(schema, std::string("SELECT COUNT(*) FROM ") + table);
    }
    rows["captures"] = Captures(*story_, "orders/");
    return rows;
  }

  // Refused with exactly this, naming exactly these fields; and nothing written.
  template <class Stub, class Request, class Response>
  void ExpectRefused(const std::string& actor, Stub& stub,
                     grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     const Request& request, StatusCode code, const std::string& reason,
                     const std::set<std::string>& fields = {}) {
    const auto before = Written();
    const Reply<Response> reply = client().Call(actor, stub, method, request);
    EXPECT_EQ(reply.status.error_code(), code) << reply.status.error_message();
    EXPECT_EQ(reply.reason, reason);
    std::set<std::string> named;
    for (const auto& [field, description] : reply.violations) named.insert(field);
    EXPECT_EQ(named, fields);
    EXPECT_EQ(Written(), before) << "a refusal wrote something";
  }

  static catalog::v1::CreateGigRequest Gig(const std::string& subcategory, const std::string& currency,
                                           int64_t cents) {
    catalog::v1::CreateGigRequest request;
    request.set_request_id(NewRequestId());
    request.mutable_gig()->set_title("A gig");
    request.mutable_gig()->set_description("What you get.");
    request.mutable_gig()->set_subcategory(subcategory);
    auto& basic = *request.mutable_gig()->add_packages();
    basic.set_package(type::v1::PACKAGE_BASIC);
    *basic.mutable_price() = Usd(cents);
    basic.mutable_price()->set_currency_code(currency);
    basic.set_days(20);
    return request;
  }
  std::string NewGig(const std::string& subcategory = "business-plans", const std::string& currency = "USD",
                     int64_t cents = 15000) {
    return story_
        ->Do(sam_, client().catalog(), &GigCatalog::Stub::CreateGig, Gig(subcategory, currency, cents))
        .gig()
        .name();
  }
  static catalog::v1::StartMilestonePlanRequest Scratch(const std::string& gig) {
    catalog::v1::StartMilestonePlanRequest request;
    request.set_request_id(NewRequestId());
    request.set_gig(gig);
    request.mutable_scratch();
    return request;
  }
  static catalog::v1::AddMilestoneRequest Milestone(const std::string& gig, int64_t cents = 0) {
    catalog::v1::AddMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_gig(gig);
    auto& milestone = *request.mutable_milestone();
    milestone.set_title("A step");
    milestone.set_description("What you get in it.");
    milestone.add_packages(type::v1::PACKAGE_BASIC);
    if (cents == 0) return request;
    auto& price = *milestone.add_prices();
    price.set_package(type::v1::PACKAGE_BASIC);
    *price.mutable_amount() = Usd(cents);
    return request;
  }
  static catalog::v1::PublishMilestonePlanRequest Publish(const std::string& gig) {
    catalog::v1::PublishMilestonePlanRequest request;
    request.set_request_id(NewRequestId());
    request.set_gig(gig);
    return request;
  }
  // A gig with a plan of its placeholder milestone, completed.
  std::string GigWithPlan(int64_t cents = 0) {
    const std::string gig = NewGig();
    story_->Do(sam_, client().catalog(), &GigCatalog::Stub::StartMilestonePlan, Scratch(gig));
    catalog::v1::UpdateMilestoneRequest update;
    update.set_request_id(NewRequestId());
    update.set_gig(gig);
    update.set_milestone_number(1);
    *update.mutable_milestone() = Milestone(gig, cents).milestone();
    story_->Do(sam_, client().catalog(), &GigCatalog::Stub::UpdateMilestone, update);
    return gig;
  }

  offers::v1::CreateOfferRequest Offer(const std::string& gig, int milestones) {
    offers::v1::CreateOfferRequest request;
    request.set_request_id(NewRequestId());
    request.mutable_offer()->set_buyer(bea_.actor);
    request.mutable_offer()->set_gig(gig);
    request.mutable_offer()->mutable_milestones();
    for (int i = 0; i < milestones; ++i) {
      auto& milestone = *request.mutable_offer()->mutable_milestones()->add_milestones();
      milestone.set_title("A step");
      milestone.set_days(5);
      *milestone.mutable_amount() = Usd(5000);
    }
    return request;
  }

  std::string ActiveOrder() {
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    const auto offer = SendMilestoneOffer(*story_, sam_, bea_, gig, {{"Cut", 12000, 5}, {"Sound", 8000, 5}});
    return AcceptOffer(*story_, bea_, offer, "pm_ok").order();
  }
  static billing::v1::DeliverMilestoneRequest Delivery(const std::string& order, int milestone, bool final) {
    billing::v1::DeliverMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(MilestoneName(order, milestone));
    request.set_final_delivery(final);
    return request;
  }
  static billing::v1::AcceptMilestoneRequest Acceptance(const std::string& order, int milestone) {
    billing::v1::AcceptMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(MilestoneName(order, milestone));
    return request;
  }
  static billing::v1::PostUpdateRequest Update(const std::string& order, int milestone) {
    billing::v1::PostUpdateRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(MilestoneName(order, milestone));
    request.set_message("Half of it is done.");
    return request;
  }
  template <class Request>
  void ExpectOfferRefused(const Request& request, StatusCode code, const std::string& reason,
                          const std::set<std::string>& fields = {}) {
    ExpectRefused(sam_.actor, client().offers(), &OfferService::Stub::CreateOffer, request, code, reason,
                  fields);
  }

  static Platform* platform_;
  std::optional<Story> story_;
  Person sam_, bea_;
};
Platform* BadInput::platform_ = nullptr;

TEST_F(BadInput, SeveralMalformedFieldsAreAllNamedAtOnce) {
  auto request = Gig("business-plans", "USD", 15000);
  request.clear_request_id();
  request.mutable_gig()->set_title(std::string(81, 'x'));
  request.mutable_gig()->clear_subcategory();
  request.mutable_gig()->mutable_packages(0)->set_days(151);
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::CreateGig, request,
                StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS",
                {"request_id", "gig.title", "gig.subcategory", "gig.packages[0].days"});
}

TEST_F(BadInput, AnOfferWithNoMilestoneOrSeven_S23) {
  const std::string gig = NewGig();
  for (int milestones : {0, 7})
    ExpectOfferRefused(Offer(gig, milestones), StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS",
                       {"offer.milestones.milestones"});
}

TEST_F(BadInput, DaysAmountsAndNamesOfAnOffersMilestone_S22_S24) {
  const std::string gig = NewGig();
  auto request = Offer(gig, 6);
  auto& milestones = *request.mutable_offer()->mutable_milestones()->mutable_milestones();
  milestones[0].set_days(31);
  *milestones[1].mutable_amount() = Usd(0);
  milestones[2].mutable_amount()->set_nanos(1);
  milestones[3].clear_title();
  milestones[4].set_title(std::string(81, 'x'));
  const std::string path = "offer.milestones.milestones";
  ExpectOfferRefused(request, StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS",
                     {path + "[0].days", path + "[1].amount", path + "[2].amount.nanos", path + "[3].title",
                      path + "[4].title"});
}

TEST_F(BadInput, ARequestIdThatIsMissingOrReused_W7) {
  auto missing = Gig("business-plans", "USD", 15000);
  missing.clear_request_id();
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::CreateGig, missing,
                StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS", {"request_id"});
  auto gig = Gig("business-plans", "USD", 15000);
  story_->Do(sam_, client().catalog(), &GigCatalog::Stub::CreateGig, gig);
  gig.mutable_gig()->set_title("Another gig");
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::CreateGig, gig,
                StatusCode::INVALID_ARGUMENT, "REQUEST_ID_REUSED", {"request_id"});

  auto offer = Offer(NewGig(), 2);
  story_->Do(sam_, client().offers(), &OfferService::Stub::CreateOffer, offer);
  offer.mutable_offer()->set_message("Another offer");
  ExpectOfferRefused(offer, StatusCode::INVALID_ARGUMENT, "REQUEST_ID_REUSED", {"request_id"});

  const std::string order = ActiveOrder();
  auto delivery = Delivery(order, 1, false);
  story_->Do(sam_, client().billing(), &MilestoneBilling::Stub::DeliverMilestone, delivery);
  delivery.set_message("Another delivery");
  ExpectRefused(sam_.actor, client().billing(), &MilestoneBilling::Stub::DeliverMilestone, delivery,
                StatusCode::INVALID_ARGUMENT, "REQUEST_ID_REUSED", {"request_id"});
}

TEST_F(BadInput, APlanWhereNoneIsAllowed_S2_S3_A1) {
  struct Row {
    const char *subcategory, *currency;
    int64_t cents;
    const char* reason;
  };
  for (const Row& row : {Row{"business-plans", "USD", 10000, "PRICE_NOT_ELIGIBLE"},
                         Row{"logo-design", "USD", 15000, "SUBCATEGORY_NOT_ELIGIBLE"},
                         Row{"business-plans", "EUR", 15000, "CURRENCY_NOT_ELIGIBLE"}}) {
    const std::string gig = NewGig(row.subcategory, row.currency, row.cents);
    ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::StartMilestonePlan, Scratch(gig),
                  StatusCode::FAILED_PRECONDITION, row.reason);
  }
  story_->Do(sam_, client().catalog(), &GigCatalog::Stub::StartMilestonePlan,
             Scratch(NewGig("business-plans", "USD", 10001)));
}

TEST_F(BadInput, APlanOfOneOrSixMilestones_S10_S11) {
  const std::string gig = GigWithPlan();
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::PublishMilestonePlan, Publish(gig),
                StatusCode::FAILED_PRECONDITION, "TOO_FEW_MILESTONES");
  for (int i = 2; i <= 5; ++i)
    story_->Do(sam_, client().catalog(), &GigCatalog::Stub::AddMilestone, Milestone(gig));
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::AddMilestone, Milestone(gig),
                StatusCode::FAILED_PRECONDITION, "TOO_MANY_MILESTONES");
}

TEST_F(BadInput, AmountsThatDontSum_A4) {
  const std::string gig = GigWithPlan(7500);
  story_->Do(sam_, client().catalog(), &GigCatalog::Stub::AddMilestone, Milestone(gig, 7499));
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::PublishMilestonePlan, Publish(gig),
                StatusCode::FAILED_PRECONDITION, "AMOUNTS_DONT_SUM");
}

// What could be published or sent was refused or VOIDED when it was ordered: the buyer's fees come on top of the price.
TEST_F(BadInput, ThePriceLimitIsRefusedWhereItIsEnteredAndWhatIsWithinIsPaid_A23) {
  auto gig = Gig("business-plans", "USD", kMaxPriceMinor + 1);
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::CreateGig, gig,
                StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS", {"gig.packages[0].price"});
  const std::string dearest = PublishGig(*story_, sam_, "A dear film", kMaxPriceMinor);
  billing::v1::QuoteOrderRequest ask;
  ask.mutable_gig_selection()->set_gig(dearest);
  ask.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
  ask.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_ONE_TIME);
  billing::v1::PlaceGigOrderRequest place;
  place.set_request_id(NewRequestId());
  place.set_quote(story_->Do(bea_, client().billing(), &MilestoneBilling::Stub::QuoteOrder, ask).quote());
  place.set_payment_method("pm_ok");
  EXPECT_EQ(
      story_->Do(bea_, client().billing(), &MilestoneBilling::Stub::PlaceGigOrder, place).order().state(),
      billing::v1::ORDER_STATE_ACTIVE);

  auto offer = Offer(dearest, 2);
  auto& milestones = *offer.mutable_offer()->mutable_milestones()->mutable_milestones();
  *milestones[1].mutable_amount() = Usd(kMaxPriceMinor + 1);
  ExpectOfferRefused(offer, StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS",
                     {"offer.milestones.milestones[1].amount"});
  *milestones[1].mutable_amount() = Usd(kMaxPriceMinor);
  ExpectOfferRefused(offer, StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS", {"offer.milestones"});
  const auto sent = SendMilestoneOffer(*story_, sam_, bea_, dearest,
                                       {{"All but a cent", kMaxPriceMinor - 1, 30}, {"The cent", 1, 30}});
  EXPECT_EQ(AcceptOffer(*story_, bea_, sent, "pm_ok").state(), offers::v1::OFFER_STATE_ACCEPTED);
}

// It became ACTIVE, and no package could be ordered with it.
TEST_F(BadInput, APlanWithNoPackageInTwoMilestones_A5) {
  auto request = Gig("business-plans", "USD", 15000);
  *request.mutable_gig()->add_packages() = request.gig().packages(0);
  request.mutable_gig()->mutable_packages(1)->set_package(type::v1::PACKAGE_PREMIUM);
  const std::string gig =
      story_->Do(sam_, client().catalog(), &GigCatalog::Stub::CreateGig, request).gig().name();
  story_->Do(sam_, client().catalog(), &GigCatalog::Stub::StartMilestonePlan, Scratch(gig));
  catalog::v1::UpdateMilestoneRequest update;
  update.set_request_id(NewRequestId());
  update.set_gig(gig);
  update.set_milestone_number(1);
  *update.mutable_milestone() = Milestone(gig).milestone();
  story_->Do(sam_, client().catalog(), &GigCatalog::Stub::UpdateMilestone, update);
  auto other = Milestone(gig);
  other.mutable_milestone()->set_packages(0, type::v1::PACKAGE_PREMIUM);
  story_->Do(sam_, client().catalog(), &GigCatalog::Stub::AddMilestone, other);
  ExpectRefused(sam_.actor, client().catalog(), &GigCatalog::Stub::PublishMilestonePlan, Publish(gig),
                StatusCode::FAILED_PRECONDITION, "PACKAGE_NOT_ORDERABLE");
}

TEST_F(BadInput, NobodyTheWrongPartyOrAStranger) {
  const std::string order = ActiveOrder();
  Deliver(*story_, sam_, order, 1, false);
  auto& billing = client().billing();
  const auto method = &MilestoneBilling::Stub::AcceptMilestone;
  ExpectRefused("", billing, method, Acceptance(order, 1), StatusCode::UNAUTHENTICATED, "ACTOR_MISSING");
  ExpectRefused(sam_.actor, billing, method, Acceptance(order, 1), StatusCode::PERMISSION_DENIED,
                "NOT_THE_BUYER");
  ExpectRefused("users/mallory", billing, method, Acceptance(order, 1), StatusCode::NOT_FOUND,
                "ORDER_NOT_FOUND");
  ExpectRefused(bea_.actor, billing, &MilestoneBilling::Stub::PostUpdate, Update(order, 1),
                StatusCode::PERMISSION_DENIED, "NOT_THE_SELLER");
}

TEST_F(BadInput, AnUpdateWithNoMessageOrTooLongAMessage_S18) {
  const std::string order = ActiveOrder();
  auto request = Update(order, 1);
  for (const std::string& message : {std::string(), std::string(2001, 'x')}) {
    request.set_message(message);
    ExpectRefused(sam_.actor, client().billing(), &MilestoneBilling::Stub::PostUpdate, request,
                  StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS", {"message"});
  }
}

TEST_F(BadInput, StepsThatTheStateDoesNotAllow) {
  const std::string order = ActiveOrder();
  auto& billing = client().billing();
  ExpectRefused(bea_.actor, billing, &MilestoneBilling::Stub::AcceptMilestone, Acceptance(order, 1),
                StatusCode::FAILED_PRECONDITION, "MILESTONE_NOT_DELIVERED");
  Deliver(*story_, sam_, order, 1, false);
  Accept(*story_, bea_, order, 1, billing::v1::NEXT_STEP_START_NEXT);
  ExpectRefused(sam_.actor, billing, &MilestoneBilling::Stub::DeliverMilestone, Delivery(order, 2, false),
                StatusCode::FAILED_PRECONDITION, "FINAL_DELIVERY_REQUIRED");
  Deliver(*story_, sam_, order, 2, true);
  Accept(*story_, bea_, order, 2, billing::v1::NEXT_STEP_UNSPECIFIED);
  // The outcome is on its way to OfferService: let it arrive, so that nothing else writes.
  EXPECT_TRUE(Eventually([&] {
    return testing::CountOrDie(platform_->schema(Server::kBilling),
                               "SELECT COUNT(*) FROM orders WHERE outcome_due_us IS NOT NULL") == 0;
  }));
  ExpectRefused(sam_.actor, billing, &MilestoneBilling::Stub::DeliverMilestone, Delivery(order, 2, true),
                StatusCode::FAILED_PRECONDITION, "ORDER_COMPLETED");
  ExpectRefused(sam_.actor, billing, &MilestoneBilling::Stub::PostUpdate, Update(order, 2),
                StatusCode::FAILED_PRECONDITION, "ORDER_COMPLETED");
}

TEST_F(BadInput, TheBuyerIsTheSeller_A25) {
  auto request = Offer(NewGig(), 2);
  request.mutable_offer()->set_buyer(sam_.actor);
  ExpectOfferRefused(request, StatusCode::FAILED_PRECONDITION, "BUYER_IS_SELLER");

  const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
  billing::v1::QuoteOrderRequest quote;
  quote.mutable_gig_selection()->set_gig(gig);
  quote.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
  quote.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_ONE_TIME);
  ExpectRefused(sam_.actor, client().billing(), &MilestoneBilling::Stub::QuoteOrder, quote,
                StatusCode::FAILED_PRECONDITION, "BUYER_IS_SELLER");
}

TEST_F(BadInput, TermsThatChangedSinceTheyWereSeen_A28) {
  const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
  const auto offer = SendMilestoneOffer(*story_, sam_, bea_, gig, {{"Cut", 12000, 5}});
  offers::v1::AcceptOfferRequest accept;
  accept.set_request_id(NewRequestId());
  accept.set_name(offer.name());
  accept.set_terms_hash(std::string(offer.terms_hash().size(), '0'));
  accept.set_payment_method("pm_ok");
  ExpectRefused(bea_.actor, client().offers(), &OfferService::Stub::AcceptOffer, accept, StatusCode::ABORTED,
                "TERMS_CHANGED");

  billing::v1::QuoteOrderRequest ask;
  ask.mutable_gig_selection()->set_gig(gig);
  ask.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
  ask.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_ONE_TIME);
  const auto quote = story_->Do(bea_, client().billing(), &MilestoneBilling::Stub::QuoteOrder, ask);
  catalog::v1::UpdateGigRequest dearer;
  dearer.set_request_id(NewRequestId());
  *dearer.mutable_gig() = Gig("business-plans", "USD", 50001).gig();
  dearer.mutable_gig()->set_name(gig);
  dearer.mutable_update_mask()->add_paths("packages");
  story_->Do(sam_, client().catalog(), &GigCatalog::Stub::UpdateGig, dearer);
  billing::v1::PlaceGigOrderRequest place;
  place.set_request_id(NewRequestId());
  place.set_quote(quote.quote());
  place.set_payment_method("pm_ok");
  ExpectRefused(bea_.actor, client().billing(), &MilestoneBilling::Stub::PlaceGigOrder, place,
                StatusCode::ABORTED, "TERMS_CHANGED");
}

}  // namespace
}  // namespace milepost::e2e
