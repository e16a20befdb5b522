// One list of an enum's values, each with its name and its numbers in storage and in the contract.
//
// The list stands beside the enum, as a switch without a default. A value without a line does not compile (-Wswitch),
// nor do two values with one name or one number:
//
//   constexpr EnumEntry EntryOf(GigState state) {
//     switch (state) {
//       case GigState::kDraft:
//         return {"DRAFT", 1};
//       …
//     }
//     return {};
//   }
//
// The compiler numbers the enum's values from 0 on. Names and stored numbers never change once released. The number 0
// belongs to the value that stands for "none", where an enum has one: a stored field that is not set reads as 0.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace milepost {

struct EnumEntry {
  constexpr EnumEntry() = default;
  constexpr EnumEntry(absl::string_view value_name, int value_number)
      : EnumEntry(value_name, value_number, value_number) {}
  constexpr EnumEntry(absl::string_view value_name, int value_number, int value_wire)
      : name(value_name), number(value_number), wire(value_wire) {}

  absl::string_view name;  // empty: no value of the enum
  int number = 0;          // in storage
  int wire = 0;            // in the contract; the stored number, unless the entry gives another
};

template <class E>
concept ListedEnum = std::is_enum_v<E> && requires(E value) {
  EnumEntry{EntryOf(value)};
};

namespace enum_list {

template <class E>
constexpr EnumEntry At(size_t index) {
  return EntryOf(static_cast<E>(index));
}

template <class E>
constexpr size_t Size() {
  size_t size = 0;
  while (!At<E>(size).name.empty()) ++size;
  return size;
}

template <class E>
constexpr bool HasTwins() {
  for (size_t i = 0; i < Size<E>(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (At<E>(i).name == At<E>(j).name || At<E>(i).number == At<E>(j).number ||
          At<E>(i).wire == At<E>(j).wire)
        return true;
  return false;
}

template <class E>
constexpr auto Values() {
  static_assert(Size<E>() > 0 && !HasTwins<E>(), "each value has a name and a number of its own");
  std::array<E, Size<E>()> values{};
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<E>(i);
  return values;
}

}  // namespace enum_list

// All values, in their order.
template <ListedEnum E>
inline constexpr auto kValuesOf = enum_list::Values<E>();

template <ListedEnum E>
constexpr std::optional<E> EnumFromNumber(int number) {
  for (const E value : kValuesOf<E>)
    if (EntryOf(value).number == number) return value;
  return std::nullopt;
}

// Converts the value to the contract's enum `Wire`, and back: nothing for UNSPECIFIED and for values that this
// release does not know.
template <class Wire, ListedEnum E>
constexpr Wire WireOf(E value) {
  return static_cast<Wire>(EntryOf(value).wire);
}
template <ListedEnum E>
constexpr std::optional<E> EnumFromWire(int wire) {
  for (const E value : kValuesOf<E>)
    if (EntryOf(value).wire == wire) return value;
  return std::nullopt;
}

template <ListedEnum E>
constexpr std::optional<E> EnumFromName(absl::string_view name) {
  for (const E value : kValuesOf<E>)
    if (EntryOf(value).name == name) return value;
  return std::nullopt;
}

}  // namespace milepost
