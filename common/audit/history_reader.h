// Reads all stored rows of aggregates, for their audit. Immutable; thread-safe. Reads fail with DatabaseError()s and
// see one state of the database only within a snapshot (common/audit/read_snapshot.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/audit/stored_history.h"
#include "common/core/id.h"
#include "common/core/status_macros.h"
#include "common/db/connection.h"
#include "common/db/deadline_rows.h"
#include "common/db/mapping.h"

namespace milepost::audit {

template <class D>
class HistoryReader {
 public:
  explicit HistoryReader(const db::Mapping<D>& mapping)
      : side_tables_(mapping.side_tables.size()),
        ids_(absl::StrCat("SELECT id FROM ", mapping.table,
                          " FORCE INDEX (PRIMARY) WHERE id >= ? ORDER BY id LIMIT ?")),
        rows_(Select(mapping.table, "id", db::ColumnsOf(mapping), "id")),
        events_(Select("events", "aggregate_id",
                       {"sequence", "type", "at_us", "actor", "payload", "digest", "lane", "batch"},
                       "aggregate_id, sequence")),
        deadlines_(Select("deadlines", "aggregate_id", db::DeadlineColumns(), "aggregate_id, number")) {
    for (const db::SideTable<D>& side : mapping.side_tables) {
      const std::vector<std::string> key(side.columns.begin(), side.columns.begin() + side.key_columns);
      sides_.push_back(Select(side.table, side.aggregate_column, side.columns,
                              absl::StrCat(side.aggregate_column, ", ", absl::StrJoin(key, ", "))));
    }
  }

  // The ids of the first `limit` aggregates from `first` on.
  absl::StatusOr<std::vector<Uuid>> Ids(db::Connection& connection, const Uuid& first, int limit) const {
    std::vector<Uuid> ids;
    MILEPOST_RETURN_IF_ERROR(connection.Query(ids_, db::Row{first, limit}, [&](const db::ResultRow& row) {
      ids.push_back(row.Id(0));
      return absl::OkStatus();
    }));
    return ids;
  }

  // All rows of the aggregates from `first` to `last`, by id. Includes rows whose aggregate has no row of its own.
  absl::StatusOr<std::vector<StoredHistory>> Read(db::Connection& connection, const Uuid& first,
                                                  const Uuid& last) const {
    Histories histories(side_tables_);
    const db::Row range = {first, last};
    MILEPOST_RETURN_IF_ERROR(connection.Query(rows_.sql, range, [&](const db::ResultRow& row) {
      histories.Of(row.Id(0)).row = CellsIn(row, rows_);
      return absl::OkStatus();
    }));
    MILEPOST_RETURN_IF_ERROR(connection.Query(events_.sql, range, [&](const db::ResultRow& row) {
      histories.Of(row.Id(0)).events.push_back(EventIn(row));
      return absl::OkStatus();
    }));
    for (size_t i = 0; i < sides_.size(); ++i) {
      MILEPOST_RETURN_IF_ERROR(connection.Query(sides_[i].sql, range, [&](const db::ResultRow& row) {
        histories.Of(row.Id(0)).side[i].push_back(CellsIn(row, sides_[i]));
        return absl::OkStatus();
      }));
    }
    MILEPOST_RETURN_IF_ERROR(connection.Query(deadlines_.sql, range, [&](const db::ResultRow& row) {
      histories.Of(row.Id(0)).deadlines.push_back(CellsIn(row, deadlines_));
      return absl::OkStatus();
    }));
    return std::move(histories).ById();
  }

 private:
  // Selects the aggregate's id, then this many columns.
  struct Statement {
    std::string sql;
    int columns = 0;
  };

  class Histories {
   public:
    explicit Histories(size_t side_tables) : side_tables_(side_tables) {}
    StoredHistory& Of(const Uuid& id) {
      const auto [place, is_new] = places_.try_emplace(id, all_.size());
      if (is_new) {
        all_.push_back({.id = id});
        all_.back().side.resize(side_tables_);
      }
      return all_[place->second];
    }
    std::vector<StoredHistory> ById() && {
      std::sort(all_.begin(), all_.end(),
                [](const StoredHistory& a, const StoredHistory& b) { return a.id < b.id; });
      return std::move(all_);
    }

   private:
    const size_t side_tables_;
    absl::flat_hash_map<Uuid, size_t> places_;
    std::vector<StoredHistory> all_;
  };

  static Statement Select(const std::string& table, const std::string& id,
                          const std::vector<std::string>& columns, const std::string& order) {
    return {absl::StrCat("SELECT ", id, ", ", absl::StrJoin(columns, ", "), " FROM ", table, " WHERE ", id,
                         " BETWEEN ? AND ? ORDER BY ", order),
            static_cast<int>(columns.size())};
  }
  static Cells CellsIn(const db::ResultRow& row, const Statement& statement) {
    Cells cells;
    cells.reserve(statement.columns);
    for (int i = 1; i <= statement.columns; ++i) cells.push_back(CellIn(row, i));
    return cells;
  }
  static Cell CellIn(const db::ResultRow& row, int column) {
    return row.IsNull(column) ? Cell() : Cell(row.Bytes(column));
  }
  static StoredEvent EventIn(const db::ResultRow& row) {
    return {row.Uint64(1),
            row.Bytes(2),
            row.Int64(3),
            row.Bytes(4),
            row.Bytes(5),
            CellIn(row, 6),
            absl::StrCat(row.Bytes(7), row.Uint64(8))};
  }

  const size_t side_tables_;
  const std::string ids_;
  const Statement rows_, events_, deadlines_;
  std::vector<Statement> sides_;
};

}  // namespace milepost::audit
