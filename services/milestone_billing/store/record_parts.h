// The parts that stored orders and stored events have in common: terms, amounts, deadlines, moves, enums.
// Internal to this folder.
//
// Writing never fails. Reading never fails at once: a value that no Put wrote marks the Damage and yields a default, and
// whoever reads a whole record asks the Damage at its end.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "google/protobuf/arena.h"
#include "milepost/storage/v1/order.pb.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing::record {

namespace pb = milepost::storage::v1;

// A message for the length of a call, its parts beside it on the stack where they fit: an order has dozens, and each would
// be an allocation.
template <class Message>
class OnStack {
 public:
  OnStack() : arena_(Options(block_)), message_(google::protobuf::Arena::CreateMessage<Message>(&arena_)) {}
  OnStack(const OnStack&) = delete;
  OnStack& operator=(const OnStack&) = delete;
  Message& operator*() { return *message_; }
  Message* operator->() { return message_; }

 private:
  static constexpr size_t kBytes = 8192;
  static google::protobuf::ArenaOptions Options(char* block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = kBytes;
    return options;
  }

  alignas(8) char block_[kBytes];
  google::protobuf::Arena arena_;
  Message* const message_;
};

class Damage {
 public:
  void Mark(const char* what) {
    if (what_ == nullptr) what_ = what;
  }
  // OK, or DATA_LOSS naming the first value that was damaged.
  absl::Status status() const;

 private:
  const char* what_ = nullptr;
};

// Stored enums count from 1 in the order of the domain's; 0 is never written where there is a value.
template <class Stored, class E>
Stored Number(E value) {
  return static_cast<Stored>(static_cast<int>(value) + 1);
}
template <class Stored, class E>
Stored Number(const std::optional<E>& value) {
  return value ? Number<Stored>(*value) : static_cast<Stored>(0);
}
template <class E>
E EnumFrom(int stored, E last, const char* what, Damage& damage) {
  if (stored >= 1 && stored <= static_cast<int>(last) + 1) return static_cast<E>(stored - 1);
  damage.Mark(what);
  return last;
}
template <class E>
std::optional<E> OptionalEnumFrom(int stored, E last, const char* what, Damage& damage) {
  if (stored == 0) return std::nullopt;
  return EnumFrom(stored, last, what, damage);
}

template <class Id>
Id IdFrom(const std::string& bytes, const char* what, Damage& damage) {
  const absl::StatusOr<Uuid> uuid = Uuid::FromBytes(bytes);
  if (uuid.ok()) return Id(*uuid);
  damage.Mark(what);
  return Id();
}
template <class Id>
std::optional<Id> OptionalIdFrom(const std::string& bytes, const char* what, Damage& damage) {
  if (bytes.empty()) return std::nullopt;
  return IdFrom<Id>(bytes, what, damage);
}
template <class Id>
std::string BytesOf(const Id& id) {
  return id.uuid().ToBytes();
}
template <class Id>
std::string BytesOf(const std::optional<Id>& id) {
  return id ? BytesOf(*id) : std::string();
}

void Put(const Money& money, pb::OrderMoney& out);
Money MoneyFrom(const pb::OrderMoney& in, Damage& damage);

void Put(const Terms& terms, pb::OrderTerms& out);
Terms TermsFrom(const pb::OrderTerms& in, Damage& damage);

void Put(const Deadline& deadline, pb::OrderDeadline& out);
Deadline DeadlineFrom(const pb::OrderDeadline& in, Damage& damage);

void Put(const Move& move, pb::OrderMove& out);
Move MoveFrom(const pb::OrderMove& in, Damage& damage);

}  // namespace milepost::billing::record
