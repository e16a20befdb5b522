// What is refused, by its reason; Caller::Refused checks each time that nothing was written.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/core/order_limits.h"
#include "tests/component/gig_catalog/catalog.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;
using type::v1::PACKAGE_BASIC;
using type::v1::PACKAGE_PREMIUM;

std::vector<std::string> FieldsOf(const Refusal& refusal) {
  EXPECT_EQ(refusal.reason, Reason::kInvalidFields);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : refusal.fields) fields.push_back(violation.field);
  return fields;
}

class BadInput : public ::testing::Test {
 protected:
  const Caller sara = Caller::NewUser("sara"), ben = Caller::NewUser("ben");
};

TEST_F(BadInput, S2_S3_A1_PlansInTheWrongPlace) {
  const std::string cheap = CreateGig(sara, GigAt(Usd(10000)));
  const Refusal price = sara.Refused(&Stub::StartMilestonePlan, FromScratch(cheap));
  EXPECT_EQ(price.reason, Reason::kPriceNotEligible);
  EXPECT_EQ(price.detail("actual"), "100.00 USD");

  v1::CreateGigRequest elsewhere = GigAt(Usd(15000));
  elsewhere.mutable_gig()->set_subcategory("logo-design");
  EXPECT_EQ(sara.Refused(&Stub::StartMilestonePlan, FromScratch(CreateGig(sara, elsewhere))).reason,
            Reason::kSubcategoryNotEligible);

  google::type::Money euros = Usd(15000);
  euros.set_currency_code("EUR");
  EXPECT_EQ(sara.Refused(&Stub::StartMilestonePlan, FromScratch(CreateGig(sara, GigAt(euros)))).reason,
            Reason::kCurrencyNotEligible);
}

TEST_F(BadInput, S10_ASixthMilestone) {
  const std::string gig = CreateGigWithPlan(sara, 5);
  const Refusal refusal = sara.Refused(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC})));
  EXPECT_EQ(refusal.reason, Reason::kTooManyMilestones);
  EXPECT_EQ(refusal.detail("max"), "5");
}

TEST_F(BadInput, S11_PublishingOneMilestone) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  EXPECT_EQ(sara.Refused(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig)).reason,
            Reason::kTooFewMilestones);
}

TEST_F(BadInput, A4_AmountsThatDontSum) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  for (int number : {1, 2}) {
    v1::PlanMilestone milestone = MilestoneFor({PACKAGE_BASIC});
    v1::MilestonePrice& price = *milestone.add_prices();
    price.set_package(PACKAGE_BASIC);
    *price.mutable_amount() = Usd(number == 1 ? 5000 : 9999);
    if (number == 2) {
      sara.Do(&Stub::AddMilestone, AddTo(gig, milestone));
      continue;
    }
    auto update = Of<v1::UpdateMilestoneRequest>(gig);
    update.set_milestone_number(1);
    *update.mutable_milestone() = milestone;
    sara.Do(&Stub::UpdateMilestone, update);
  }
  const Refusal refusal = sara.Refused(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  EXPECT_EQ(refusal.reason, Reason::kAmountsDontSum);
  EXPECT_EQ(refusal.detail("package"), "BASIC");
  EXPECT_EQ(refusal.detail("actual"), "149.99 USD");
  EXPECT_EQ(refusal.detail("required"), "150.00 USD");
}

TEST_F(BadInput, SeveralMalformedFieldsInOneAnswer) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.mutable_gig()->set_title(std::string(81, 'x'));
  request.mutable_gig()->clear_subcategory();
  request.mutable_gig()->mutable_packages(0)->set_days(151);
  request.mutable_gig()->mutable_packages(0)->mutable_price()->set_nanos(1);  // finer than a cent
  request.set_request_id("not-a-uuid");
  EXPECT_THAT(FieldsOf(sara.RefusedAsIs(&Stub::CreateGig, request)),
              UnorderedElementsAre("gig.title", "gig.subcategory", "gig.packages[0].days",
                                   "gig.packages[0].price.nanos", "request_id"));
}

