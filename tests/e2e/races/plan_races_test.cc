// Races of a seller's browser tabs at one milestone plan: each has read the same plan and sends its etag along.
#include "absl/strings/str_cat.h"
#include "tests/e2e/races/race.h"

namespace milepost::e2e {
namespace {

using catalog::v1::GigCatalog;
using catalog::v1::MilestonePlan;

constexpr char kOperator[] = "operators/olga";

class PlanRaces : public RaceTest {
 protected:
  static catalog::v1::PlanMilestone Milestone(const std::string& title) {
    catalog::v1::PlanMilestone milestone;
    milestone.set_title(title);
    milestone.set_description("What is done then.");
    milestone.add_packages(type::v1::PACKAGE_BASIC);
    return milestone;
  }

  // A draft of two complete milestones on a gig of its own.
  MilestonePlan Draft(const std::string& gig) {
    catalog::v1::StartMilestonePlanRequest start;
    start.set_gig(gig);
    start.mutable_scratch();
    start.set_request_id(NewRequestId());
    story_->Do(sam_, platform_->client().catalog(), &GigCatalog::Stub::StartMilestonePlan, start);
    EXPECT_TRUE(Update(client(0), gig, "Cut", "").ok);
    catalog::v1::AddMilestoneRequest add;
    add.set_gig(gig);
    *add.mutable_milestone() = Milestone("Sound");
    add.set_request_id(NewRequestId());
    return story_->Do(sam_, platform_->client().catalog(), &GigCatalog::Stub::AddMilestone, add)
        .milestone_plan();
  }

  Outcome Update(PlatformClient& client, const std::string& gig, const std::string& title,
                 const std::string& etag) {
    catalog::v1::UpdateMilestoneRequest request;
    request.set_gig(gig);
    request.set_milestone_number(1);
    *request.mutable_milestone() = Milestone(title);
    request.set_etag(etag);
    request.set_request_id(NewRequestId());
    return OutcomeOf(client.Call(sam_.actor, client.catalog(), &GigCatalog::Stub::UpdateMilestone, request));
  }
  Outcome Publish(PlatformClient& client, const std::string& gig, const std::string& etag,
                  const std::string& request_id) {
    catalog::v1::PublishMilestonePlanRequest request;
    request.set_gig(gig);
    request.set_etag(etag);
    request.set_request_id(request_id);
    return OutcomeOf(
        client.Call(sam_.actor, client.catalog(), &GigCatalog::Stub::PublishMilestonePlan, request));
  }
  Outcome CreateSubcategory(const std::string& code) {
    catalog::v1::CreateSubcategoryRequest request;
    request.mutable_subcategory()->set_code(code);
    request.mutable_subcategory()->set_display_name("Race");
    request.mutable_subcategory()->set_display_name_de("Rennen");
    request.mutable_subcategory()->set_milestone_plans(true);
    google::type::Money& threshold = *request.mutable_subcategory()->add_plan_thresholds();
    threshold.set_currency_code("USD");
    threshold.set_units(100);
    request.set_request_id(NewRequestId());
    return OutcomeOf(
        client(0).Call(kOperator, client(0).catalog(), &GigCatalog::Stub::CreateSubcategory, request));
  }
  Outcome MoveTo(const std::string& gig, const std::string& code) {
    catalog::v1::UpdateGigRequest request;
    request.mutable_gig()->set_name(gig);
    request.mutable_gig()->set_subcategory(code);
    request.mutable_update_mask()->add_paths("subcategory");
    request.set_request_id(NewRequestId());
    return OutcomeOf(client(0).Call(sam_.actor, client(0).catalog(), &GigCatalog::Stub::UpdateGig, request));
  }
  Outcome TakePlansFrom(PlatformClient& client, const std::string& code) {
    catalog::v1::UpdateSubcategoryRequest request;
    request.mutable_subcategory()->set_code(code);
    request.mutable_update_mask()->add_paths("milestone_plans");
    request.set_request_id(NewRequestId());
    return OutcomeOf(client.Call(kOperator, client.catalog(), &GigCatalog::Stub::UpdateSubcategory, request));
  }
  // Why the gig can't be quoted with milestones.
  std::string ReasonOfQuote(const std::string& gig) {
    billing::v1::QuoteOrderRequest request;
    request.mutable_gig_selection()->set_gig(gig);
    request.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
    request.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_MILESTONES);
    return client(1)
        .Call(bea_.actor, client(1).billing(), &billing::v1::MilestoneBilling::Stub::QuoteOrder, request)
        .reason;
  }
  MilestonePlan PlanNow(const std::string& gig) {
    catalog::v1::GetMilestonePlanRequest request;
    request.set_gig(gig);
    return story_->Do(sam_, platform_->client().catalog(), &GigCatalog::Stub::GetMilestonePlan, request)
        .milestone_plan();
  }
};

TEST_F(PlanRaces, TwoEditsOfOneEtag_S15) {
  for (const Start& start : Starts()) {
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    const MilestonePlan plan = Draft(gig);
    const auto outcomes = Race(start, [&](PlatformClient& client, int caller) {
      return Update(client, gig, absl::StrCat("Tab ", caller), plan.etag());
    });
    ExpectOneWinner(outcomes, {"ETAG_MISMATCH"});
    const std::string title = PlanNow(gig).draft().milestones(0).title();
    for (int caller = 0; caller < kCallers; ++caller)
      EXPECT_EQ(outcomes[caller].ok, title == absl::StrCat("Tab ", caller));
  }
}

TEST_F(PlanRaces, TwoPublishesOfOneEtag_S17) {
  for (const Start& start : Starts()) {
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    const MilestonePlan plan = Draft(gig);
    const auto outcomes = Race(start, [&](PlatformClient& client, int) {
      return Publish(client, gig, plan.etag(), NewRequestId());
    });
    ExpectOneWinner(outcomes, {"ETAG_MISMATCH"});
    EXPECT_EQ(PlanNow(gig).state(), catalog::v1::MILESTONE_PLAN_STATE_ACTIVE);
  }
}

TEST_F(PlanRaces, TwoPublishesWithOneRequestId) {
  for (const Start& start : Starts()) {
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    const MilestonePlan plan = Draft(gig);
    const std::string request_id = NewRequestId();
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return Publish(client, gig, plan.etag(), request_id); });
    ExpectOneWinnerAndReplays(outcomes);
    EXPECT_EQ(PlanNow(gig).state(), catalog::v1::MILESTONE_PLAN_STATE_ACTIVE);
  }
}

