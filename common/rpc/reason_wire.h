// Converts reasons between the domain, storage and the enums of the contract. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/strings/string_view.h"
#include "common/core/reason.h"
#include "milepost/type/v1/completion.pb.h"
#include "milepost/type/v1/payment.pb.h"
#include "milepost/type/v1/reason.pb.h"

namespace milepost::rpc {

type::v1::Reason ToWire(Reason reason);
// Nothing for UNSPECIFIED, and for a reason of a newer release.
std::optional<Reason> ReasonOf(type::v1::Reason reason);

// "ENDED_BY_BUYER", as stored, and back: UNSPECIFIED for other names. The name of UNSPECIFIED is empty.
std::string NameOf(type::v1::CompletionReason reason);
type::v1::CompletionReason CompletionReasonNamed(absl::string_view name);
// The same for "AGREED", "LATE_DELIVERY" …
std::string NameOf(type::v1::CancellationReason reason);
type::v1::CancellationReason CancellationReasonNamed(absl::string_view name);

// The reason why a payment failed. Services store its name; the contract has three enums for it, whose names are
// distinct.
using PaymentWhy =
    std::variant<std::monostate, type::v1::DeclineReason, type::v1::PlacementFailure, type::v1::Reason>;
// The reason with that name; monostate if none of the three enums has it.
PaymentWhy PaymentWhyNamed(absl::string_view name);
// "" for monostate and for a value of a newer release.
std::string NameOf(const PaymentWhy& why);

// The oneof `why` of PaymentOutcome, and of every message that has the same one.
template <class Message>
void SetWhy(absl::string_view name, Message& message) {
  const PaymentWhy why = PaymentWhyNamed(name);
  if (const auto* declined = std::get_if<type::v1::DeclineReason>(&why))
    message.set_decline_reason(*declined);
  if (const auto* failed = std::get_if<type::v1::PlacementFailure>(&why))
    message.set_placement_failure(*failed);
  if (const auto* refused = std::get_if<type::v1::Reason>(&why)) message.set_refusal_reason(*refused);
}

// The stored name, or "".
std::string WhyOf(const type::v1::PaymentOutcome& outcome);

}  // namespace milepost::rpc
