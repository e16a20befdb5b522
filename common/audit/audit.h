// The audit of one aggregate (W1): folds its stored events from the start and compares all its other stored rows with
// the result. Pure: HistoryReader reads the rows.
//
// The mapping that wrote the rows computes the expected rows, so every column that is written is compared. Two things
// are not compared: an event's commit (lane, batch, place), which belongs to the stream, and remembered requests.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/audit/discrepancy.h"
#include "common/audit/stored_history.h"
#include "common/core/clock.h"
#include "common/core/decider.h"
#include "common/core/event_chain.h"
#include "common/core/timer_history.h"
#include "common/db/deadline_rows.h"
#include "common/db/mapping.h"

namespace milepost::audit {

// The functions of a domain that the fold needs besides its mapping.
template <class D>
struct AuditRules {
  // The inverse of the mapping's encode_event. Fails if the payload can't be parsed, or if a text in it was changed.
  std::function<absl::StatusOr<typename D::Event>(absl::string_view payload)> read_event;
  // Whether Apply may be called: false if the event refers to something that the state does not have.
  std::function<bool(const typename D::State& state, const typename D::Event& event)> fits;
  // Describes in words how two encodings of the aggregate differ.
  std::function<std::string(const std::string& expected, const std::string& found)> body_difference;
};

template <class D>
struct Audited {
  typename D::State state;                   // as the sound events make it
  std::vector<db::RecordedEvent<D>> events;  // the sound ones: all before the first bad one
  uint64_t unchained = 0;                    // how many of them are from before the chain
  std::optional<std::string> head;           // the digest of the last one; nothing: none is chained
  std::optional<Discrepancy> discrepancy;
};

// Immutable; thread-safe.
template <class D>
class Auditor {
 public:
  // `mapping` chains its events.
  Auditor(db::Mapping<D> mapping, AuditRules<D> rules)
      : mapping_(std::move(mapping)), rules_(std::move(rules)), columns_(db::ColumnsOf(mapping_)) {}

  const db::Mapping<D>& mapping() const { return mapping_; }

  // In this order: events, the aggregate's row, side tables as the mapping lists them, deadlines.
  Audited<D> Audit(const StoredHistory& stored) const {
    Folding folding;
    std::optional<Discrepancy> bad = FoldEvents(stored, folding);
    if (!bad) bad = CompareRow(stored, folding);
    for (size_t i = 0; !bad && i < mapping_.side_tables.size(); ++i)
      bad = CompareSideTable(mapping_.side_tables[i], stored.side[i], folding);
    if (!bad) bad = CompareDeadlines(stored, folding);
    return {std::move(folding.step.next), std::move(folding.events), folding.unchained,
            std::move(folding.head), std::move(bad)};
  }

 private:
  using Fault = Discrepancy::Fault;

  struct Folding {
    Step<D> step;
    std::vector<db::RecordedEvent<D>> events;
    uint64_t unchained = 0;
    std::optional<std::string> head;
    TimerHistory<D> timers;
  };
  // A row as it should be. `optional`: the row may be missing.
  struct ExpectedRow {
    Cells cells;
    bool optional = false;
  };

  static Discrepancy OfEvent(uint64_t sequence, Fault fault, std::string column, std::string expected,
                             std::string found) {
    return {"events",          {absl::StrCat(sequence)}, fault,
            std::move(column), std::move(expected),      std::move(found)};
  }

  std::optional<Discrepancy> FoldEvents(const StoredHistory& stored, Folding& folding) const {
    for (const StoredEvent& event : stored.events) {
      const uint64_t expected = folding.events.size() + 1;
      if (event.sequence != expected) return OfEvent(expected, Fault::kMissing, "", "", "");
      if (std::optional<Discrepancy> bad = FollowChain(stored.id, event, folding)) return bad;
      if (std::optional<Discrepancy> bad = FoldOne(stored.id, event, folding)) return bad;
    }
    // The row counts the events too: the last ones may be gone.
    uint64_t counted = 0;
    const bool known = stored.row && absl::SimpleAtoi((*stored.row)[1].value_or(""), &counted);
    const uint64_t next = folding.events.size() + 1;
    if (stored.events.empty() || (known && counted >= next))
      return OfEvent(next, Fault::kMissing, "", "", "");
    return std::nullopt;
  }

  std::optional<Discrepancy> FollowChain(const Uuid& id, const StoredEvent& event, Folding& folding) const {
    if (!event.digest && !folding.head) {
      ++folding.unchained;
      return std::nullopt;
    }
    std::string digest = ChainDigest(folding.head.value_or(ChainStart()),
                                     {id, event.sequence, FromMicros(event.at_us), event.type, event.actor,
                                      mapping_.chained_part(event.payload)});
    if (event.digest != digest) {
      return OfEvent(event.sequence, Fault::kBrokenChain, "digest", absl::BytesToHexString(digest),
                     Shown(event.digest));
    }
    folding.head = std::move(digest);
    return std::nullopt;
  }

