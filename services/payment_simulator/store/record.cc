#include "services/payment_simulator/store/record.h"

#include "common/db/codec.h"
#include "milepost/storage/v1/simulated_charge.pb.h"

namespace milepost::payment_simulator {

using Stored = storage::v1::SimulatedCharge;
using StoredRefund = storage::v1::SimulatedRefund;

template <class Amount, class M>
auto AmountFields(Amount& amount, M& stored) {
  return codec::Inline(amount, MILEPOST_FIELD(amount.minor, stored, amount_minor),
                       MILEPOST_FIELD(amount.currency, stored, currency));
}

// An amount that may be missing: then its currency is empty.
template <class OptionalAmount, class M>
class AmountIfAny {
 public:
  static constexpr size_t kMembers = 1;
  AmountIfAny(OptionalAmount& amount, M& stored) : amount_(amount), stored_(stored) {}
  void Write(codec::Writer& writer) const {
    if (amount_) AmountFields(*amount_, stored_).Write(writer);
  }
  void Read(codec::Reader& reader) const {
    if (!stored_.currency().empty()) AmountFields(amount_.emplace(), stored_).Read(reader);
  }

 private:
  OptionalAmount& amount_;
  M& stored_;
};

template <class C>
void Fields(C& c, codec::Struct<C, Charge>& charge, codec::Message<C, Stored>& stored) {
  const auto has_ended = [&] { return charge.ended(); };
  c.All(charge, MILEPOST_FIELD(charge.key, stored, key), MILEPOST_FIELD(charge.state, stored, state),
        AmountIfAny(charge.amount, stored), MILEPOST_FIELD(charge.payment_method, stored, payment_method),
        MILEPOST_FIELD(charge.decline_reason, stored, decline_reason),
        MILEPOST_FIELD(charge.created_at, stored, created_us),
        codec::PresentWhen(has_ended, MILEPOST_FIELD(charge.ended_at, stored, ended_us)));
}

template <class C>
void Fields(C& c, codec::Struct<C, Refund>& refund, codec::Message<C, StoredRefund>& stored) {
  const auto has_ended = [&] { return refund.ended(); };
  c.All(refund, MILEPOST_FIELD(refund.key, stored, key),
        MILEPOST_FIELD(refund.charge_key, stored, charge_key), MILEPOST_FIELD(refund.state, stored, state),
        AmountFields(refund.amount, stored), MILEPOST_FIELD(refund.failure_reason, stored, failure_reason),
        MILEPOST_FIELD(refund.created_at, stored, created_us),
        codec::PresentWhen(has_ended, MILEPOST_FIELD(refund.ended_at, stored, ended_us)));
}

std::string EncodeRecord(const Charge& charge) {
  return codec::Encode<Stored>(charge);
}

std::string EncodeRecord(const Refund& refund) {
  codec::OnStack<Stored> record;
  codec::Writer writer;
  Fields(writer, refund, *record->mutable_refund());
  return record->SerializeAsString();
}

absl::StatusOr<Record> DecodeRecord(absl::string_view bytes) {
  codec::OnStack<Stored> stored;
  codec::Reader reader("journal record");
  if (!stored->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) reader.Mark("body");
  Charge charge;
  Refund refund;
  if (stored->has_refund()) {
    Fields(reader, refund, stored->refund());
    if (refund.key.empty() || refund.charge_key.empty()) reader.Mark("key");
  } else {
    Fields(reader, charge, std::as_const(*stored));
    if (charge.key.empty()) reader.Mark("key");
  }
  if (absl::Status damaged = reader.status(); !damaged.ok()) return damaged;
  if (stored->has_refund()) return refund;
  return charge;
}

}  // namespace milepost::payment_simulator
