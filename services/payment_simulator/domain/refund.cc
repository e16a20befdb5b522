#include "services/payment_simulator/domain/refund.h"

#include "absl/strings/str_cat.h"
#include "common/core/id.h"

namespace milepost::payment_simulator {

std::string RefundReference(absl::string_view key) {
  return absl::StrCat("refund-", HashUuid(absl::StrCat("refund\n", key)).ToString());
}

}  // namespace milepost::payment_simulator
