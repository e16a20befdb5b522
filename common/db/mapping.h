// How one kind of aggregate lies in tables: all that a service says about storage. The rest (locks, events,
// deadlines, requests, commits) is the same for all and stands in mysql_store.h.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/db/row.h"
#include "common/db/store.h"

namespace milepost::db {

// Further rows that follow from a change, in the same transaction: charges, ledger entries.
template <class D>
struct SideTable {
  enum class Write {
    kInsert,  // a row is written once; a key that is taken is a conflict
    kUpsert,  // rows of the locked aggregate, written again as they change
  };
  std::string table;
  std::vector<std::string> columns;  // the primary key's first, in its order
  size_t key_columns = 1;
  Write write = Write::kInsert;
  // Appends one Row (a value a column) for each row to write. Keys begin with the aggregate's id, or with one
  // that only this aggregate uses, so that two lanes never write the same row.
  std::function<void(const Change<D>&, std::vector<Row>&)> rows;
};

// The aggregate's own table has the columns
//   id BINARY(16) PRIMARY KEY, sequence BIGINT UNSIGNED, updated_us BIGINT, <columns>, body MEDIUMBLOB
// The state is read from `body` alone; `columns` are for lists, UNIQUE and CHECK.
template <class D>
struct Mapping {
  using State = typename D::State;
  using Event = typename D::Event;

  std::string table;                        // "orders"
  std::string aggregate_type;               // "order": tells the deadlines of one kind from another's
  std::vector<std::string> columns;         // "buyer", "state" …
  std::function<Row(const State&)> values;  // one a column
  std::function<std::string(const State&)> encode;
  // The inverse of encode; an error fails the commands of that aggregate alone. `id`, `sequence` and `updated_at` are set afterwards, from their columns.
  std::function<absl::StatusOr<State>(absl::string_view)> decode;
  std::function<absl::string_view(const Event&)> event_type;  // "milestone.accepted", at most 64 characters
  std::function<std::string(const Event&)> encode_event;
  // Written after the common tables, in this order.
  std::vector<SideTable<D>> side_tables;
};

}  // namespace milepost::db
