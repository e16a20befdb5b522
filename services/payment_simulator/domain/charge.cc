#include "services/payment_simulator/domain/charge.h"

#include "absl/strings/str_cat.h"
#include "common/core/id.h"

namespace milepost::payment_simulator {

absl::string_view DeclineMessage(DeclineReason reason) {
  switch (reason) {
    case DeclineReason::kNone:
      return "";
    case DeclineReason::kRefusedByIssuer:
      return "The issuer refused the payment.";
    case DeclineReason::kInsufficientFunds:
      return "The account has insufficient funds.";
    case DeclineReason::kCardExpired:
      return "The card has expired.";
    case DeclineReason::kUnknownPaymentMethod:
      return "No such payment method.";
    case DeclineReason::kAuthenticationRequired:
      return "The issuer asks for authentication.";
    case DeclineReason::kSuspectedFraud:
      return "The payment is suspected to be fraudulent.";
  }
  return "";
}

std::string CaptureReference(absl::string_view key) {
  return absl::StrCat("capture-", HashUuid(absl::StrCat("capture\n", key)).ToString());
}

}  // namespace milepost::payment_simulator