TEST_F(BadInput, PackagesThatDontFitTogether) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.mutable_gig()->mutable_packages(0)->set_package(PACKAGE_PREMIUM);
  google::type::Money euros = Usd(15000);
  euros.set_currency_code("EUR");
  v1::GigPackage second = PackageAt(PACKAGE_PREMIUM, euros);
  second.mutable_revisions()->set_unlimited(false);
  *request.mutable_gig()->add_packages() = second;
  EXPECT_THAT(
      FieldsOf(sara.Refused(&Stub::CreateGig, request)),
      UnorderedElementsAre("gig.packages", "gig.packages[1].package", "gig.packages[1].revisions.unlimited",
                           "gig.packages[1].price.currency_code"));
}

TEST_F(BadInput, ACurrencyThatIsNone) {
  for (const char* code : {"ABC", "XTS", "XAU", "usd", ""}) {
    google::type::Money price = Usd(15000);
    price.set_currency_code(code);
    EXPECT_THAT(FieldsOf(sara.Refused(&Stub::CreateGig, GigAt(price))),
                UnorderedElementsAre("gig.packages[0].price.currency_code"))
        << code;
  }
  google::type::Money fils = Usd(0);
  fils.set_currency_code("BHD");
  fils.set_nanos(5'000'000);
  CreateGig(sara, GigAt(fils));  // five minor units: BHD has three decimal places
}

TEST_F(BadInput, APlansAmountsInTwoCurrencies) {
  v1::CreateGigRequest two = GigAt(Usd(15000));
  *two.mutable_gig()->add_packages() = PackageAt(PACKAGE_PREMIUM, Usd(30000));
  const std::string gig = CreateGig(sara, two);
  sara.Do(&Stub::StartMilestonePlan, FromScratch(gig));
  v1::PlanMilestone milestone = MilestoneFor({PACKAGE_BASIC, PACKAGE_PREMIUM});
  for (const type::v1::Package package : {PACKAGE_BASIC, PACKAGE_PREMIUM}) {
    v1::MilestonePrice& price = *milestone.add_prices();
    price.set_package(package);
    *price.mutable_amount() = Usd(5000);
  }
  milestone.mutable_prices(1)->mutable_amount()->set_currency_code("EUR");
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddMilestone, AddTo(gig, milestone))),
              UnorderedElementsAre("milestone.prices[1].amount.currency_code"));
  milestone.mutable_prices(0)->mutable_amount()->set_currency_code("EUR");
  EXPECT_EQ(sara.Refused(&Stub::AddMilestone, AddTo(gig, milestone)).reason, Reason::kCurrencyNotEligible);
}

// ASCII rules let U+00A0 pass for a title, and U+202E turn a page around.
TEST_F(BadInput, TextsThatShowNothingOrHideSomething) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  for (const char* text : {"\u00a0", "\u3000", "\u200b\u2060\ufeff", "\u3164", "\u2800", "x\u202ey",
                           "x\u2066y", "x\ny", "x\ty", "x\u2028y", "x\u0085y", "x\ufffey", "x\U000e0041"}) {
    v1::CreateGigRequest request = GigAt(Usd(15000));
    request.mutable_gig()->set_title(text);
    EXPECT_THAT(FieldsOf(sara.Refused(&Stub::CreateGig, request)), UnorderedElementsAre("gig.title")) << text;
    auto substep = Of<v1::AddSubstepRequest>(gig);
    substep.set_milestone_number(1);
    substep.mutable_substep()->set_title(text);
    substep.mutable_substep()->add_packages(PACKAGE_BASIC);
    EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddSubstep, substep)), UnorderedElementsAre("substep.title"));
    EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC}, text)))),
                UnorderedElementsAre("milestone.title"));
  }
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.mutable_gig()->set_title(std::string("a\0b", 3));
  request.mutable_gig()->set_description("one\u202etwo");
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::CreateGig, request)),
              UnorderedElementsAre("gig.title", "gig.description"));
  v1::PlanMilestone blank = MilestoneFor({PACKAGE_BASIC});
  blank.set_description("\n\u3000\u200b\n");
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddMilestone, AddTo(gig, blank))),
              UnorderedElementsAre("milestone.description"));
}

