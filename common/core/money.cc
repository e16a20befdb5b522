#include "common/core/money.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace milepost {
namespace {

[[noreturn]] void Bug(const char* what) {
  std::fprintf(stderr, "milepost: bug: %s\n", what);
  std::abort();
}

}  // namespace

absl::StatusOr<Currency> Currency::Parse(absl::string_view code) {
  if (code.size() != 3) return absl::InvalidArgumentError("a currency code has three letters");
  Currency currency;
  for (size_t i = 0; i < 3; ++i) {
    if (!absl::ascii_isupper(static_cast<unsigned char>(code[i])))
      return absl::InvalidArgumentError("a currency code has three upper-case letters");
    currency.code_[i] = code[i];
  }
  return currency;
}

int Currency::minor_digits() const {
  for (absl::string_view whole : {"JPY", "KRW", "VND", "CLP", "ISK"})
    if (code() == whole) return 0;
  for (absl::string_view three : {"KWD", "BHD", "OMR", "JOD", "TND"})
    if (code() == three) return 3;
  return 2;
}

std::string Money::ToString() const {
  int64_t scale = 1;
  for (int i = 0; i < currency.minor_digits(); ++i) scale *= 10;
  const int64_t magnitude = minor < 0 ? -minor : minor;
  std::string text = absl::StrFormat("%s%d", minor < 0 ? "-" : "", magnitude / scale);
  if (scale > 1) absl::StrAppendFormat(&text, ".%0*d", currency.minor_digits(), magnitude % scale);
  return absl::StrFormat("%s %s", text, currency.code());
}

Money& Money::operator+=(const Money& other) {
  if (currency != other.currency) Bug("adding two currencies");
  if (__builtin_add_overflow(minor, other.minor, &minor)) Bug("money overflow");
  return *this;
}

Money& Money::operator-=(const Money& other) {
  if (currency != other.currency) Bug("subtracting two currencies");
  if (__builtin_sub_overflow(minor, other.minor, &minor)) Bug("money overflow");
  return *this;
}

int64_t HalfEven(int64_t amount, int64_t numerator, int64_t denominator) {
  if (amount < 0 || numerator < 0 || denominator <= 0) Bug("HalfEven takes non-negative amounts");
  const __int128 product = static_cast<__int128>(amount) * numerator;
  const __int128 quotient = product / denominator;
  const __int128 twice_rest = (product % denominator) * 2;
  const bool up = twice_rest > denominator || (twice_rest == denominator && quotient % 2 == 1);
  return static_cast<int64_t>(quotient + (up ? 1 : 0));
}

std::vector<int64_t> EqualSplit(int64_t total, int parts) {
  if (parts < 1) Bug("EqualSplit needs a part");
  std::vector<int64_t> split(parts, total / parts);
  split.back() += total % parts;
  return split;
}

}  // namespace milepost
