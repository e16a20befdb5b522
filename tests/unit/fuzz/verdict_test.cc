// Which answers the fuzzing forbids: each way in which an error can be malformed is named, and what gRPC itself answers is not.
#include "tests/fuzz/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace milepost::fuzz {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Method Find(const std::string& service, const std::string& name) {
  for (const Method& method : MethodsOfService("server", nullptr, service))
    if (method.descriptor->name() == name) return method;
  ADD_FAILURE() << "no " << name;
  return {};
}

class VerdictTest : public ::testing::Test {
 protected:
  static google::rpc::ErrorInfo Info(const std::string& reason, const std::string& domain = "milepost") {
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    info.set_domain(domain);
    return info;
  }
  static Answer Refused(grpc::StatusCode code, const std::vector<google::rpc::ErrorInfo>& infos) {
    google::rpc::Status details;
    details.set_code(code);
    for (const google::rpc::ErrorInfo& info : infos) EXPECT_TRUE(details.add_details()->PackFrom(info));
    return {.status = grpc::Status(code, "refused", details.SerializeAsString())};
  }
  static Answer Bare(grpc::StatusCode code) { return {.status = grpc::Status(code, "bare")}; }
  std::string Wrong(const Answer& answer) const { return WhatIsWrong(call_, answer).value_or("nothing"); }

  const Method get_gig_ = Find("milepost.catalog.v1.GigCatalog", "GetGig");
  const Method watch_ = Find("milepost.events.v1.EventFeed", "WatchEvents");
  Call call_{.method = &get_gig_, .deadline = kPatience};
};

TEST_F(VerdictTest, AnAnswerAndARefusalOfTheContractAreFine) {
  EXPECT_EQ(Wrong({}), "nothing");
  EXPECT_EQ(Wrong(Refused(grpc::StatusCode::NOT_FOUND, {Info("GIG_NOT_FOUND")})), "nothing");
}

TEST_F(VerdictTest, InternalAndUnknownAreBugsWhateverTheySay) {
  for (const auto code : {grpc::StatusCode::INTERNAL, grpc::StatusCode::UNKNOWN}) {
    EXPECT_NE(Wrong(Bare(code)), "nothing");
    EXPECT_NE(Wrong(Refused(code, {Info("GIG_NOT_FOUND")})), "nothing");
  }
}

TEST_F(VerdictTest, AnErrorHasExactlyOneReasonOfTheContract) {
  const auto code = grpc::StatusCode::NOT_FOUND;
  EXPECT_THAT(Wrong(Bare(code)), HasSubstr("it has 0 ErrorInfo"));
  EXPECT_THAT(Wrong(Refused(code, {})), HasSubstr("it has 0 ErrorInfo"));
  EXPECT_THAT(Wrong(Refused(code, {Info("GIG_NOT_FOUND"), Info("GIG_NOT_FOUND")})),
              HasSubstr("it has 2 ErrorInfo"));
  EXPECT_THAT(Wrong(Refused(code, {Info("GIG_NOT_FOUND", "example.com")})), HasSubstr("of the domain"));
  EXPECT_THAT(Wrong(Refused(code, {Info("NO_SUCH_REASON")})), HasSubstr("none of the contract"));
  EXPECT_THAT(Wrong(Refused(code, {Info("UNSPECIFIED")})), HasSubstr("none of the contract"));
  Answer other = Refused(code, {Info("GIG_NOT_FOUND")});
  other.status = grpc::Status(grpc::StatusCode::ABORTED, "refused", other.status.error_details());
  EXPECT_THAT(Wrong(other), HasSubstr("another code"));
}

TEST_F(VerdictTest, OnlyAShortDeadlineMayEndACall) {
  EXPECT_THAT(Wrong(Bare(grpc::StatusCode::DEADLINE_EXCEEDED)), HasSubstr("no answer within"));
  call_.deadline = kPatience - absl::Milliseconds(1);
  EXPECT_EQ(Wrong(Bare(grpc::StatusCode::DEADLINE_EXCEEDED)), "nothing");
}

TEST_F(VerdictTest, TheLibraryRefusesOnlyMessagesBeyondTheLimit) {
  call_.bytes.assign(4 << 20, 'x');
  EXPECT_NE(Wrong(Bare(grpc::StatusCode::RESOURCE_EXHAUSTED)), "nothing");
  call_.bytes += 'x';
  EXPECT_EQ(Wrong(Bare(grpc::StatusCode::RESOURCE_EXHAUSTED)), "nothing");
}

TEST_F(VerdictTest, OnlyAStreamIsBrokenOff) {
  EXPECT_NE(Wrong(Bare(grpc::StatusCode::CANCELLED)), "nothing");
  call_.method = &watch_;
  EXPECT_EQ(Wrong(Bare(grpc::StatusCode::CANCELLED)), "nothing");
}

TEST_F(VerdictTest, AMethodThatServesNobodyIsNamed) {
  Tally tally;
  for (const auto code : {grpc::StatusCode::INVALID_ARGUMENT, grpc::StatusCode::UNAUTHENTICATED,
                          grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::DEADLINE_EXCEEDED})
    tally.Add(call_, Bare(code));
  EXPECT_EQ(tally.PercentIn(), 0);
  for (const auto code : {grpc::StatusCode::NOT_FOUND, grpc::StatusCode::FAILED_PRECONDITION,
                          grpc::StatusCode::ABORTED, grpc::StatusCode::ALREADY_EXISTS})
    tally.Add(call_, Bare(code));
  EXPECT_THAT(tally.Unserved(), ElementsAre("server: GigCatalog/GetGig"));
  EXPECT_THAT(tally.RarelyServed(10), IsEmpty()) << "named already";
  EXPECT_EQ(tally.PercentIn(), 50);
  tally.Add(call_, Bare(grpc::StatusCode::OK));
  EXPECT_THAT(tally.Unserved(), IsEmpty());
  EXPECT_THAT(tally.RarelyServed(2), ElementsAre("server: GigCatalog/GetGig 1"));
  EXPECT_THAT(tally.RarelyServed(1), IsEmpty());
  EXPECT_EQ(tally.calls(), 9u);
}

// A stream has no end of its own: what it said before it was broken off counts.
TEST_F(VerdictTest, AStreamThatSaidSomethingWasServed) {
  Tally tally;
  call_.method = &watch_;
  Answer answer = Bare(grpc::StatusCode::CANCELLED);
  tally.Add(call_, answer);
  EXPECT_THAT(tally.Unserved(), ElementsAre("server: EventFeed/WatchEvents"));
  answer.messages.emplace_back();
  tally.Add(call_, answer);
  EXPECT_THAT(tally.Unserved(), IsEmpty());
}

}  // namespace
}  // namespace milepost::fuzz