TEST_F(BadInput, TextsOfOtherScriptsEmojiAndLinesAreFine) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  const std::string title =
      "\u200fخطة عمل\u200e – 事業計画 👩‍👩‍👧 "
      "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f";
  const std::string description = "First line\r\n\tindented\nlast\u2028one by \u2068\u202bسارة\u202c\u2069";
  request.mutable_gig()->set_title(title);
  request.mutable_gig()->set_description(description);
  const v1::Gig gig = sara.Do(&Stub::CreateGig, request).gig();
  EXPECT_EQ(gig.title(), title);
  EXPECT_EQ(gig.description(), description);
}

TEST_F(BadInput, A4_APriceTooSmallToShare) {
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::CreateGig, GigAt(Usd(4)))),
              UnorderedElementsAre("gig.packages[0].price"));
  CreateGig(sara, GigAt(Usd(5)));
}

// It was published, and no package could be ordered with milestones.
TEST_F(BadInput, A5_PublishingAPlanWithNoOrderablePackage) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  *request.mutable_gig()->add_packages() = PackageAt(PACKAGE_PREMIUM, Usd(40000));
  const std::string gig = CreateGig(sara, request);
  sara.Do(&Stub::StartMilestonePlan, FromScratch(gig));
  auto update = Of<v1::UpdateMilestoneRequest>(gig);
  update.set_milestone_number(1);
  *update.mutable_milestone() = MilestoneFor({PACKAGE_BASIC});
  sara.Do(&Stub::UpdateMilestone, update);
  sara.Do(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_PREMIUM})));
  const Refusal refusal = sara.Refused(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  EXPECT_EQ(refusal.reason, Reason::kPackageNotOrderable);
  EXPECT_EQ(refusal.detail("packages"), "BASIC, PREMIUM");
  const auto report =
      sara.Read(&Stub::CheckMilestoneEligibility, Of<v1::CheckMilestoneEligibilityRequest>(gig));
  for (const v1::EligibilityRule& rule : report.rules()) EXPECT_EQ(rule.holds(), rule.rule() != "A5");
  sara.Do(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_PREMIUM})));
  sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
}

// They were published and sold to nobody: with the fees they are more than the largest charge.
TEST_F(BadInput, APriceThatLeavesNoRoomForTheFees) {
  const std::string gig = CreateGig(sara, GigAt(Usd(kMaxPriceMinor)));
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::CreateGig, GigAt(Usd(kMaxPriceMinor + 1)))),
              UnorderedElementsAre("gig.packages[0].price"));
  v1::UpdateGigRequest dearer;
  *dearer.mutable_gig() = GigAt(Usd(kMaxPriceMinor + 1)).gig();
  dearer.mutable_gig()->set_name(gig);
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::UpdateGig, dearer)),
              UnorderedElementsAre("gig.packages[0].price"));
  sara.Do(&Stub::StartMilestonePlan, FromScratch(gig));
  v1::PlanMilestone milestone = MilestoneFor({PACKAGE_BASIC});
  milestone.add_prices()->set_package(PACKAGE_BASIC);
  *milestone.mutable_prices(0)->mutable_amount() = Usd(kMaxPriceMinor + 1);
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddMilestone, AddTo(gig, milestone))),
              UnorderedElementsAre("milestone.prices[0].amount"));
}

