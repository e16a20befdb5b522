// A charge as the simulated provider keeps it, and what it can be asked. Values; no behaviour here.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/money.h"

namespace milepost::payment_simulator {

// kPending may become any of the others; those are final.
enum class ChargeState { kPending, kSucceeded, kDeclined, kVoided };

enum class DeclineReason {
  kNone,
  kRefusedByIssuer,
  kInsufficientFunds,
  kCardExpired,
  kUnknownPaymentMethod,
  kAuthenticationRequired,
  kSuspectedFraud,
};

struct Charge {
  std::string key;
  ChargeState state = ChargeState::kPending;
  std::optional<Money> amount;  // nothing where the key was voided before any Charge named an amount
  std::string payment_method;   // empty where there is no amount
  DeclineReason decline_reason = DeclineReason::kNone;  // other than kNone exactly when kDeclined
  absl::Time created_at;
  absl::Time ended_at = absl::InfiniteFuture();  // infinite exactly when kPending

  bool ended() const { return state != ChargeState::kPending; }
  friend bool operator==(const Charge&, const Charge&) = default;
};

// The provider's words for a decline, in English; "" for kNone.
absl::string_view DeclineMessage(DeclineReason reason);

// The provider's reference of the one capture that can happen under a key.
std::string CaptureReference(absl::string_view key);

// What a caller asks; the methods of PaymentProvider.
struct AskCharge {
  std::string key;
  Money amount;
  std::string payment_method;
};
struct AskGet {
  std::string key;
};
struct AskVoid {
  std::string key;
};
struct AskRefund {
  std::string key;
  std::string charge_key;
  Money amount;
};
struct AskGetRefund {
  std::string key;
};
using Ask = std::variant<AskCharge, AskGet, AskVoid, AskRefund, AskGetRefund>;

// Whether its key is one of a refund, not of a charge.
inline bool IsAboutRefund(const Ask& ask) {
  return std::holds_alternative<AskRefund>(ask) || std::holds_alternative<AskGetRefund>(ask);
}

inline const std::string& KeyOf(const Ask& ask) {
  return std::visit([](const auto& any) -> const std::string& { return any.key; }, ask);
}

}  // namespace milepost::payment_simulator
