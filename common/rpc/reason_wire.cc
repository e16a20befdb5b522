#include "common/rpc/reason_wire.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace milepost::rpc {
namespace {

constexpr absl::string_view kReasonPrefix = "REASON_";
constexpr absl::string_view kDeclinePrefix = "DECLINE_REASON_";
constexpr absl::string_view kFailurePrefix = "PLACEMENT_FAILURE_";
constexpr absl::string_view kCompletionPrefix = "COMPLETION_REASON_";
constexpr absl::string_view kCancellationPrefix = "CANCELLATION_REASON_";

using Wires = std::array<type::v1::Reason, std::size(kReasons)>;

// By the number of the domain's reason. The two lists are compared by tests/unit/rpc_wire/reason_test.cc.
const Wires& WireReasons() {
  static const Wires wires = [] {
    Wires all{};
    for (const ReasonRow& row : kReasons)
      static_cast<void>(type::v1::Reason_Parse(absl::StrCat(kReasonPrefix, row.name),
                                               &all[static_cast<size_t>(row.reason)]));
    return all;
  }();
  return wires;
}

// The value's name without its prefix; "" for 0 and for values that this release does not know.
template <class Wire>
std::string NameWithout(absl::string_view prefix, Wire value, const std::string& name) {
  return value == Wire() ? std::string() : std::string(absl::StripPrefix(name, prefix));
}

}  // namespace

type::v1::Reason ToWire(Reason reason) {
  return WireReasons()[static_cast<size_t>(reason)];
}

std::optional<Reason> ReasonOf(type::v1::Reason reason) {
  if (reason == type::v1::REASON_UNSPECIFIED) return std::nullopt;
  for (const ReasonRow& row : kReasons)
    if (ToWire(row.reason) == reason) return row.reason;
  return std::nullopt;
}

std::string NameOf(type::v1::CompletionReason reason) {
  return NameWithout(kCompletionPrefix, reason, type::v1::CompletionReason_Name(reason));
}

type::v1::CompletionReason CompletionReasonNamed(absl::string_view name) {
  type::v1::CompletionReason reason = type::v1::COMPLETION_REASON_UNSPECIFIED;
  static_cast<void>(type::v1::CompletionReason_Parse(absl::StrCat(kCompletionPrefix, name), &reason));
  return reason;
}

std::string NameOf(type::v1::CancellationReason reason) {
  return NameWithout(kCancellationPrefix, reason, type::v1::CancellationReason_Name(reason));
}

type::v1::CancellationReason CancellationReasonNamed(absl::string_view name) {
  type::v1::CancellationReason reason = type::v1::CANCELLATION_REASON_UNSPECIFIED;
  static_cast<void>(type::v1::CancellationReason_Parse(absl::StrCat(kCancellationPrefix, name), &reason));
  return reason;
}

PaymentWhy PaymentWhyNamed(absl::string_view name) {
  if (name == "UNSPECIFIED") return std::monostate();
  if (type::v1::DeclineReason declined;
      type::v1::DeclineReason_Parse(absl::StrCat(kDeclinePrefix, name), &declined))
    return declined;
  if (type::v1::PlacementFailure failed;
      type::v1::PlacementFailure_Parse(absl::StrCat(kFailurePrefix, name), &failed))
    return failed;
  if (type::v1::Reason refused; type::v1::Reason_Parse(absl::StrCat(kReasonPrefix, name), &refused))
    return refused;
  return std::monostate();
}

std::string NameOf(const PaymentWhy& why) {
  if (const auto* declined = std::get_if<type::v1::DeclineReason>(&why))
    return NameWithout(kDeclinePrefix, *declined, type::v1::DeclineReason_Name(*declined));
  if (const auto* failed = std::get_if<type::v1::PlacementFailure>(&why))
    return NameWithout(kFailurePrefix, *failed, type::v1::PlacementFailure_Name(*failed));
  if (const auto* refused = std::get_if<type::v1::Reason>(&why))
    return NameWithout(kReasonPrefix, *refused, type::v1::Reason_Name(*refused));
  return "";
}

std::string WhyOf(const type::v1::PaymentOutcome& outcome) {
  switch (outcome.why_case()) {
    case type::v1::PaymentOutcome::kDeclineReason:
      return NameOf(PaymentWhy(outcome.decline_reason()));
    case type::v1::PaymentOutcome::kPlacementFailure:
      return NameOf(PaymentWhy(outcome.placement_failure()));
    case type::v1::PaymentOutcome::kRefusalReason:
      return NameOf(PaymentWhy(outcome.refusal_reason()));
    case type::v1::PaymentOutcome::WHY_NOT_SET:
      break;
  }
  return "";
}

}  // namespace milepost::rpc