// What is published is what its publisher saw: an edit that came in between makes the publish fail, not slip in.
TEST_F(PlanRaces, EditAgainstPublish_S17) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    const MilestonePlan plan = Draft(gig);
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return Update(client, gig, "Edited", plan.etag()); },
         [&](PlatformClient& client, int) { return Publish(client, gig, plan.etag(), NewRequestId()); }});
    ExpectOneWinner(outcomes, {"ETAG_MISMATCH"});
    const MilestonePlan now = PlanNow(gig);
    wins.Add(start, now.state() == catalog::v1::MILESTONE_PLAN_STATE_ACTIVE ? 1 : 0);
    if (now.state() == catalog::v1::MILESTONE_PLAN_STATE_ACTIVE) {
      EXPECT_EQ(now.published().milestones(0).title(), "Cut");
    } else {
      EXPECT_EQ(now.state(), catalog::v1::MILESTONE_PLAN_STATE_DRAFT);
      EXPECT_EQ(now.draft().milestones(0).title(), "Edited");
    }
  }
  wins.ExpectOneOfEach();
}

// A publish is decided before the subcategory's change or after it: no plan that buyers see as ACTIVE outlives the change.
TEST_F(PlanRaces, PublishAgainstASubcategoryThatLosesPlans_S2_A2) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string code = absl::StrCat("race-", NewRequestId().substr(24));
    ASSERT_TRUE(CreateSubcategory(code).ok);
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    ASSERT_TRUE(MoveTo(gig, code).ok);
    Draft(gig);
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return Publish(client, gig, "", NewRequestId()); },
                       [&](PlatformClient& client, int) { return TakePlansFrom(client, code); }});
    bool published = false;
    for (int caller = 0; caller < kCallers; ++caller) {
      const bool takes_plans = caller / kReplicas % 2 == 1;
      if (takes_plans) {
        EXPECT_TRUE(outcomes[caller].ok) << outcomes[caller].reason;
        continue;
      }
      published = published || outcomes[caller].ok;
      EXPECT_TRUE(outcomes[caller].ok || outcomes[caller].reason == "SUBCATEGORY_NOT_ELIGIBLE")
          << outcomes[caller].reason;
    }
    wins.Add(start, published ? 0 : 1);
    const MilestonePlan now = PlanNow(gig);
    EXPECT_EQ(now.state(), published ? catalog::v1::MILESTONE_PLAN_STATE_INELIGIBLE
                                     : catalog::v1::MILESTONE_PLAN_STATE_DRAFT);
    EXPECT_EQ(ReasonOfQuote(gig), published ? "PLAN_NOT_ACTIVE" : "PLAN_NOT_FOUND");
  }
  wins.ExpectOneOfEach();
}

}  // namespace
}  // namespace milepost::e2e