  // The digest is right, or the event is older than the chain: then only its content is compared.
  std::optional<Discrepancy> FoldOne(const Uuid& id, const StoredEvent& event, Folding& folding) const {
    absl::StatusOr<typename D::Event> read = rules_.read_event(event.payload);
    if (!read.ok())
      return OfEvent(event.sequence, Fault::kUnreadable, "payload", "", std::string(read.status().message()));
    const absl::string_view type = mapping_.event_type(*read);
    if (type != event.type)
      return OfEvent(event.sequence, Fault::kDifferent, "type", std::string(type), Shown(event.type));
    Step<D>& step = folding.step;
    const absl::Time at = FromMicros(event.at_us);
    if (step.next.sequence > 0 && at < step.next.updated_at) {
      return OfEvent(event.sequence, Fault::kImpossible, "at_us",
                     absl::StrCat("at least ", ToMicros(step.next.updated_at)), absl::StrCat(event.at_us));
    }
    if (!rules_.fits(step.next, *read)) return OfEvent(event.sequence, Fault::kImpossible, "payload", "", "");
    ApplyAll<D>(step, {*std::move(read)}, at);
    if (step.next.id.uuid() != id)
      return OfEvent(event.sequence, Fault::kImpossible, "payload", id.ToString(), step.next.id.ToString());
    folding.timers.Follow(step.next, at);
    folding.events.push_back({std::move(step.events.back()), event.actor});
    step.events.clear();
    return std::nullopt;
  }

  std::optional<Discrepancy> CompareRow(const StoredHistory& stored, const Folding& folding) const {
    if (!stored.row) return Discrepancy{mapping_.table, {}, Fault::kMissing, "", "", ""};
    const Cells expected = CellsOf(db::RowOf(mapping_, folding.step.next, folding.head));
    std::optional<Discrepancy> bad = CompareCells(mapping_.table, {}, columns_, expected, *stored.row);
    if (bad && bad->column == "body") {
      bad->expected = "";
      bad->found = rules_.body_difference(*expected[columns_.size() - 2],
                                          (*stored.row)[columns_.size() - 2].value_or(""));
    }
    return bad;
  }

  std::optional<Discrepancy> CompareSideTable(const db::SideTable<D>& side, const std::vector<Cells>& stored,
                                              const Folding& folding) const {
    const db::Change<D> whole{nullptr, &folding.step.next, folding.events, {}, {}};
    std::vector<db::Row> rows;
    side.rows(whole, rows);
    std::vector<ExpectedRow> expected;
    expected.reserve(rows.size());
    for (const db::Row& row : rows) expected.push_back({CellsOf(row)});
    return CompareRows(side.table, side.columns, side.key_columns, side.aggregate_column, expected, stored);
  }

  std::optional<Discrepancy> CompareDeadlines(const StoredHistory& stored, const Folding& folding) const {
    std::vector<ExpectedRow> expected;
    for (const auto& timer : folding.timers.timers()) {
      const bool ended = timer.ended_by.has_value();
      const db::DeadlineRow row =
          ended ? db::EndedRowOf<D>(stored.id, timer.deadline,
                                    timer.fired() ? std::optional(timer.ended_at) : std::nullopt)
                : db::SetRowOf<D>(stored.id, timer.deadline);
      // Set and cleared by one commit: there never was a row.
      const bool optional = ended && !timer.fired() &&
                            stored.events[timer.set_by].commit == stored.events[*timer.ended_by].commit;
      expected.push_back({CellsOf(db::RowOf(mapping_.aggregate_type, row)), optional});
    }
    return CompareRows("deadlines", db::DeadlineColumns(), 2, "aggregate_id", expected, stored.deadlines);
  }

  static std::optional<Discrepancy> CompareRows(const std::string& table,
                                                const std::vector<std::string>& columns, size_t key_columns,
                                                const std::string& aggregate_column,
                                                const std::vector<ExpectedRow>& expected,
                                                const std::vector<Cells>& stored) {
    const auto key_of = [&](const Cells& row) { return Cells(row.begin(), row.begin() + key_columns); };
    const auto shown_key = [&](const Cells& row) {
      std::vector<std::string> key;
      for (size_t i = 0; i < key_columns; ++i)
        if (columns[i] != aggregate_column) key.push_back(Shown(row[i]));
      return key;
    };
    std::map<Cells, const Cells*> by_key;
    for (const Cells& row : stored) by_key.emplace(key_of(row), &row);
    for (const ExpectedRow& row : expected) {
      const auto found = by_key.find(key_of(row.cells));
      if (found == by_key.end()) {
        if (row.optional) continue;
        return Discrepancy{table, shown_key(row.cells), Fault::kMissing, "", "", ""};
      }
      if (auto bad = CompareCells(table, shown_key(row.cells), columns, row.cells, *found->second))
        return bad;
      by_key.erase(found);
    }
    for (const Cells& row : stored)
      if (by_key.contains(key_of(row)))
        return Discrepancy{table, shown_key(row), Fault::kUnexpected, "", "", ""};
    return std::nullopt;
  }

  static std::optional<Discrepancy> CompareCells(const std::string& table, std::vector<std::string> key,
                                                 const std::vector<std::string>& columns,
                                                 const Cells& expected, const Cells& found) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (expected[i] == found[i]) continue;
      return Discrepancy{table,      std::move(key),     Fault::kDifferent,
                         columns[i], Shown(expected[i]), Shown(found[i])};
    }
    return std::nullopt;
  }

  const db::Mapping<D> mapping_;
  const AuditRules<D> rules_;
  const std::vector<std::string> columns_;
};

}  // namespace milepost::audit
