#include "common/core/money.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace milepost {
namespace {

struct Iso4217Row {
  absl::string_view code;
  int minor_digits;
};

// ISO 4217, list one, as published in January 2026: what people pay with, by code. Without its funds and units of account
// (CLF, CHE, UYW, XAD …), metals, and the codes for tests and for no currency: nobody can be charged in them.
constexpr Iso4217Row kIso4217[] = {
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"AOA", 2}, {"ARS", 2}, {"AUD", 2}, {"AWG", 2},
    {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2}, {"BND", 2},
    {"BOB", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2}, {"BZD", 2}, {"CAD", 2},
    {"CDF", 2}, {"CHF", 2}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CRC", 2}, {"CUP", 2}, {"CVE", 2},
    {"CZK", 2}, {"DJF", 0}, {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EGP", 2}, {"ERN", 2}, {"ETB", 2},
    {"EUR", 2}, {"FJD", 2}, {"FKP", 2}, {"GBP", 2}, {"GEL", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2},
    {"GNF", 0}, {"GTQ", 2}, {"GYD", 2}, {"HKD", 2}, {"HNL", 2}, {"HTG", 2}, {"HUF", 2}, {"IDR", 2},
    {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"IRR", 2}, {"ISK", 0}, {"JMD", 2}, {"JOD", 3}, {"JPY", 0},
    {"KES", 2}, {"KGS", 2}, {"KHR", 2}, {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3}, {"KYD", 2},
    {"KZT", 2}, {"LAK", 2}, {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LYD", 3}, {"MAD", 2},
    {"MDL", 2}, {"MGA", 2}, {"MKD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MRU", 2}, {"MUR", 2},
    {"MVR", 2}, {"MWK", 2}, {"MXN", 2}, {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2},
    {"NOK", 2}, {"NPR", 2}, {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2},
    {"PKR", 2}, {"PLN", 2}, {"PYG", 0}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0},
    {"SAR", 2}, {"SBD", 2}, {"SCR", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SLE", 2},
    {"SOS", 2}, {"SRD", 2}, {"SSP", 2}, {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2}, {"THB", 2},
    {"TJS", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRY", 2}, {"TTD", 2}, {"TWD", 2}, {"TZS", 2},
    {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"UYU", 2}, {"UZS", 2}, {"VED", 2}, {"VES", 2}, {"VND", 0},
    {"VUV", 0}, {"WST", 2}, {"XAF", 0}, {"XCD", 2}, {"XCG", 2}, {"XOF", 0}, {"XPF", 0}, {"YER", 2},
    {"ZAR", 2}, {"ZMW", 2}, {"ZWG", 2},
};

static_assert(std::is_sorted(std::begin(kIso4217), std::end(kIso4217),
                             [](const Iso4217Row& a, const Iso4217Row& b) { return a.code < b.code; }));

// Null: not in the table.
const Iso4217Row* Iso4217(absl::string_view code) {
  const Iso4217Row* const row =
      std::lower_bound(std::begin(kIso4217), std::end(kIso4217), code,
                       [](const Iso4217Row& each, absl::string_view wanted) { return each.code < wanted; });
  return row != std::end(kIso4217) && row->code == code ? row : nullptr;
}

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

bool Currency::IsIso4217(absl::string_view code) {
  return Iso4217(code) != nullptr;
}

int Currency::minor_digits() const {
  constexpr int kUsual = 2;
  if (*this == Usd()) return kUsual;
  const Iso4217Row* const row = Iso4217(code());
  return row != nullptr ? row->minor_digits : kUsual;
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

std::vector<int64_t> SplitByShares(int64_t total, const std::vector<int64_t>& shares) {
  if (shares.empty() || *std::min_element(shares.begin(), shares.end()) < 1) Bug("a share is at least 1");
  if (total < static_cast<int64_t>(shares.size())) Bug("SplitByShares needs a minor unit for each part");
  const __int128 sum = std::accumulate(shares.begin(), shares.end(), __int128{0});
  std::vector<int64_t> split;
  for (const int64_t share : shares)
    split.push_back(std::max<int64_t>(1, static_cast<int64_t>(total * static_cast<__int128>(share) / sum)));
  int64_t odd = total - std::accumulate(split.begin(), split.end(), int64_t{0});
  if (odd > 0) split.back() += odd;
  for (; odd < 0; ++odd) --*std::max_element(split.begin(), split.end());
  return split;
}

}  // namespace milepost
