// A charge as the journal keeps it: serialized milepost.storage.v1.SimulatedCharge.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/payment_simulator/domain/charge.h"

namespace milepost::payment_simulator {

std::string EncodeRecord(const Charge& charge);
// DATA_LOSS for anything that EncodeRecord does not make. Instants come back cut to microseconds.
absl::StatusOr<Charge> DecodeRecord(absl::string_view bytes);

}  // namespace milepost::payment_simulator
