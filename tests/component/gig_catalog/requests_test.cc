// Request ids, etags and validate_only: once each, in order, or not at all.
#include <set>
#include <thread>

#include "tests/component/gig_catalog/catalog.h"

namespace milepost::gig_catalog {
namespace {

using testing::IsOk;
using type::v1::PACKAGE_BASIC;

class Requests : public ::testing::Test {
 protected:
  const Caller sara = Caller::NewUser("sara");
};

TEST_F(Requests, ARepeatedCreationAnswersWithTheFirstGig) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.set_request_id(NewRequestId());
  const auto first = sara.Read(&Stub::CreateGig, request);
  const Footprint after = Server::Get().Written();
  const auto again = sara.Read(&Stub::CreateGig, request);
  EXPECT_FALSE(first.replayed());
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.gig().name(), first.gig().name());
  EXPECT_EQ(Server::Get().Written(), after);
}

TEST_F(Requests, AReplayShowsTheResourceAsItIsNow) {
  const std::string gig = CreateGig(sara);
  auto publish = Of<v1::PublishGigRequest>(gig);
  publish.set_request_id(NewRequestId());
  sara.Read(&Stub::PublishGig, publish);
  sara.Do(&Stub::PauseGig, Of<v1::PauseGigRequest>(gig));
  const auto again = sara.Read(&Stub::PublishGig, publish);
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.gig().state(), v1::GIG_STATE_PAUSED);
}

TEST_F(Requests, AnIdIsForOneRequestOfOneMethod) {
  v1::CreateGigRequest create = GigAt(Usd(15000));
  create.set_request_id(NewRequestId());
  const std::string gig = sara.Read(&Stub::CreateGig, create).gig().name();
  create.mutable_gig()->set_title("Another title");
  EXPECT_EQ(sara.RefusedAsIs(&Stub::CreateGig, create).reason, Reason::kRequestIdReused);

  auto publish = Of<v1::PublishGigRequest>(gig);
  publish.set_request_id(NewRequestId());
  sara.Read(&Stub::PublishGig, publish);
  auto pause = Of<v1::PauseGigRequest>(gig);
  pause.set_request_id(publish.request_id());
  EXPECT_EQ(sara.RefusedAsIs(&Stub::PauseGig, pause).reason, Reason::kRequestIdReused);
  const Caller ben = Caller::NewUser("ben");
  EXPECT_EQ(ben.RefusedAsIs(&Stub::PublishGig, publish).reason, Reason::kRequestIdReused)
      << "nobody is answered with another's outcome";
}

// W7: the scope of an id is the gig that changes, so that two gigs' changes never meet.
TEST_F(Requests, TwoGigsMayBeChangedUnderTheSameId) {
  const std::string first = CreateGig(sara), second = CreateGig(sara);
  for (const std::string& gig : {first, second}) sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  auto pause = Of<v1::PauseGigRequest>(first);
  pause.set_request_id(NewRequestId());
  EXPECT_FALSE(sara.Read(&Stub::PauseGig, pause).replayed());
  pause.set_name(second);
  const auto other = sara.Read(&Stub::PauseGig, pause);
  EXPECT_FALSE(other.replayed());
  EXPECT_EQ(other.gig().name(), second);
}

TEST_F(Requests, AnIdInUpperCaseIsTheSameId) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.set_request_id("0190b5a4-0000-7000-8000-00000000abcd");
  const std::string gig = sara.Read(&Stub::CreateGig, request).gig().name();
  request.set_request_id("0190B5A4-0000-7000-8000-00000000ABCD");
  const auto again = sara.Read(&Stub::CreateGig, request);
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.gig().name(), gig);
}

TEST_F(Requests, TwoUsersMayUseTheSameId) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.set_request_id(NewRequestId());
  const auto mine = sara.Read(&Stub::CreateGig, request);
  const auto theirs = Caller::NewUser("ben").Read(&Stub::CreateGig, request);
  EXPECT_FALSE(theirs.replayed());
  EXPECT_NE(mine.gig().name(), theirs.gig().name());
}

