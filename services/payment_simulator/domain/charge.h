// A charge as the simulated provider keeps it, and the calls about it. Values; no behaviour here.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/enum_list.h"
#include "common/core/money.h"

namespace milepost::payment_simulator {

// kPending may become any of the others; those are final.
enum class ChargeState { kPending, kSucceeded, kDeclined, kVoided };

// Each enum's one list (common/core/enum_list.h): names and numbers are those of the contract; storage has the same.
constexpr EnumEntry EntryOf(ChargeState value) {
  switch (value) {
    case ChargeState::kPending:
      return {"PENDING", 1};
    case ChargeState::kSucceeded:
      return {"SUCCEEDED", 2};
    case ChargeState::kDeclined:
      return {"DECLINED", 3};
    case ChargeState::kVoided:
      return {"VOIDED", 4};
  }
  return {};
}

enum class DeclineReason {
  kNone,
  kRefusedByIssuer,
  kInsufficientFunds,
  kCardExpired,
  kUnknownPaymentMethod,
  kAuthenticationRequired,
  kSuspectedFraud,
};

constexpr EnumEntry EntryOf(DeclineReason value) {
  switch (value) {
    case DeclineReason::kNone:
      return {"UNSPECIFIED", 0};
    case DeclineReason::kRefusedByIssuer:
      return {"REFUSED_BY_ISSUER", 1};
    case DeclineReason::kInsufficientFunds:
      return {"INSUFFICIENT_FUNDS", 2};
    case DeclineReason::kCardExpired:
      return {"CARD_EXPIRED", 3};
    case DeclineReason::kUnknownPaymentMethod:
      return {"UNKNOWN_PAYMENT_METHOD", 4};
    case DeclineReason::kAuthenticationRequired:
      return {"AUTHENTICATION_REQUIRED", 5};
    case DeclineReason::kSuspectedFraud:
      return {"SUSPECTED_FRAUD", 6};
  }
  return {};
}

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

// The calls to the provider, one struct for each method of PaymentProvider.
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

// Whether the call's key is a refund's, not a charge's.
inline bool IsAboutRefund(const Ask& ask) {
  return std::holds_alternative<AskRefund>(ask) || std::holds_alternative<AskGetRefund>(ask);
}

inline const std::string& KeyOf(const Ask& ask) {
  return std::visit([](const auto& any) -> const std::string& { return any.key; }, ask);
}

}  // namespace milepost::payment_simulator