TEST_F(BadInput, A1_PublishingInACurrencyThatNothingCanBeOrderedIn) {
  google::type::Money euros = Usd(15000);
  euros.set_currency_code("EUR");
  const std::string gig = CreateGig(sara, GigAt(euros));
  const Refusal refusal = sara.Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  EXPECT_EQ(refusal.reason, Reason::kCurrencyNotEligible);
  EXPECT_EQ(refusal.detail("currency"), "EUR");
}

TEST_F(BadInput, S14_MilestonesWithMissingOrOversizedParts) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  v1::PlanMilestone empty;
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddMilestone, AddTo(gig, empty))),
              IsSupersetOf({"milestone.title", "milestone.description", "milestone.packages"}));
  v1::PlanMilestone oversized = MilestoneFor({PACKAGE_BASIC, PACKAGE_BASIC}, std::string(81, 'x'));
  oversized.set_description(std::string(1001, 'x'));
  v1::MilestonePrice& price = *oversized.add_prices();
  price.set_package(PACKAGE_BASIC);
  price.set_days(31);
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddMilestone, AddTo(gig, oversized))),
              UnorderedElementsAre("milestone.title", "milestone.description", "milestone.packages[1]",
                                   "milestone.prices[0].days"));
  v1::PlanMilestone limits = MilestoneFor({PACKAGE_BASIC});
  limits.set_title(std::string(80, 'x'));
  limits.set_description(std::string(1000, 'x'));
  sara.Do(&Stub::AddMilestone, AddTo(gig, limits));
}

TEST_F(BadInput, A4_PricesOfPackagesThatTheMilestoneIsNotFor) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  v1::PlanMilestone milestone = MilestoneFor({PACKAGE_BASIC});
  for (type::v1::Package package : {PACKAGE_BASIC, PACKAGE_BASIC, PACKAGE_PREMIUM})
    milestone.add_prices()->set_package(package);
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::AddMilestone, AddTo(gig, milestone))),
              UnorderedElementsAre("milestone.prices[1].package", "milestone.prices[2].package"));
}

TEST_F(BadInput, A5_PackagesThatAreNotThere) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  EXPECT_EQ(sara.Refused(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_PREMIUM}))).reason,
            Reason::kPackageUnknown);
  auto substep = Of<v1::AddSubstepRequest>(gig);
  substep.set_milestone_number(1);
  substep.mutable_substep()->set_title("Check");
  substep.mutable_substep()->add_packages(PACKAGE_PREMIUM);
  EXPECT_EQ(sara.Refused(&Stub::AddSubstep, substep).reason, Reason::kSubstepPackagesNotCovered);
}

TEST_F(BadInput, S16_ATwentyFirstSubstep) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  auto substep = Of<v1::AddSubstepRequest>(gig);
  substep.set_milestone_number(1);
  substep.mutable_substep()->set_title("Check");
  substep.mutable_substep()->add_packages(PACKAGE_BASIC);
  for (int i = 0; i < 20; ++i) sara.Do(&Stub::AddSubstep, substep);
  EXPECT_EQ(sara.Refused(&Stub::AddSubstep, substep).reason, Reason::kTooManySubsteps);
}

TEST_F(BadInput, RequestIdMissing) {
  const std::string gig = CreateGig(sara);
  EXPECT_THAT(FieldsOf(sara.RefusedAsIs(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig))),
              UnorderedElementsAre("request_id"));
  EXPECT_THAT(FieldsOf(sara.RefusedAsIs(&Stub::CreateGig, GigAt(Usd(15000)))),
              UnorderedElementsAre("request_id"));
}

TEST_F(BadInput, NobodyAndMalformedActors) {
  const std::string gig = CreateGig(sara);
  for (const char* actor : {"", "sara", "users/", "admins/root", "users/a b"}) {
    EXPECT_EQ(Caller(actor).Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig)).reason,
              Reason::kActorMissing)
        << actor;
    EXPECT_EQ(Caller(actor).RefusedAsIs(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).reason,
              Reason::kActorMissing);
  }
  for (const char* actor : {"operators/ops", "services/offer-service"})
    EXPECT_EQ(Caller(actor).Refused(&Stub::CreateGig, GigAt(Usd(15000))).reason, Reason::kNotAUser);
}