TEST_F(Requests, ARefusalIsNotRememberedAndTheSameIdWorksLater) {
  const std::string gig = CreateGig(sara);
  auto pause = Of<v1::PauseGigRequest>(gig);
  pause.set_request_id(NewRequestId());
  EXPECT_EQ(sara.RefusedAsIs(&Stub::PauseGig, pause).reason, Reason::kGigNotPublished);
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  EXPECT_FALSE(sara.Read(&Stub::PauseGig, pause).replayed());
}

TEST_F(Requests, TwentyRacingCallersWithOneIdMakeOneGig) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.set_request_id(NewRequestId());
  const Footprint before = Server::Get().Written();
  std::vector<absl::StatusOr<v1::CreateGigResponse>> answers(20, absl::UnknownError(""));
  std::vector<std::thread> threads;
  for (auto& answer : answers) threads.emplace_back([&] { answer = sara.Call(&Stub::CreateGig, request); });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> names;
  int first = 0;
  for (const auto& answer : answers) {
    ASSERT_THAT(answer, IsOk());
    names.insert(answer->gig().name());
    first += !answer->replayed();
  }
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(Server::Get().Written().gigs, before.gigs + 1);
}

TEST_F(Requests, S10_TwentyRacingAddsEndAtFiveMilestones) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  std::vector<absl::Status> answers(20);
  std::vector<std::thread> threads;
  for (absl::Status& answer : answers) {
    threads.emplace_back([&] {
      v1::AddMilestoneRequest add = AddTo(gig, MilestoneFor({PACKAGE_BASIC}));
      add.set_request_id(NewRequestId());
      answer = sara.Call(&Stub::AddMilestone, add).status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  int added = 0;
  for (const absl::Status& answer : answers) {
    added += answer.ok();
    EXPECT_TRUE(answer.ok() || IsRefusal(answer, Reason::kTooManyMilestones)) << answer;
  }
  EXPECT_EQ(added, 4);
}

TEST_F(Requests, AStaleEtagIsRefusedAndTheFreshOneIsNot) {
  const std::string gig = CreateGig(sara);
  const std::string stale = sara.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().etag();
  auto publish = Of<v1::PublishGigRequest>(gig);
  publish.set_etag(stale);
  const std::string fresh = sara.Do(&Stub::PublishGig, publish).gig().etag();
  auto pause = Of<v1::PauseGigRequest>(gig);
  pause.set_etag(stale);
  EXPECT_EQ(sara.Refused(&Stub::PauseGig, pause).reason, Reason::kEtagMismatch);
  pause.set_etag(fresh);
  EXPECT_EQ(sara.Do(&Stub::PauseGig, pause).gig().state(), v1::GIG_STATE_PAUSED);
}

TEST_F(Requests, ThePlanSharesTheGigsEtag) {
  const std::string gig = CreateGigWithPlan(sara, 2);
  const auto plan = sara.Read(&Stub::GetMilestonePlan, Of<v1::GetMilestonePlanRequest>(gig)).milestone_plan();
  EXPECT_EQ(plan.etag(), sara.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().etag());
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  auto publish = Of<v1::PublishMilestonePlanRequest>(gig);
  publish.set_etag(plan.etag());
  EXPECT_EQ(sara.Refused(&Stub::PublishMilestonePlan, publish).reason, Reason::kEtagMismatch);
}

TEST_F(Requests, ValidateOnlySaysWhatWouldComeOfItAndWritesNothing) {
  const std::string gig = CreateGigWithPlan(sara, 2);
  const Footprint before = Server::Get().Written();
  auto publish = Of<v1::PublishMilestonePlanRequest>(gig);
  publish.set_request_id(NewRequestId());
  publish.set_validate_only(true);
  const auto preview = sara.Read(&Stub::PublishMilestonePlan, publish);
  EXPECT_EQ(preview.milestone_plan().state(), v1::MILESTONE_PLAN_STATE_ACTIVE);
  v1::CreateGigRequest create = GigAt(Usd(15000));
  create.set_request_id(NewRequestId());
  create.set_validate_only(true);
  sara.Read(&Stub::CreateGig, create);
  EXPECT_EQ(Server::Get().Written(), before);

  publish.set_validate_only(false);
  const auto real = sara.Read(&Stub::PublishMilestonePlan, publish);
  EXPECT_FALSE(real.replayed());
  EXPECT_EQ(real.milestone_plan().SerializeAsString(), preview.milestone_plan().SerializeAsString());
}

TEST_F(Requests, ValidateOnlyRefusesAsTheRealCallWould) {
  const std::string gig = CreateGigWithPlan(sara, 1);
  auto publish = Of<v1::PublishMilestonePlanRequest>(gig);
  publish.set_validate_only(true);
  EXPECT_EQ(sara.Refused(&Stub::PublishMilestonePlan, publish).reason, Reason::kTooFewMilestones);
  publish.set_etag("1");
  EXPECT_EQ(Caller::NewUser("ben").Refused(&Stub::PublishMilestonePlan, publish).reason,
            Reason::kGigNotFound);
}

// Executes a request, and then asks with validate_only what its id would be answered with: the same request what its replay
// is, another one REQUEST_ID_REUSED. `another` must be valid but for its id.
template <class Request, class Response>
Response ExpectPreviewedAsUsed(const Caller& caller,
                               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                               Request request, Request another) {
  SCOPED_TRACE(Request::descriptor()->name());
  request.set_request_id(NewRequestId());
  const Response first = caller.Read(method, request);
  EXPECT_FALSE(first.replayed());
  const Footprint before = Server::Get().Written();
  Request preview = request;
  preview.set_validate_only(true);
  const Response previewed = caller.Read(method, preview);
  EXPECT_TRUE(previewed.replayed());
  EXPECT_EQ(previewed.SerializeAsString(), caller.Read(method, request).SerializeAsString());
  EXPECT_EQ(Server::Get().Written(), before);
  another.set_request_id(request.request_id());
  another.set_validate_only(true);
  EXPECT_EQ(caller.RefusedAsIs(method, another).reason, Reason::kRequestIdReused);
  return first;
}

// … where another etag makes it another request.
template <class Request, class Response>
Response ExpectPreviewedAsUsed(const Caller& caller,
                               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                               const Request& request) {
  Request another = request;
  another.set_etag("another");
  return ExpectPreviewedAsUsed(caller, method, request, another);
}

TEST_F(Requests, ValidateOnlyLooksTheIdUp_EveryChangeOfAGig) {
  v1::CreateGigRequest create = GigAt(Usd(15000)), dearer = GigAt(Usd(15001));
  const std::string gig = ExpectPreviewedAsUsed(sara, &Stub::CreateGig, create, dearer).gig().name();
  v1::UpdateGigRequest update;
  *update.mutable_gig() = create.gig();
  update.mutable_gig()->set_name(gig);
  update.mutable_gig()->set_title("A better title");
  ExpectPreviewedAsUsed(sara, &Stub::UpdateGig, update);
  ExpectPreviewedAsUsed(sara, &Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  ExpectPreviewedAsUsed(sara, &Stub::PauseGig, Of<v1::PauseGigRequest>(gig));
  ExpectPreviewedAsUsed(sara, &Stub::DeleteGig, Of<v1::DeleteGigRequest>(gig));
}

TEST_F(Requests, ValidateOnlyLooksTheIdUp_EveryChangeOfAPlan) {
  const std::string gig = CreateGig(sara);
  ExpectPreviewedAsUsed(sara, &Stub::StartMilestonePlan, FromScratch(gig));
  auto milestone = Of<v1::UpdateMilestoneRequest>(gig);
  milestone.set_milestone_number(1);
  *milestone.mutable_milestone() = MilestoneFor({PACKAGE_BASIC}, "Research");
  ExpectPreviewedAsUsed(sara, &Stub::UpdateMilestone, milestone);
  for (const char* title : {"Draft", "Final", "Extra"})
    ExpectPreviewedAsUsed(sara, &Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC}, title)));
  auto move = Of<v1::MoveMilestoneRequest>(gig);
  move.set_milestone_number(1);
  move.set_to_number(4);
  ExpectPreviewedAsUsed(sara, &Stub::MoveMilestone, move);
  auto gone = Of<v1::DeleteMilestoneRequest>(gig);
  gone.set_milestone_number(3);
  ExpectPreviewedAsUsed(sara, &Stub::DeleteMilestone, gone);
  auto add = Of<v1::AddSubstepRequest>(gig);
  add.set_milestone_number(1);
  add.mutable_substep()->set_title("Check");
  add.mutable_substep()->add_packages(PACKAGE_BASIC);
  ExpectPreviewedAsUsed(sara, &Stub::AddSubstep, add);
  auto change = Of<v1::UpdateSubstepRequest>(gig);
  change.set_milestone_number(1);
  change.set_substep_number(1);
  *change.mutable_substep() = add.substep();
  change.mutable_substep()->set_title("Check twice");
  ExpectPreviewedAsUsed(sara, &Stub::UpdateSubstep, change);
  auto drop = Of<v1::DeleteSubstepRequest>(gig);
  drop.set_milestone_number(1);
  drop.set_substep_number(1);
  ExpectPreviewedAsUsed(sara, &Stub::DeleteSubstep, drop);
  auto payments = Of<v1::SetMilestonePaymentsRequest>(gig);
  const auto plan = sara.Read(&Stub::GetMilestonePlan, Of<v1::GetMilestonePlanRequest>(gig)).milestone_plan();
  payments.set_payments_enabled(!plan.draft().payments_enabled());
  ExpectPreviewedAsUsed(sara, &Stub::SetMilestonePayments, payments);
  ExpectPreviewedAsUsed(sara, &Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  ExpectPreviewedAsUsed(sara, &Stub::DisableMilestonePlan, Of<v1::DisableMilestonePlanRequest>(gig));
}

// Lenient parsing took " 2" for "2".
TEST_F(Requests, AnEtagIsComparedByteForByte) {
  const std::string gig = CreateGig(sara);
  const std::string etag = sara.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().etag();
  auto publish = Of<v1::PublishGigRequest>(gig);
  for (const std::string& other :
       {" " + etag, etag + " ", "+" + etag, "0" + etag, "\"" + etag + "\"", std::string("abc"),
        std::string("-1"), etag + std::string(1, '\0'), std::string(65, '1')}) {
    publish.set_etag(other);
    EXPECT_EQ(sara.Refused(&Stub::PublishGig, publish).reason, Reason::kEtagMismatch) << other;
  }
  publish.set_etag(etag);
  sara.Do(&Stub::PublishGig, publish);
}

TEST_F(Requests, AChangeThatChangesNothingWritesNothing) {
  const std::string gig = CreateGigWithPlan(sara, 2);
  const Footprint before = Server::Get().Written();
  auto payments = Of<v1::SetMilestonePaymentsRequest>(gig);
  payments.set_payments_enabled(true);
  sara.Do(&Stub::SetMilestonePayments, payments);
  EXPECT_EQ(Server::Get().Written(), before);
}

TEST_F(Requests, AMaskedUpdateChangesOnlyWhatItNames) {
  const std::string gig = CreateGig(sara);
  v1::UpdateGigRequest update;
  update.mutable_gig()->set_name(gig);
  update.mutable_gig()->set_title("A better title");
  update.mutable_gig()->set_subcategory("no-such");
  update.mutable_update_mask()->add_paths("title");
  const v1::Gig changed = sara.Do(&Stub::UpdateGig, update).gig();
  EXPECT_EQ(changed.title(), "A better title");
  EXPECT_EQ(changed.subcategory(), "business-plans");
  EXPECT_EQ(changed.packages_size(), 1);
}

// Last in this file's order of use: it kills the process that all tests share, and starts it again.
TEST_F(Requests, WhatWasAnsweredSurvivesKill9AndIsStillReplayed) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.set_request_id(NewRequestId());
  const std::string gig = sara.Read(&Stub::CreateGig, request).gig().name();
  Server::Get().process().Kill();
  ASSERT_THAT(Server::Get().process().Start(), IsOk());
  EXPECT_EQ(sara.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().name(), gig);
  const auto again = sara.Read(&Stub::CreateGig, request);
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.gig().name(), gig);
}

TEST_F(Requests, ATerminatedServerEndsWithCodeZero) {
  EXPECT_EQ(Server::Get().process().Terminate().value_or(-1), 0) << Server::Get().process().log();
  ASSERT_THAT(Server::Get().process().Start(), IsOk());
  CreateGig(sara);
}

}  // namespace
}  // namespace milepost::gig_catalog
