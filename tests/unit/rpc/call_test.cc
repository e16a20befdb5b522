#include "common/rpc/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/rpc/request_fields.h"
#include "sample.h"

namespace milepost::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Actor kAlice{ActorKind::kUser, "users/alice"};
const Actor kOps{ActorKind::kOperator, "operators/ops-7"};
const Actor kOffers{ActorKind::kService, "services/offer-service"};
const Actor kBilling{ActorKind::kService, "services/milestone-billing"};

// Of the method of that name in sample.proto.
Callers CallersOf(const std::string& method) {
  return Callers::Of(*sample::SampleResponse::descriptor()->file()->service(0)->FindMethodByName(method));
}

TEST(Callers, LetInTheirKindsAndNameWhyNot) {
  for (const Callers& all : {CallersOf("OfAnyone"), CallersOf("OfAnyActor")})
    for (const Actor& actor : {kAlice, kOps, kOffers})
      EXPECT_TRUE(CheckCaller(all, actor).ok()) << actor.name;

  EXPECT_TRUE(CheckCaller(CallersOf("OfUsers"), kAlice).ok());
  EXPECT_TRUE(IsRefusal(CheckCaller(CallersOf("OfUsers"), kOps), Reason::kNotAUser));
  EXPECT_TRUE(IsRefusal(CheckCaller(CallersOf("OfUsers"), kOffers), Reason::kNotAUser));
  EXPECT_TRUE(CheckCaller(CallersOf("OfOperators"), kOps).ok());
  EXPECT_TRUE(IsRefusal(CheckCaller(CallersOf("OfOperators"), kAlice), Reason::kNotAnOperator));
  EXPECT_TRUE(CheckCaller(CallersOf("OfUsersAndOperators"), kOps).ok());
  EXPECT_FALSE(CheckCaller(CallersOf("OfUsersAndOperators"), kOffers).ok());
  EXPECT_TRUE(CheckCaller(CallersOf("OfServices"), kBilling).ok());
  EXPECT_TRUE(CheckCaller(CallersOf("OfOneService"), kOffers).ok());
  const absl::Status other = CheckCaller(CallersOf("OfOneService"), kBilling);
  EXPECT_TRUE(IsRefusal(other, Reason::kNotAPeerService));
  EXPECT_EQ(RefusalOf(other)->detail("service"), "services/offer-service");
}

TEST(Callers, ThatAreOurselvesNeverComeFromTheWire) {
  EXPECT_FALSE(CheckCaller(CallersOf("OfAnyone"), Actor::System()).ok());
}

TEST(PreferredLanguage, IsGermanOnlyWhereItIsPreferred) {
  for (const char* german : {"de", "DE", "de-CH", "de, en;q=0.8", "fr, de;q=0.5", "en;q=0.1,de;q=0.2"})
    EXPECT_EQ(PreferredLanguage(german), "de") << german;
  for (const char* english :
       {"", "en", "fr", "en, de", "de;q=0.5, en;q=0.9", "den", "de;q=x", ";;,,", "de;q=nan"})
    EXPECT_EQ(PreferredLanguage(english), "en") << english;
}

constexpr char kId[] = "request_id: '0190b5a4-0000-7000-8000-00000000000a' ";

TEST(RequestFields, AreReadFromEveryRequestThatHasThem) {
  const RequestFields fields(*sample::Mutation::descriptor());
  Call call;
  std::vector<FieldViolation> violations;
  fields.Read(*NewSample("Mutation", absl::StrCat(kId, "validate_only: true etag: '7'")), call, violations);
  EXPECT_THAT(violations, IsEmpty());
  EXPECT_EQ(call.request_id->ToString(), "0190b5a4-0000-7000-8000-00000000000a");
  EXPECT_TRUE(call.validate_only);
  EXPECT_EQ(call.expected_sequence, 7u);

  Call without_etag;
  fields.Read(*NewSample("Mutation", kId), without_etag, violations);
  EXPECT_FALSE(without_etag.expected_sequence.has_value());
  EXPECT_THAT(violations, IsEmpty());
}

TEST(RequestFields, AreRefusedWhereTheyAreMissingOrMalformed) {
  const RequestFields fields(*sample::Mutation::descriptor());
  Call call;
  std::vector<FieldViolation> missing, malformed, known = {{"request_id", "by a rule"}};
  fields.Read(*NewSample("Mutation", ""), call, missing);
  EXPECT_THAT(missing, ElementsAre(FieldViolation{"request_id",
                                                  "is required: a UUID that is new for every new request"}));
  fields.Read(*NewSample("Mutation", "request_id: '1'"), call, malformed);
  EXPECT_THAT(malformed, ElementsAre(FieldViolation{"request_id", "must be a UUID in the form 8-4-4-4-12"}));
  fields.Read(*NewSample("Mutation", ""), call, known);
  EXPECT_THAT(known, ElementsAre(FieldViolation{"request_id", "by a rule"}));
}

// Lenient parsing took " 2" for "2".
TEST(RequestFields, AnEtagThatNoReadGaveIsNoResources) {
  const RequestFields fields(*sample::Mutation::descriptor());
  for (const char* etag :
       {" 2", "2 ", "+2", "02", "-1", "0", "abc", "2\\n", "\\000", "٢", "18446744073709551616"}) {
    Call call;
    std::vector<FieldViolation> violations;
    fields.Read(*NewSample("Mutation", absl::StrCat(kId, "etag: '", etag, "'")), call, violations);
    EXPECT_THAT(violations, IsEmpty()) << etag;
    EXPECT_EQ(call.expected_sequence, 0u) << etag << ": the sequence of no event";
  }
}

TEST(RequestFields, ARequestIdIsTheSameInUpperCase) {
  const RequestFields fields(*sample::Mutation::descriptor());
  Call call;
  std::vector<FieldViolation> violations;
  fields.Read(*NewSample("Mutation", "request_id: '0190B5A4-0000-7000-8000-00000000000A'"), call, violations);
  EXPECT_THAT(violations, IsEmpty());
  EXPECT_EQ(call.request_id->ToString(), "0190b5a4-0000-7000-8000-00000000000a");
}

TEST(RequestFields, AReadHasNone) {
  const RequestFields fields(*sample::Read::descriptor());
  Call call;
  std::vector<FieldViolation> violations;
  const auto request = NewSample("Read", "order: 'orders/1'");
  fields.Read(*request, call, violations);
  EXPECT_THAT(violations, IsEmpty());
  EXPECT_FALSE(call.request_id.has_value());
  EXPECT_EQ(fields.Hash(*request), "");
  EXPECT_EQ(fields.Resource(*request), "orders/1");
}

TEST(RequestHash, IsOfEverythingButRequestIdAndValidateOnly) {
  const RequestFields fields(*sample::Mutation::descriptor());
  const auto hash = [&](const std::string& text) { return fields.Hash(*NewSample("Mutation", text)); };
  const std::string plain = hash("name: 'orders/1' note: 'x'");
  EXPECT_EQ(plain.size(), 32u);
  EXPECT_EQ(hash(absl::StrCat(kId, "name: 'orders/1' note: 'x' validate_only: true")), plain);
  EXPECT_NE(hash("name: 'orders/1' note: 'y'"), plain);
  EXPECT_NE(hash("name: 'orders/1' note: 'x' etag: '1'"), plain);
  EXPECT_EQ(hash("labels {key: 'a' value: '1'} labels {key: 'b' value: '2'}"),
            hash("labels {key: 'b' value: '2'} labels {key: 'a' value: '1'}"));
}

}  // namespace
}  // namespace milepost::rpc