TEST_F(BadInput, OperatorsAndServicesReadDraftsAndChangeNothing) {
  const std::string gig = CreateGigWithPlan(sara, 2);
  for (const char* actor : {"operators/ops", "services/offer-service"}) {
    const Caller who(actor);
    const v1::Gig seen = who.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig();
    EXPECT_EQ(seen.state(), v1::GIG_STATE_DRAFT);
    EXPECT_EQ(seen.milestone_plan_state(), v1::MILESTONE_PLAN_STATE_DRAFT);
    const v1::MilestonePlan plan =
        who.Read(&Stub::GetMilestonePlan, Of<v1::GetMilestonePlanRequest>(gig)).milestone_plan();
    EXPECT_EQ(plan.draft().milestones_size(), 2);
    EXPECT_EQ(who.Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig)).reason, Reason::kNotTheGigOwner);
  }
  sara.Do(&Stub::DeleteGig, Of<v1::DeleteGigRequest>(gig));
  EXPECT_EQ(Caller("operators/ops").Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().state(),
            v1::GIG_STATE_DELETED);
}

TEST_F(BadInput, StrangersFindNoDraftAndChangeNothing) {
  const std::string gig = CreateGigWithPlan(sara, 2);
  EXPECT_EQ(ben.RefusedAsIs(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).reason, Reason::kGigNotFound);
  EXPECT_EQ(ben.RefusedAsIs(&Stub::GetMilestonePlan, Of<v1::GetMilestonePlanRequest>(gig)).reason,
            Reason::kGigNotFound);
  EXPECT_EQ(ben.Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig)).reason, Reason::kGigNotFound);
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  ben.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig));
  EXPECT_EQ(ben.Refused(&Stub::PauseGig, Of<v1::PauseGigRequest>(gig)).reason, Reason::kNotTheGigOwner);
  EXPECT_EQ(ben.Refused(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig)).reason,
            Reason::kNotTheGigOwner);
  EXPECT_EQ(ben.Refused(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC}))).reason,
            Reason::kNotTheGigOwner);
}

TEST_F(BadInput, WrongStatesNameTheState) {
  const std::string gig = CreateGig(sara);
  const Refusal pause = sara.Refused(&Stub::PauseGig, Of<v1::PauseGigRequest>(gig));
  EXPECT_EQ(pause.reason, Reason::kGigNotPublished);
  EXPECT_EQ(pause.detail("state"), "DRAFT");
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  EXPECT_EQ(sara.Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig)).reason,
            Reason::kGigAlreadyPublished);
  EXPECT_EQ(sara.Refused(&Stub::SetMilestonePayments, Of<v1::SetMilestonePaymentsRequest>(gig)).reason,
            Reason::kPlanNotFound);
  sara.Do(&Stub::DeleteGig, Of<v1::DeleteGigRequest>(gig));
  EXPECT_EQ(sara.Refused(&Stub::DeleteGig, Of<v1::DeleteGigRequest>(gig)).reason, Reason::kGigDeleted);
}

TEST_F(BadInput, AGigWithoutAPriceIsNotPublished) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.mutable_gig()->mutable_packages(0)->clear_price();
  const std::string gig = CreateGig(sara, request);
  const Refusal refusal = sara.Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  EXPECT_EQ(refusal.reason, Reason::kGigIncomplete);
  EXPECT_EQ(refusal.detail("package"), "BASIC");
}

