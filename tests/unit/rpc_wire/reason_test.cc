// Reasons on the wire: the domain's table and the contract's enum have each other's values; names of storage come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/rpc/reason_wire.h"

namespace milepost::rpc {
namespace {

using type::v1::PaymentOutcome;

TEST(ReasonWire, EachReasonOfTheTableHasAValueAndComesBack) {
  std::set<type::v1::Reason> seen;
  for (const ReasonRow& row : kReasons) {
    const type::v1::Reason wire = ToWire(row.reason);
    EXPECT_EQ(type::v1::Reason_Name(wire), "REASON_" + std::string(row.name));
    EXPECT_EQ(ReasonOf(wire), row.reason) << row.name;
    EXPECT_TRUE(seen.insert(wire).second) << row.name;
  }
  EXPECT_FALSE(seen.contains(type::v1::REASON_UNSPECIFIED));
}

TEST(ReasonWire, EachValueOfTheContractIsInTheTable) {
  const google::protobuf::EnumDescriptor& reasons = *type::v1::Reason_descriptor();
  for (int i = 0; i < reasons.value_count(); ++i) {
    const auto value = static_cast<type::v1::Reason>(reasons.value(i)->number());
    EXPECT_EQ(ReasonOf(value).has_value(), value != type::v1::REASON_UNSPECIFIED) << reasons.value(i)->name();
  }
}

TEST(ReasonWire, AReasonOfANewerReleaseIsNone) {
  EXPECT_EQ(ReasonOf(static_cast<type::v1::Reason>(type::v1::Reason_MAX + 1)), std::nullopt);
}

TEST(ReasonWire, CompletionReasonsGoByTheirStoredNames) {
  EXPECT_EQ(CompletionReasonNamed("ENDED_BY_BUYER"), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
  EXPECT_EQ(NameOf(type::v1::COMPLETION_REASON_ENDED_BY_BUYER), "ENDED_BY_BUYER");
  for (const char* none : {"", "UNSPECIFIED", "CANCELLED_BY_BUYER"})
    EXPECT_EQ(CompletionReasonNamed(none), type::v1::COMPLETION_REASON_UNSPECIFIED) << none;
  EXPECT_EQ(NameOf(type::v1::COMPLETION_REASON_UNSPECIFIED), "");
}

TEST(ReasonWire, CancellationReasonsGoByTheirStoredNames) {
  EXPECT_EQ(CancellationReasonNamed("LATE_DELIVERY"), type::v1::CANCELLATION_REASON_LATE_DELIVERY);
  EXPECT_EQ(NameOf(type::v1::CANCELLATION_REASON_LATE_DELIVERY), "LATE_DELIVERY");
  for (const char* none : {"", "UNSPECIFIED", "OF_A_NEWER_PEER"})
    EXPECT_EQ(CancellationReasonNamed(none), type::v1::CANCELLATION_REASON_UNSPECIFIED) << none;
  EXPECT_EQ(NameOf(type::v1::CANCELLATION_REASON_UNSPECIFIED), "");
}

// Of the enum, the names without their prefix; not that of 0.
std::set<std::string> NamesOf(const google::protobuf::EnumDescriptor& values, size_t prefix) {
  std::set<std::string> names;
  for (int i = 1; i < values.value_count(); ++i) names.emplace(values.value(i)->name().substr(prefix));
  return names;
}

TEST(ReasonWire, NoNameStandsForTwoReasonsOfAPayment) {
  const std::set<std::string> sets[] = {
      NamesOf(*type::v1::DeclineReason_descriptor(), sizeof("DECLINE_REASON")),
      NamesOf(*type::v1::PlacementFailure_descriptor(), sizeof("PLACEMENT_FAILURE")),
      NamesOf(*type::v1::Reason_descriptor(), sizeof("REASON"))};
  std::set<std::string> all;
  for (const auto& names : sets) {
    for (const std::string& name : names) {
      EXPECT_TRUE(all.insert(name).second) << name;
      PaymentOutcome outcome;
      SetWhy(name, outcome);
      EXPECT_EQ(WhyOf(outcome), name);
    }
  }
}

TEST(ReasonWire, AnUnknownNameOfAPaymentSetsNothing) {
  for (const char* none : {"", "UNSPECIFIED", "REASON_OF_A_NEWER_PEER"}) {
    PaymentOutcome outcome;
    SetWhy(none, outcome);
    EXPECT_EQ(outcome.why_case(), PaymentOutcome::WHY_NOT_SET) << none;
    EXPECT_EQ(WhyOf(outcome), "");
  }
}

}  // namespace
}  // namespace milepost::rpc
