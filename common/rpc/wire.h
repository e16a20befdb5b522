// Converts the values that every service has on the wire (money, instants, resource names) to and from common/core's
// types. Pure functions.
//
// Values from the wire have passed validation (common/rpc/validation): names matched their pattern, money its
// currency. Peers' messages are not validated; functions that can get such values say so and fail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/refusal.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/money.pb.h"

namespace milepost::rpc {

void Write(const Money& money, google::type::Money& wire);
google::type::Money ToWire(const Money& money);
// INVALID_ARGUMENT for a malformed currency, an amount finer than its minor unit, mixed signs, or more than
// kMaxMinor.
absl::StatusOr<Money> MoneyOf(const google::type::Money& money);

// Checks that the amounts of one thing share one currency, for all services alike: a violation for each amount whose currency
// is not that of the first.
class OneCurrency {
 public:
  // `amounts_of`: the things that have the amounts, for the violation's text ("packages").
  explicit OneCurrency(absl::string_view amounts_of) : amounts_of_(amounts_of) {}
  // An amount without a currency, absent or malformed, is left alone. `path` is its own.
  void Check(const google::type::Money& amount, absl::string_view path,
             std::vector<FieldViolation>& violations);

 private:
  const std::string amounts_of_;
  std::string currency_;
};

// Keeps microseconds and cuts finer digits.
void Write(absl::Time time, google::protobuf::Timestamp& wire);
google::protobuf::Timestamp ToWire(absl::Time time);
absl::Time TimeOf(const google::protobuf::Timestamp& time);
google::protobuf::Duration ToWire(absl::Duration duration);

// "orders/01890a5d-ac96-774b-bcce-b302099a8057" for ("orders", id).
std::string NameOf(absl::string_view collection, const Uuid& id);

// The id in a name of that collection, also where the name goes on ("orders/{order}/milestones/2").
// INVALID_ARGUMENT for any other text: only a peer can send one.
absl::StatusOr<Uuid> IdIn(absl::string_view name, absl::string_view collection);
// The number that a name ends with ("orders/{order}/milestones/2"); 0 where it ends with none, and the largest uint32_t,
// which numbers nothing, where it is larger.
uint32_t NumberIn(absl::string_view name);

}  // namespace milepost::rpc
