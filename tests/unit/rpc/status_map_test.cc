#include "common/rpc/status_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/core/refusal.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace milepost::rpc {
namespace {

using ::testing::HasSubstr;

google::rpc::Status Full(const grpc::Status& status) {
  google::rpc::Status full;
  EXPECT_TRUE(full.ParseFromString(status.error_details()));
  return full;
}

// The only detail of a type; fails the test when there are none or several.
template <class Detail>
Detail Only(const grpc::Status& status) {
  Detail detail;
  int found = 0;
  const google::rpc::Status full = Full(status);
  for (const google::protobuf::Any& any : full.details()) found += any.UnpackTo(&detail);
  EXPECT_EQ(found, 1) << Detail::descriptor()->name();
  return detail;
}

template <class Detail>
bool Has(const grpc::Status& status) {
  const google::rpc::Status full = Full(status);
  for (const google::protobuf::Any& any : full.details())
    if (any.Is<Detail>()) return true;
  return false;
}

TEST(StatusMap, OkIsOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
}

TEST(StatusMap, EveryReasonTravelsThereAndBack) {
  for (const ReasonRow& row : kReasons) {
    const absl::Status sent =
        Refuse(row.reason, {{"a", "1"}, {"service", "services/x"}, {"state", "ACTIVE"}});
    const grpc::Status wire = ToGrpc(sent);
    EXPECT_EQ(static_cast<int>(wire.error_code()), static_cast<int>(row.code)) << row.name;
    EXPECT_EQ(Full(wire).code(), static_cast<int>(row.code));
    EXPECT_EQ(Full(wire).message(), wire.error_message());
    const google::rpc::ErrorInfo error_info = Only<google::rpc::ErrorInfo>(wire);
    EXPECT_EQ(error_info.reason(), row.name);
    EXPECT_EQ(error_info.domain(), "milepost");
    EXPECT_EQ(error_info.metadata().at("state"), "ACTIVE");
    EXPECT_EQ(Has<google::rpc::PreconditionFailure>(wire), row.code == absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Has<google::rpc::RetryInfo>(wire),
              row.code == absl::StatusCode::kResourceExhausted || row.code == absl::StatusCode::kUnavailable);
    EXPECT_FALSE(Has<google::rpc::BadRequest>(wire));
    const absl::Status received = FromGrpc(wire);
    EXPECT_EQ(received.message(), sent.message());
    EXPECT_TRUE(IsRefusal(received, row.reason)) << row.name;
    EXPECT_EQ(RefusalOf(received)->details, RefusalOf(sent)->details);
  }
}

TEST(StatusMap, FieldViolationsTravelThereAndBack) {
  const std::vector<FieldViolation> fields = {
      {"offer.milestones.milestones[2].days", "must be 1 to 30; was 31"}, {"request_id", "is required"}};
  const grpc::Status wire = ToGrpc(RefuseFields(fields));
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Only<google::rpc::BadRequest>(wire).field_violations_size(), 2);
  EXPECT_EQ(RefusalOf(FromGrpc(wire))->fields, fields);
}

TEST(StatusMap, SpeaksTheCallersLanguageBesideTheEnglishText) {
  const absl::Status status = Refuse(Reason::kTooManyMilestones, {{"max", "5"}});
  const grpc::Status german = ToGrpc(status, "de");
  EXPECT_EQ(german.error_message(), "At most 5 milestones are allowed.");
  EXPECT_EQ(Only<google::rpc::LocalizedMessage>(german).locale(), "de");
  EXPECT_EQ(Only<google::rpc::LocalizedMessage>(german).message(), "Höchstens 5 Meilensteine sind erlaubt.");
  const auto english = Only<google::rpc::LocalizedMessage>(ToGrpc(status, "en"));
  EXPECT_EQ(english.locale(), "en");
  EXPECT_EQ(english.message(), german.error_message());
}

TEST(StatusMap, PreconditionsNameTheResourceOrElseItsState) {
  const auto with_state =
      Only<google::rpc::PreconditionFailure>(ToGrpc(Refuse(Reason::kGigNotPublished, {{"state", "DRAFT"}})));
  EXPECT_EQ(with_state.violations(0).type(), "GIG_NOT_PUBLISHED");
  EXPECT_EQ(with_state.violations(0).subject(), "DRAFT");
  EXPECT_EQ(with_state.violations(0).description(), "The gig is DRAFT, not published.");
  const auto with_resource = Only<google::rpc::PreconditionFailure>(
      ToGrpc(Refuse(Reason::kGigNotPublished, {{"state", "DRAFT"}, {"resource", "gigs/1"}})));
  EXPECT_EQ(with_resource.violations(0).subject(), "gigs/1");
}

