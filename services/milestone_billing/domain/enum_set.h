// A set of enumerators, stored as bits of one word.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace milepost::billing {

// Enumerators of E must lie in 0 … 63.
template <class E>
class EnumSet {
 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<E> members) {
    for (E member : members) Add(member);
  }
  static constexpr EnumSet All() {
    EnumSet all;
    all.bits_ = ~uint64_t{0};
    return all;
  }
  template <class Members>
  static constexpr EnumSet Of(const Members& members) {
    EnumSet set;
    for (const E member : members) set.Add(member);
    return set;
  }
  constexpr void Add(E member) { bits_ |= uint64_t{1} << static_cast<int>(member); }
  constexpr void Add(E member, bool condition) {
    if (condition) Add(member);
  }
  constexpr void Remove(E member) { bits_ &= ~(uint64_t{1} << static_cast<int>(member)); }
  constexpr bool Has(E member) const { return (bits_ >> static_cast<int>(member)) & 1; }
  constexpr bool HasAll(EnumSet others) const { return (bits_ & others.bits_) == others.bits_; }
  constexpr bool HasAny(EnumSet others) const { return (bits_ & others.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr EnumSet operator|(EnumSet a, EnumSet b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend constexpr bool operator==(EnumSet, EnumSet) = default;

 private:
  uint64_t bits_ = 0;
};

}  // namespace milepost::billing
