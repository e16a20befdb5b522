// What the adapter makes of a request's mask and of "the same request", on real requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/request_fields.h"
#include "common/rpc/update_mask.h"
#include "common/rpc/validation.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"

namespace milepost::rpc {
namespace {

using catalog::v1::PauseGigRequest;
using catalog::v1::PublishGigRequest;
using catalog::v1::UpdateGigRequest;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> BadFields(const UpdateGigRequest& request) {
  std::vector<FieldViolation> violations =
      MessageRules::Of(*UpdateGigRequest::descriptor()).Violations(request);
  DropUnmasked(request, violations);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations) fields.push_back(violation.field);
  return fields;
}

UpdateGigRequest OnlyATitle(const std::string& title) {
  UpdateGigRequest request;
  request.set_request_id("01890a5d-ac96-774b-bcce-b302099a8057");
  request.mutable_gig()->set_title(title);
  return request;
}

TEST(UpdateMask, WhatItLeavesOutIsNotChecked) {
  UpdateGigRequest request = OnlyATitle("A title");
  EXPECT_THAT(BadFields(request), UnorderedElementsAre("gig.subcategory", "gig.packages"));
  request.mutable_update_mask()->add_paths("title");
  EXPECT_THAT(BadFields(request), IsEmpty());
}

TEST(UpdateMask, WhatItNamesIsCheckedAndSoIsTheRestOfTheRequest) {
  UpdateGigRequest request = OnlyATitle(std::string(81, 'x'));
  request.mutable_gig()->add_packages()->mutable_price()->set_currency_code("usd");
  request.mutable_update_mask()->add_paths("title");
  request.clear_request_id();
  EXPECT_THAT(BadFields(request), UnorderedElementsAre("gig.title", "request_id"));
  request.mutable_update_mask()->add_paths("packages");
  EXPECT_THAT(BadFields(request),
              ::testing::IsSupersetOf({"gig.title", "request_id", "gig.packages[0].package"}));
}

TEST(UpdateMask, ANameThatOnlyBeginsAlikeIsAnother) {
  UpdateGigRequest request = OnlyATitle("");
  request.mutable_update_mask()->add_paths("tit");
  EXPECT_THAT(BadFields(request), IsEmpty());
}

TEST(RequestHash, DiffersByMethod) {
  const RequestFields pause(*PauseGigRequest::descriptor()), publish(*PublishGigRequest::descriptor());
  PauseGigRequest paused;
  paused.set_name("gigs/1");
  PublishGigRequest published;
  published.set_name("gigs/1");
  ASSERT_EQ(paused.SerializeAsString(), published.SerializeAsString());
  EXPECT_NE(pause.Hash(paused), publish.Hash(published));
  EXPECT_EQ(pause.Hash(paused), pause.Hash(paused));
}

}  // namespace
}  // namespace milepost::rpc