TEST(StatusMap, RetryInfoTakesItsDelayFromTheRefusal) {
  const auto stated =
      Only<google::rpc::RetryInfo>(ToGrpc(Refuse(Reason::kOverloaded, {{"retry_delay_ms", "1250"}})));
  EXPECT_EQ(stated.retry_delay().seconds(), 1);
  EXPECT_EQ(stated.retry_delay().nanos(), 250'000'000);
  const auto unstated = Only<google::rpc::RetryInfo>(ToGrpc(Refuse(Reason::kOverloaded)));
  EXPECT_GT(unstated.retry_delay().nanos(), 0);
}

TEST(StatusMap, WhatIsNoRefusalLeavesWithoutItsText) {
  for (const absl::Status& leak : {absl::InternalError("password=1"), absl::UnavailableError("10.0.0.7:3306"),
                                   absl::DeadlineExceededError("select"), absl::UnknownError("x")}) {
    const grpc::Status wire = ToGrpc(leak, "en", "abc-1");
    EXPECT_EQ(wire.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(wire.error_message(), std::string(RowOf(Reason::kInternal).english));
    EXPECT_THAT(wire.error_details(), ::testing::Not(HasSubstr(std::string(leak.message()))));
    EXPECT_EQ(Only<google::rpc::ErrorInfo>(wire).metadata().at("log_id"), "abc-1");
  }
}

// A client drops trailing metadata above 8 KiB, and with them the whole error.
TEST(StatusMap, StaysBelowTheLimitOfTrailingMetadata) {
  std::vector<FieldViolation> fields;
  for (int i = 0; i < 50; ++i)
    fields.push_back({"offer.milestones[" + std::to_string(i) + "].name", std::string(200, 'x')});
  const grpc::Status many = ToGrpc(RefuseFields(fields));
  EXPECT_LT(many.error_details().size(), 5000);
  const auto bad_request = Only<google::rpc::BadRequest>(many);
  const auto& last = bad_request.field_violations(bad_request.field_violations_size() - 1);
  EXPECT_EQ(last.description(),
            "and " + std::to_string(50 - (bad_request.field_violations_size() - 1)) + " more");

  std::string euros;
  for (int i = 0; i < 5000; ++i) euros += "€";
  const grpc::Status wide = ToGrpc(Refuse(Reason::kSubcategoryUnknown, {{"subcategory", euros}}), "de");
  EXPECT_LT(wide.error_details().size(), 5000);
  EXPECT_THAT(wide.error_message(), HasSubstr("€…"));  // cut between characters
}

TEST(StatusMap, AnUnknownReasonOrAForeignErrorIsNoRefusal) {
  google::rpc::Status full;
  google::rpc::ErrorInfo error_info;
  error_info.set_reason("REASON_OF_A_NEWER_PEER");
  error_info.set_domain("milepost");
  ASSERT_TRUE(full.add_details()->PackFrom(error_info));
  const absl::Status newer =
      FromGrpc(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "new", full.SerializeAsString()));
  EXPECT_EQ(newer, absl::FailedPreconditionError("new"));
  error_info.set_reason("ORDER_COMPLETED");
  error_info.set_domain("googleapis.com");
  ASSERT_TRUE(full.mutable_details(0)->PackFrom(error_info));
  EXPECT_FALSE(RefusalOf(FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "x", full.SerializeAsString()))));
  EXPECT_FALSE(RefusalOf(FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "x", "\xff\xff"))));
}

TEST(OutcomeUnknown, OnlyAPeersRefusalSaysThatNothingChanged) {
  EXPECT_FALSE(OutcomeUnknown(absl::OkStatus()));
  EXPECT_FALSE(OutcomeUnknown(Refuse(Reason::kOrderCompleted)));
  EXPECT_FALSE(OutcomeUnknown(Refuse(Reason::kOverloaded)));
  EXPECT_TRUE(OutcomeUnknown(Refuse(Reason::kPeerUnavailable)));
  EXPECT_TRUE(OutcomeUnknown(Refuse(Reason::kOutcomeUnknown)));
  EXPECT_TRUE(OutcomeUnknown(Refuse(Reason::kInternal)));
  EXPECT_TRUE(OutcomeUnknown(absl::FailedPreconditionError("from a newer peer")));
}

}  // namespace
}  // namespace milepost::rpc
