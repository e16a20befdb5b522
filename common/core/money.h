// Money: integer minor units of one currency (A1). No floating point, no implicit conversion, no FX.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace milepost {

// A currency's code: three upper-case letters.
class Currency {
 public:
  constexpr Currency() = default;
  // Accepts any three upper-case letters, because stored values and peers' values may be older than the table of
  // IsIso4217.
  static absl::StatusOr<Currency> Parse(absl::string_view code);
  // Whether ISO 4217 lists the code as a currency that people pay with. Requests may name only these.
  static bool IsIso4217(absl::string_view code);
  static constexpr Currency Usd() { return Currency({'U', 'S', 'D'}); }
  absl::string_view code() const { return absl::string_view(code_.data(), code_.size()); }
  // Digits after the decimal point, as ISO 4217 says: 2 for USD and EUR, 0 for JPY, 3 for KWD; 2 for other codes.
  int minor_digits() const;
  friend auto operator<=>(const Currency&, const Currency&) = default;

 private:
  explicit constexpr Currency(std::array<char, 3> code) : code_(code) {}
  std::array<char, 3> code_{'X', 'X', 'X'};
};

// An amount. Adding two currencies is a bug and aborts the process; an overflow aborts too, because every amount that
// enters the system is bounded by kMaxMinor (far below 2^63).
struct Money {
  int64_t minor = 0;  // units: the currency's minor unit (cents)
  Currency currency = Currency::Usd();

  static constexpr Money Usd(int64_t cents) { return Money{cents, Currency::Usd()}; }
  // "150.00 USD"
  std::string ToString() const;

  Money& operator+=(const Money& other);
  Money& operator-=(const Money& other);
  friend Money operator+(Money a, const Money& b) { return a += b; }
  friend Money operator-(Money a, const Money& b) { return a -= b; }
  friend bool operator==(const Money&, const Money&) = default;
};

// No single price, amount or order total exceeds this (10 billion major units); sums of a few of them fit easily.
inline constexpr int64_t kMaxMinor = 1'000'000'000'000;

// round-half-even(amount × numerator / denominator), exact (128-bit inside). denominator > 0, amount ≥ 0.
int64_t HalfEven(int64_t amount, int64_t numerator, int64_t denominator);

// Splits `total` into `parts` equal parts, the odd minor units going to the last (A4). parts ≥ 1.
std::vector<int64_t> EqualSplit(int64_t total, int parts);

// Splits `total` in proportion to `shares`, which are weights: each part is total × share / sum of shares, rounded down,
// and at least 1; the odd minor units go to the last. Where the parts of 1 need more than is left over, the largest parts
// give it. shares: at least one, each ≥ 1. total ≥ the number of shares.
std::vector<int64_t> SplitByShares(int64_t total, const std::vector<int64_t>& shares);

}  // namespace milepost
