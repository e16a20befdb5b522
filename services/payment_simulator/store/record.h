// Encodes a charge or a refund for the journal, as a serialized milepost.storage.v1.SimulatedCharge.
#pragma once

#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/payment_simulator/domain/charge.h"
#include "services/payment_simulator/domain/refund.h"

namespace milepost::payment_simulator {

using Record = std::variant<Charge, Refund>;

std::string EncodeRecord(const Charge& charge);
std::string EncodeRecord(const Refund& refund);
// DATA_LOSS for anything that EncodeRecord does not make. Instants come back cut to microseconds.
absl::StatusOr<Record> DecodeRecord(absl::string_view bytes);

}  // namespace milepost::payment_simulator
