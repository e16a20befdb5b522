// The mapping of one kind of aggregate to tables: everything that a service declares about storage. The rest (locks,
// events, deadlines, requests, commits) is the same for all and is in mysql_store.h.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/db/row.h"
#include "common/db/store.h"

namespace milepost::db {

class Connection;

enum class FactsLock { kNone, kShared };

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
  // From nothing to the last event, in one Change, it gives all rows as they must be then: the audit compares them.
  std::function<void(const Change<D>&, std::vector<Row>&)> rows;
  // The column with the aggregate's id; an index begins with it.
  std::string aggregate_column;
  // Of kUpsert: whether the change makes this row. Such a row is inserted, so that there, too, a key that is taken is a
  // conflict and never overwrites. Unset: it may be there already.
  std::function<bool(const Change<D>&, const Row&)> is_new = nullptr;
};

// The aggregate's own table has the columns
//   id BINARY(16) PRIMARY KEY, sequence BIGINT UNSIGNED, updated_us BIGINT, <columns>, body MEDIUMBLOB
// and, where its events are chained, digest BINARY(32) NULL.
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
  // Set: the events are chained (common/core/event_chain.h), and the digest of the last one is in the aggregate's
  // row. Returns the part of a stored payload that the digest covers; the rest is erasable text, which is covered by
  // its hash.
  std::function<absl::string_view(absl::string_view payload)> chained_part;
  // Written after the common tables, in this order.
  std::vector<SideTable<D>> side_tables;
  // Reads the domain's facts for a query, where it has any. With kShared, within a lane's transaction, no other transaction can
  // change what was read until this one ends; the rows are locked in the order of their keys, after the aggregates.
  std::function<absl::StatusOr<FactsOf<D>>(Connection&, const FactsQuery<D>&, FactsLock)> read_facts;
};

// The columns of the aggregate's own table that its row is written to, in this order.
template <class D>
std::vector<std::string> ColumnsOf(const Mapping<D>& mapping) {
  std::vector<std::string> columns = {"id", "sequence", "updated_us"};
  columns.insert(columns.end(), mapping.columns.begin(), mapping.columns.end());
  columns.push_back("body");
  if (mapping.chained_part) columns.push_back("digest");
  return columns;
}

// A value for each of them. `digest`: of the aggregate's last event; where the events are chained.
template <class D>
Row RowOf(const Mapping<D>& mapping, const typename D::State& state,
          const std::optional<std::string>& digest) {
  Row row;
  row.reserve(mapping.columns.size() + 5);
  row.emplace_back(state.id);
  row.emplace_back(state.sequence);
  row.emplace_back(state.updated_at);
  for (Value& value : mapping.values(state)) row.push_back(std::move(value));
  row.emplace_back(mapping.encode(state));  // push_back of a temporary: a false warning of gcc 12
  if (mapping.chained_part) row.emplace_back(digest);
  return row;
}

}  // namespace milepost::db
