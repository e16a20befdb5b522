// A refusal names fields of the request that was sent, whatever the rule knows them by.
#include "common/rpc/field_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"

namespace milepost::rpc {
namespace {

using ::testing::ElementsAre;

absl::Status Refused() {
  return RefuseFields({{"terms.days", "must be 1 to 30"}, {"terms.amount", "is too much"}});
}

TEST(FieldPaths, AreRenamedOneByOne) {
  const absl::Status renamed =
      RenameFields(Refused(), [](absl::string_view path) { return absl::StrCat("offer.", path); });
  EXPECT_THAT(RefusalOf(renamed)->fields, ElementsAre(FieldViolation{"offer.terms.days", "must be 1 to 30"},
                                                      FieldViolation{"offer.terms.amount", "is too much"}));
  EXPECT_TRUE(IsRefusal(renamed, Reason::kInvalidFields));
}

TEST(FieldPaths, MoveIntoTheDescriptionWhereTheRequestOnlyNamesTheResource) {
  EXPECT_THAT(RefusalOf(AboutField(Refused(), "quote"))->fields,
              ElementsAre(FieldViolation{"quote", "terms.days must be 1 to 30"},
                          FieldViolation{"quote", "terms.amount is too much"}));
}

// "name: request_id was used before" sent callers to the wrong field.
TEST(FieldPaths, WhatNamesNoFieldOfTheResourceStaysAsItIs) {
  const absl::Status reused =
      RefuseFields({{"request_id", "was used before, for another request"}}, Reason::kRequestIdReused);
  for (const absl::Status& status : {absl::OkStatus(), absl::InternalError("broken"), reused,
                                     Refuse(Reason::kGigNotPublished, {{"state", "DRAFT"}})})
    EXPECT_EQ(AboutField(status, "quote"), status);
}

}  // namespace
}  // namespace milepost::rpc
