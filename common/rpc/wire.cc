#include "common/rpc/wire.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"

namespace milepost::rpc {
namespace {

constexpr int64_t kNanosPerUnit = 1'000'000'000;

int64_t PowerOfTen(int digits) {
  int64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

}  // namespace

void Write(const Money& money, google::type::Money& wire) {
  const int64_t minors_per_unit = PowerOfTen(money.currency.minor_digits());
  const absl::string_view code = money.currency.code();
  wire.set_currency_code(code.data(), code.size());
  wire.set_units(money.minor / minors_per_unit);
  wire.set_nanos(static_cast<int32_t>(money.minor % minors_per_unit * (kNanosPerUnit / minors_per_unit)));
}

google::type::Money ToWire(const Money& money) {
  google::type::Money wire;
  Write(money, wire);
  return wire;
}

absl::StatusOr<Money> MoneyOf(const google::type::Money& money) {
  MILEPOST_ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(money.currency_code()));
  const int64_t minors_per_unit = PowerOfTen(currency.minor_digits());
  const int64_t nanos_per_minor = kNanosPerUnit / minors_per_unit;
  const int64_t units = money.units(), nanos = money.nanos();
  if (nanos % nanos_per_minor != 0 || nanos <= -kNanosPerUnit || nanos >= kNanosPerUnit)
    return absl::InvalidArgumentError("an amount finer than its currency");
  if ((units > 0 && nanos < 0) || (units < 0 && nanos > 0))
    return absl::InvalidArgumentError("an amount of two signs");
  const int64_t max_units = kMaxMinor / minors_per_unit;
  if (units > max_units || units < -max_units) return absl::InvalidArgumentError("an amount out of range");
  const int64_t minor = units * minors_per_unit + nanos / nanos_per_minor;
  if (minor > kMaxMinor || minor < -kMaxMinor) return absl::InvalidArgumentError("an amount out of range");
  return Money{minor, currency};
}

void OneCurrency::Check(const google::type::Money& amount, absl::string_view path,
                        std::vector<FieldViolation>& violations) {
  if (currency_.empty()) currency_ = amount.currency_code();
  if (amount.currency_code().empty() || amount.currency_code() == currency_) return;
  violations.push_back({absl::StrCat(path, ".currency_code"),
                        absl::StrCat("must be that of the other ", amounts_of_, ": ", currency_)});
}

void Write(absl::Time time, google::protobuf::Timestamp& wire) {
  const int64_t us = ToMicros(time);
  int64_t seconds = us / 1'000'000, rest = us % 1'000'000;
  if (rest < 0) --seconds, rest += 1'000'000;
  wire.set_seconds(seconds);
  wire.set_nanos(static_cast<int32_t>(rest * 1000));
}

google::protobuf::Timestamp ToWire(absl::Time time) {
  google::protobuf::Timestamp wire;
  Write(time, wire);
  return wire;
}

google::protobuf::Duration ToWire(absl::Duration duration) {
  const int64_t us = absl::ToInt64Microseconds(duration);
  google::protobuf::Duration wire;
  wire.set_seconds(us / 1'000'000);
  wire.set_nanos(static_cast<int32_t>(us % 1'000'000 * 1000));
  return wire;
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Microseconds(time.nanos() / 1000);
}

std::string NameOf(absl::string_view collection, const Uuid& id) {
  return absl::StrCat(collection, "/", id.ToString());
}

absl::StatusOr<Uuid> IdIn(absl::string_view name, absl::string_view collection) {
  if (!absl::ConsumePrefix(&name, collection) || !absl::ConsumePrefix(&name, "/"))
    return absl::InvalidArgumentError(absl::StrCat("not a name in ", collection));
  return Uuid::Parse(name.substr(0, name.find('/')));
}

uint32_t NumberIn(absl::string_view name) {
  const absl::string_view digits = name.substr(name.rfind('/') + 1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != absl::string_view::npos) return 0;
  uint32_t number = 0;
  return absl::SimpleAtoi(digits, &number) ? number : UINT32_MAX;
}

}  // namespace milepost::rpc
