// Chance from a seed: the same seed gives the same choices on every machine. Each round of each method draws from a stream of
// its own, so what is drawn for one method does not depend on which others are called.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/string_view.h"

namespace milepost::fuzz {

// Not thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  // The stream of this seed, name and number.
  Random(uint64_t seed, absl::string_view name, uint64_t number) : engine_(Mix(seed, name, number)) {}

  // At least 0, less than `limit`, which is positive.
  uint64_t Below(uint64_t limit) { return engine_() % limit; }
  // Both ends included.
  int64_t Between(int64_t least, int64_t greatest) {
    const uint64_t span = static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least);
    const uint64_t step = span == UINT64_MAX ? engine_() : Below(span + 1);
    return static_cast<int64_t>(static_cast<uint64_t>(least) + step);
  }
  bool OneIn(uint64_t times) { return Below(times) == 0; }
  bool Percent(uint64_t percent) { return Below(100) < percent; }
  // Small numbers more often than large ones: each number of digits is as likely as another. Both ends included, both positive.
  int64_t AnyMagnitude(int64_t least, int64_t greatest) {
    const double exponent = static_cast<double>(Below(1 << 20)) / (1 << 20);
    const double ratio = static_cast<double>(greatest) / static_cast<double>(least);
    return std::clamp(static_cast<int64_t>(static_cast<double>(least) * std::pow(ratio, exponent)), least,
                      greatest);
  }
  // One of a list that is not empty.
  template <class List>
  const auto& Pick(const List& list) {
    return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(Below(std::size(list))));
  }
  std::string Bytes(size_t count) {
    std::string bytes(count, '\0');
    for (char& byte : bytes) byte = static_cast<char>(engine_());
    return bytes;
  }
  // A UUID as clients make them: version 4.
  std::string Uuid();

 private:
  // FNV-1a over the name, for streams that are the same in every build.
  static uint64_t Mix(uint64_t seed, absl::string_view name, uint64_t number) {
    uint64_t hash = 14695981039346656037u ^ (seed * 0x9E3779B97F4A7C15u);
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return (hash ^ number) * 0x9E3779B97F4A7C15u;
  }

  std::mt19937_64 engine_;
};

}  // namespace milepost::fuzz
