// Chance from a seed: the same seed gives the same choices on every machine. Every part of a story draws from a seed of its own, so
// that leaving out one part changes nothing of the others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "common/core/id.h"

namespace milepost::simulation {

// A number that depends on both, and looks like chance.
constexpr uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t mixed = a + 0x9E3779B97F4A7C15u * (b + 1);
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

// The name under which a story speaks of an aggregate or a message: 64 bits of its id.
inline uint64_t NameOf(const Uuid& id) {
  uint64_t bits;
  std::memcpy(&bits, id.bytes().data() + 8, sizeof bits);
  return bits;
}
template <class Tag>
uint64_t NameOf(const Id<Tag>& id) {
  return NameOf(id.uuid());
}

// Not thread-safe.
class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed) {}

  uint64_t Next() { return Mix(state_, ++drawn_); }
  // At least 0, less than `limit`, which is positive.
  uint64_t Below(uint64_t limit) { return Next() % limit; }
  // Both ends included.
  int64_t Between(int64_t least, int64_t greatest) {
    return least + static_cast<int64_t>(Below(static_cast<uint64_t>(greatest - least) + 1));
  }
  bool OneIn(uint64_t times) { return Below(times) == 0; }
  bool Percent(uint64_t percent) { return Below(100) < percent; }
  // One of a list that is not empty.
  template <class List>
  auto& Pick(List& list) {
    return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(Below(std::size(list))));
  }
  // A UUID of the version that we make (common/core/id.h).
  Uuid Id() {
    std::array<uint8_t, 16> bytes;
    const uint64_t halves[] = {Next(), Next()};
    std::memcpy(bytes.data(), halves, sizeof halves);
    bytes[6] = 0x70 | (bytes[6] & 0x0F);
    bytes[8] = 0x80 | (bytes[8] & 0x3F);
    return Uuid(bytes);
  }

 private:
  const uint64_t state_;
  uint64_t drawn_ = 0;
};

}  // namespace milepost::simulation
