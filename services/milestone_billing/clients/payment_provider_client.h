// MilestoneBilling's client of the payment provider (contract: protos/milepost/payments/v1). Never called inside a
// database transaction. Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/core/money.h"
#include "common/rpc/client.h"
#include "milepost/payments/v1/payment_provider.grpc.pb.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

// The provider's record of a charge under its key.
struct ProviderCharge {
  enum class State { kPending, kSucceeded, kDeclined, kVoided } state = State::kPending;
  std::optional<Money> amount;                  // unset where the key was voided before a Charge named one
  std::optional<DeclineReason> decline_reason;  // exactly where kDeclined
  std::string capture_reference;                // where kSucceeded
};

// The provider's record of a refund under its key.
struct ProviderRefund {
  enum class State { kPending, kSucceeded, kFailed } state = State::kPending;
  Money amount;
  std::string refund_reference;  // where kSucceeded
  std::string failure_reason;    // where kFailed
};

// Every method answers the charge or refund, or the provider's refusal, or PEER_UNAVAILABLE when no usable answer came: then the
// charge or refund may or may not have happened, and asking again with the same key is always safe.
class PaymentProviderClient {
 public:
  // `timeout` bounds each call, tries of an UNAVAILABLE provider included. `proxy` and `carrier`: as rpc::PeerOptions.
  PaymentProviderClient(std::string address, std::string proxy, absl::Duration timeout,
                        rpc::Carrier* carrier = nullptr);

  // Captures `amount` from `payment_method`, at most once per key.
  rpc::Awaitable<ProviderCharge> Charge(std::string key, Money amount, std::string payment_method,
                                        rpc::PeerCall call);

  // Reads the charge recorded under the key. PROVIDER_CHARGE_NOT_FOUND is not final: a Charge may still be on its
  // way.
  rpc::Awaitable<ProviderCharge> GetCharge(std::string key, rpc::PeerCall call);

  // Makes sure that the key can never succeed, or returns how the charge ended before; never returns kPending.
  rpc::Awaitable<ProviderCharge> VoidCharge(std::string key, rpc::PeerCall call);

  // Refunds `amount` of the charge under charge_key, at most once per key.
  rpc::Awaitable<ProviderRefund> Refund(std::string key, std::string charge_key, Money amount,
                                        rpc::PeerCall call);

  // Reads the refund recorded under the key. PROVIDER_REFUND_NOT_FOUND is not final: a Refund may still be on its
  // way.
  rpc::Awaitable<ProviderRefund> GetRefund(std::string key, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { peer_.Cancel(); }

 private:
  rpc::Peer<payments::v1::PaymentProvider> peer_;
};

}  // namespace milepost::billing
