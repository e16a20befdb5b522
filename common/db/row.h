// Values and rows as they are written to the database; a service's mapping produces them. Plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/clock.h"
#include "common/core/id.h"

namespace milepost::db {

// One column's value: NULL, an integer, an id (BINARY(16)) or bytes (text, BLOB). Instants and money are
// integers: microseconds and minor units. A column keeps to one of the two integer types.
class Value {
 public:
  Value() = default;                         // NULL
  Value(int64_t number) : value_(number) {}  // NOLINT: rows are written as lists of plain values
  Value(int32_t number) : value_(int64_t{number}) {}
  Value(uint64_t number) : value_(number) {}
  Value(uint32_t number) : value_(uint64_t{number}) {}
  Value(bool flag) : value_(uint64_t{flag}) {}
  Value(const Uuid& id) : value_(id) {}
  template <class Tag>
  Value(const Id<Tag>& id) : value_(id.uuid()) {}
  Value(absl::Time instant) : value_(ToMicros(instant)) {}
  Value(std::string bytes) : value_(std::move(bytes)) {}
  Value(absl::string_view bytes) : value_(std::string(bytes)) {}
  Value(const char* text) : value_(std::string(text)) {}
  template <class T>
  Value(const std::optional<T>& value) : value_(value ? Value(*value).value_ : Variant()) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  template <class Visitor>
  decltype(auto) Visit(Visitor&& visitor) const {
    return std::visit(std::forward<Visitor>(visitor), value_);
  }
  // How the values of one column sort in an index: integers by value, ids and bytes bytewise.
  friend auto operator<=>(const Value&, const Value&) = default;

 private:
  using Variant = std::variant<std::monostate, int64_t, uint64_t, Uuid, std::string>;
  Variant value_;
};

using Row = std::vector<Value>;

// A row of these values, each made in its place: a list in braces would copy them.
template <class... Values>
Row MakeRow(Values&&... values) {
  Row row;
  row.reserve(sizeof...(values));
  (row.emplace_back(std::forward<Values>(values)), ...);
  return row;
}

}  // namespace milepost::db
