// A prepared statement of the connector, which remembers the values of its parameters.
//
// Filling a place costs the connector up to four allocations, and it keeps what a place was last given. Many places of a
// multi-row statement get the same currency, state, number or NULL again and again: those are left as they are.
// Not thread-safe; throws what the connector throws, and an sql::SQLException for values that don't fit the places.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "common/db/row.h"

namespace sql {
class PreparedStatement;
class ResultSet;
}  // namespace sql

namespace milepost::db {

class PreparedStatement {
 public:
  explicit PreparedStatement(std::unique_ptr<sql::PreparedStatement> statement);
  ~PreparedStatement();
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  // With the rows' values in its places, in their order. The number of rows that it changed.
  uint64_t Update(absl::Span<const Row> parameters);
  std::unique_ptr<sql::ResultSet> Query(absl::Span<const Row> parameters);

 private:
  // A value that is short enough to be compared with; kLong: one that is not, or none yet.
  struct Short {
    enum class Kind : uint8_t { kLong, kNull, kInt64, kUint64, kId, kBytes };
    Kind kind = Kind::kLong;
    uint8_t size = 0;
    std::array<char, 16> bytes{};
    friend bool operator==(const Short&, const Short&) = default;
  };
  struct Place {
    Short held;
    bool was_unsigned = false;  // once; the connector never takes that back
  };
  struct Shorten;  // makes a Short
  struct Fill;     // gives a place its value

  void Bind(absl::Span<const Row> parameters);
  void BindOne(unsigned int place, const Value& value);

  const std::unique_ptr<sql::PreparedStatement> statement_;
  std::vector<Place> places_;
};

}  // namespace milepost::db
