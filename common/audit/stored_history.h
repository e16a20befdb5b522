// All stored rows of one aggregate, as text. An audit compares them with the events. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/core/id.h"
#include "common/db/row.h"

namespace milepost::audit {

// A column's value: a number in decimal, bytes as they are; nothing for NULL.
using Cell = std::optional<std::string>;
using Cells = std::vector<Cell>;

// The text that the database shows for a column written as `value`.
Cell CellOf(const db::Value& value);
Cells CellsOf(const db::Row& row);
// A cell for people to read, in UTF-8: text unchanged, ids in id form, other bytes in hex, long values as their hash.
std::string Shown(const Cell& cell);

struct StoredEvent {
  uint64_t sequence = 0;
  std::string type;
  int64_t at_us = 0;
  std::string actor;
  std::string payload;
  Cell digest;
  std::string commit;  // names the lane's commit that wrote it: equal for two of one commit
};

struct StoredHistory {
  Uuid id;
  std::optional<Cells> row;              // of its own table, in the order of ColumnsOf(mapping)
  std::vector<StoredEvent> events;       // by sequence
  std::vector<std::vector<Cells>> side;  // the rows of each of the mapping's side tables, by their keys
  std::vector<Cells> deadlines;          // by number
};

}  // namespace milepost::audit
