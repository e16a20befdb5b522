// Tells the story of one aggregate and keeps every row that is written of it, as a lane's transactions write them: commands
// go through the lane's working set, rows come from the service's mapping. The time and the ids are the story's own, so a
// story that is told again gives the same bytes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/actor.h"
#include "common/db/deadline_rows.h"
#include "common/db/mysql_store.h"
#include "common/db/statements.h"
#include "common/db/working_set.h"
#include "tests/golden/rows.h"

namespace milepost::golden {

inline const absl::Time kStart = absl::FromUnixMicros(1'764'000'000'123'456);
inline constexpr absl::Duration kDay = absl::Hours(24);

// The columns of an event's row that are the event's; the others (lane, batch, place) say which commit wrote it.
inline const std::vector<std::string>& EventColumns() {
  static const auto* const columns =
      new std::vector<std::string>{"aggregate_id", "sequence", "type", "at_us", "actor", "payload", "digest"};
  return *columns;
}

// What one transaction writes about `change`. `heads`: the ends of the chains before it, and then after it.
template <class D>
std::vector<TextRow> RowsOf(const db::AggregateTable<D>& table, const db::Change<D>& change,
                            typename db::AggregateTable<D>::Heads& heads) {
  const db::Mapping<D>& mapping = table.mapping();
  const std::vector<db::Row> events = table.EventRows(absl::MakeConstSpan(&change, 1), heads);
  const auto head = heads.find(change.next->id);
  const std::optional<std::string> digest =
      head == heads.end() ? std::nullopt : std::optional<std::string>(head->second);
  std::vector<TextRow> rows = {
      TextRowOf(mapping.table, db::ColumnsOf(mapping), db::RowOf(mapping, *change.next, digest))};
  for (const db::DeadlineRow& deadline : db::DeadlineRowsOf<D>(change)) {
    rows.push_back(
        TextRowOf("deadlines", db::DeadlineColumns(), db::RowOf(mapping.aggregate_type, deadline)));
  }
  for (const db::Row& event : events) rows.push_back(TextRowOf("events", EventColumns(), event));
  for (const db::SideTable<D>& side : mapping.side_tables) {
    std::vector<db::Row> side_rows;
    side.rows(change, side_rows);
    db::SortByKey(side_rows, side.key_columns);
    for (const db::Row& row : side_rows) rows.push_back(TextRowOf(side.table, side.columns, row));
  }
  return rows;
}

// The rows that are there after all commits: of one that was written again, the last. By table, then by key.
template <class D>
std::map<std::string, std::vector<TextRow>> LastRows(const db::Mapping<D>& mapping,
                                                     const std::vector<Commit>& commits) {
  std::map<std::string, size_t> key_columns = {{mapping.table, 1}, {"deadlines", 2}, {"events", 2}};
  for (const db::SideTable<D>& side : mapping.side_tables) key_columns[side.table] = side.key_columns;
  std::map<std::string, std::map<std::vector<std::string>, TextRow>> by_key;
  for (const Commit& commit : commits) {
    for (const TextRow& row : commit.rows) {
      std::vector<std::string> key;
      for (size_t i = 0; i < key_columns[row.table]; ++i) {
        const std::string& value = row.cells[i].second;
        // Numbers sort by their value.
        key.push_back(value.size() < 20 ? std::string(20 - value.size(), ' ') + value : value);
      }
      by_key[row.table].insert_or_assign(key, row);
    }
  }
  std::map<std::string, std::vector<TextRow>> rows;
  for (auto& [table, of_table] : by_key)
    for (auto& [key, row] : of_table) rows[table].push_back(std::move(row));
  return rows;
}

template <class D>
class Teller {
 public:
  using Command = typename D::Command;
  struct Asked {
    Actor by;
    Command command;
  };

  // `name`: "orders/ended_early".
  Teller(std::string name, std::string about, typename D::Id id, db::Mapping<D> mapping)
      : id_(id), table_(std::move(mapping)), file_{std::move(name), std::move(about), {}, {}} {}

  absl::Time now = kStart;
  FactsOf<D> facts = {};

  const typename D::State& state() const {
    static const typename D::State none{};
    return state_ ? *state_ : none;
  }
  const db::Mapping<D>& mapping() const { return table_.mapping(); }
  const std::vector<db::RecordedEvent<D>>& events() const { return events_; }

  // One commit with one command. Must be done and write something.
  void Do(const std::string& what, const Actor& by, Command command) {
    DoAll(what, {{by, std::move(command)}});
  }
  void DoAfter(absl::Duration later, const std::string& what, const Actor& by, Command command) {
    now += later;
    Do(what, by, std::move(command));
  }
  // One commit with several commands, as a lane takes what has queued up.
  void DoAll(const std::string& what, const std::vector<Asked>& asked) {
    if (!file_.told.ok()) return;
    db::WorkingSet<D> batch(now);
    batch.SetFacts(facts);
    if (state_) batch.AddLocked(*state_);
    for (const Asked& each : asked) batch.Take({.aggregate = id_, .command = each.command, .actor = each.by});
    const db::WriteSet<D> writes = batch.Writes({});
    if (writes.changes.size() == 1)
      Keep(what, writes.changes[0]);
    else
      Fail(what, absl::InternalError("nothing was written"));
    for (const auto& answer : batch.TakeAnswers())
      if (!answer.ok()) Fail(what, answer.status());
  }

  // One commit with these events, as code that is gone wrote them. They end no deadline.
  void Tell(const std::string& what, const Actor& by, std::vector<typename D::Event> events) {
    if (!file_.told.ok()) return;
    const std::optional<typename D::State> before = state_;
    Step<D> step{state(), {}, {}};
    ApplyAll<D>(step, std::move(events), now);
    std::vector<db::RecordedEvent<D>> recorded;
    for (auto& stamped : step.events) recorded.push_back({std::move(stamped), by.name});
    Keep(what, {before ? &*before : nullptr, &step.next, recorded, {}, {}});
  }

  StoryFile file() && { return std::move(file_); }
  const StoryFile& told() const { return file_; }

 private:
  void Keep(const std::string& what, const db::Change<D>& change) {
    file_.commits.push_back({what, RowsOf(table_, change, heads_)});
    events_.insert(events_.end(), change.events.begin(), change.events.end());
    state_ = *change.next;
  }
  void Fail(const std::string& what, const absl::Status& why) {
    file_.told = absl::Status(why.code(), absl::StrCat(file_.name, ": ", what, ": ", why.ToString()));
  }

  const typename D::Id id_;
  const db::AggregateTable<D> table_;
  typename db::AggregateTable<D>::Heads heads_;
  std::optional<typename D::State> state_;
  std::vector<db::RecordedEvent<D>> events_;
  StoryFile file_;
};

}  // namespace milepost::golden