TEST_F(BadInput, UnknownSubcategoriesAndPathsAndNames) {
  v1::CreateGigRequest nowhere = GigAt(Usd(15000));
  nowhere.mutable_gig()->set_subcategory("no-such");
  EXPECT_EQ(sara.Refused(&Stub::CreateGig, nowhere).reason, Reason::kSubcategoryUnknown);

  v1::UpdateGigRequest update;
  update.mutable_gig()->set_name("gigs/not-an-id");
  update.mutable_update_mask()->add_paths("seller");
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::UpdateGig, update)),
              UnorderedElementsAre("gig.name", "update_mask"));
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>("offers/1"))),
              UnorderedElementsAre("name"));
  const std::string none = absl::StrCat("gigs/", NewRequestId());
  EXPECT_EQ(sara.Refused(&Stub::PublishGig, Of<v1::PublishGigRequest>(none)).reason, Reason::kGigNotFound);
}

TEST_F(BadInput, PreviewsOfWhatCantBeOrdered) {
  const std::string gig = CreateGigWithPlan(sara, 2);
  auto preview = Of<v1::PreviewWorkflowRequest>(gig);
  preview.set_package(PACKAGE_BASIC);
  EXPECT_EQ(sara.RefusedAsIs(&Stub::PreviewWorkflow, preview).reason, Reason::kGigNotPublished);
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  preview.set_package(PACKAGE_PREMIUM);
  EXPECT_EQ(ben.RefusedAsIs(&Stub::PreviewWorkflow, preview).reason, Reason::kPackageUnknown);
  preview.set_package(PACKAGE_BASIC);
  preview.mutable_start_time()->set_seconds(253'402'300'799);  // 9999-12-31T23:59:59Z
  EXPECT_THAT(FieldsOf(ben.RefusedAsIs(&Stub::PreviewWorkflow, preview)), UnorderedElementsAre("start_time"));
}

TEST_F(BadInput, TextsAreThereInGermanToo) {
  const std::string gig = CreateGig(sara);
  grpc::ClientContext context;
  context.AddMetadata("milepost-actor", sara.actor());
  context.AddMetadata("accept-language", "de-CH, en;q=0.5");
  auto request = Of<v1::PauseGigRequest>(gig);
  request.set_request_id(NewRequestId());
  v1::PauseGigResponse response;
  const grpc::Status status = Server::Get().stub().PauseGig(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_details(), ::testing::HasSubstr("Der Service ist DRAFT, nicht veröffentlicht."));
  EXPECT_THAT(status.error_details(), ::testing::HasSubstr("GIG_NOT_PUBLISHED"));
}

TEST_F(BadInput, AGigsNameWithSomethingBehindIt) {
  const std::string gig = CreateGig(sara);
  v1::UpdateGigRequest request;
  request.mutable_gig()->set_title("Another title");
  request.mutable_update_mask()->add_paths("title");
  for (const std::string& name :
       {gig + "/milestonePlan", gig + "/", gig + "0", "gigs/{" + gig.substr(5) + "}"}) {
    request.mutable_gig()->set_name(name);
    EXPECT_THAT(FieldsOf(sara.Refused(&Stub::UpdateGig, request)), UnorderedElementsAre("gig.name")) << name;
  }
}

// A resource has one name: under another spelling, page tokens, replays and filters would take it for another one.
TEST_F(BadInput, AGigsNameInUpperCase) {
  const std::string gig = CreateGig(sara);
  std::string shout = "gigs/" + absl::AsciiStrToUpper(gig.substr(5));
  ASSERT_NE(shout, gig) << "an id without a letter";
  EXPECT_THAT(FieldsOf(sara.RefusedAsIs(&Stub::GetGig, Of<v1::GetGigRequest>(shout))),
              UnorderedElementsAre("name"));
  v1::UpdateGigRequest update;
  update.mutable_gig()->set_name(shout);
  update.mutable_gig()->set_title("Another title");
  update.mutable_update_mask()->add_paths("title");
  EXPECT_THAT(FieldsOf(sara.Refused(&Stub::UpdateGig, update)), UnorderedElementsAre("gig.name"));
}

}  // namespace
}  // namespace milepost::gig_catalog
