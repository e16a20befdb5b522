#include "services/payment_simulator/store/record.h"

#include "common/core/clock.h"
#include "milepost/storage/v1/simulated_charge.pb.h"

namespace milepost::payment_simulator {
namespace {

using Stored = storage::v1::SimulatedCharge;
using StoredRefund = storage::v1::SimulatedRefund;

// The stored enums number the domain's in the same order; states from 1, because 0 is "unspecified".
static_assert(static_cast<int>(ChargeState::kPending) + 1 == Stored::STATE_PENDING);
static_assert(static_cast<int>(ChargeState::kVoided) + 1 == Stored::STATE_VOIDED);
static_assert(static_cast<int>(DeclineReason::kNone) == Stored::DECLINE_REASON_UNSPECIFIED);
static_assert(static_cast<int>(DeclineReason::kSuspectedFraud) == Stored::DECLINE_REASON_SUSPECTED_FRAUD);
static_assert(static_cast<int>(RefundState::kFailed) + 1 == StoredRefund::STATE_FAILED);

absl::StatusOr<Record> ChargeFrom(const Stored& stored) {
  if (stored.key().empty() || stored.state() < Stored::STATE_PENDING ||
      stored.state() > Stored::STATE_VOIDED || !Stored::DeclineReason_IsValid(stored.decline_reason()))
    return absl::DataLossError("a journal record makes no sense");
  Charge charge{.key = stored.key(), .state = static_cast<ChargeState>(stored.state() - 1)};
  if (!stored.currency().empty()) {
    absl::StatusOr<Currency> currency = Currency::Parse(stored.currency());
    if (!currency.ok()) return absl::DataLossError("a journal record has a malformed currency");
    charge.amount = Money{stored.amount_minor(), *currency};
  }
  charge.payment_method = stored.payment_method();
  charge.decline_reason = static_cast<DeclineReason>(stored.decline_reason());
  charge.created_at = FromMicros(stored.created_us());
  if (charge.ended()) charge.ended_at = FromMicros(stored.ended_us());
  return charge;
}

absl::StatusOr<Record> RefundFrom(const StoredRefund& stored) {
  if (stored.key().empty() || stored.charge_key().empty() || stored.state() < StoredRefund::STATE_PENDING ||
      stored.state() > StoredRefund::STATE_FAILED)
    return absl::DataLossError("a journal record of a refund makes no sense");
  absl::StatusOr<Currency> currency = Currency::Parse(stored.currency());
  if (!currency.ok()) return absl::DataLossError("a journal record has a malformed currency");
  Refund refund{.key = stored.key(),
                .charge_key = stored.charge_key(),
                .state = static_cast<RefundState>(stored.state() - 1),
                .amount = Money{stored.amount_minor(), *currency},
                .failure_reason = stored.failure_reason(),
                .created_at = FromMicros(stored.created_us())};
  if (refund.ended()) refund.ended_at = FromMicros(stored.ended_us());
  return refund;
}

}  // namespace

std::string EncodeRecord(const Charge& charge) {
  Stored stored;
  stored.set_key(charge.key);
  stored.set_state(static_cast<Stored::State>(static_cast<int>(charge.state) + 1));
  if (charge.amount) {
    stored.set_currency(std::string(charge.amount->currency.code()));
    stored.set_amount_minor(charge.amount->minor);
  }
  stored.set_payment_method(charge.payment_method);
  stored.set_decline_reason(static_cast<Stored::DeclineReason>(charge.decline_reason));
  stored.set_created_us(ToMicros(charge.created_at));
  if (charge.ended()) stored.set_ended_us(ToMicros(charge.ended_at));
  return stored.SerializeAsString();
}

std::string EncodeRecord(const Refund& refund) {
  Stored record;
  StoredRefund& stored = *record.mutable_refund();
  stored.set_key(refund.key);
  stored.set_charge_key(refund.charge_key);
  stored.set_state(static_cast<StoredRefund::State>(static_cast<int>(refund.state) + 1));
  stored.set_currency(std::string(refund.amount.currency.code()));
  stored.set_amount_minor(refund.amount.minor);
  stored.set_failure_reason(refund.failure_reason);
  stored.set_created_us(ToMicros(refund.created_at));
  if (refund.ended()) stored.set_ended_us(ToMicros(refund.ended_at));
  return record.SerializeAsString();
}

absl::StatusOr<Record> DecodeRecord(absl::string_view bytes) {
  Stored stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return absl::DataLossError("a journal record is no SimulatedCharge");
  if (stored.has_refund()) return RefundFrom(stored.refund());
  return ChargeFrom(stored);
}

}  // namespace milepost::payment_simulator
