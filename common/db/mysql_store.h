// The store on MySQL or MariaDB (MySqlStore) and the snapshots of its tables for readers (MySqlSnapshots).
//
// A transaction is: lock and load, in id order · clock and requests · write, one multi-row statement a table, always in
// the order aggregate, deadlines, events, requests, side tables, lane_commits · COMMIT.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/core/bug.h"
#include "common/core/event_chain.h"
#include "common/core/status_macros.h"
#include "common/db/common_tables.h"
#include "common/db/connection.h"
#include "common/db/deadline_rows.h"
#include "common/db/mapping.h"
#include "common/db/read_pool.h"
#include "common/db/reader.h"
#include "common/db/statements.h"
#include "common/db/store.h"

namespace milepost::db {

// A mapping with its SQL. Immutable; shared by all stores and readers of one kind of aggregate.
template <class D>
class AggregateTable {
 public:
  using State = typename D::State;
  // The digest of each aggregate's last event, where its events are chained.
  using Heads = absl::flat_hash_map<typename D::Id, std::string>;

  explicit AggregateTable(Mapping<D> mapping)
      : mapping_(std::move(mapping)),
        lock_(Select(" FORCE INDEX (PRIMARY)"), 1, " ORDER BY id FOR UPDATE"),
        lock_at_once_(Select(" FORCE INDEX (PRIMARY)"), 1, " ORDER BY id FOR UPDATE NOWAIT"),
        load_(Select(" FORCE INDEX (PRIMARY)"), 1, ""),
        insert_(RowWriter::Insert(mapping_.table, ColumnsOf(mapping_))),
        upsert_(RowWriter::Upsert(mapping_.table, ColumnsOf(mapping_), 1)) {
    for (const SideTable<D>& side : mapping_.side_tables) {
      side_inserts_.push_back(RowWriter::Insert(side.table, side.columns));
      side_upserts_.push_back(RowWriter::Upsert(side.table, side.columns, side.key_columns));
    }
  }

  const Mapping<D>& mapping() const { return mapping_; }

  // Puts the digests of the locked aggregates into `heads`.
  absl::StatusOr<std::vector<State>> Lock(Connection& connection, absl::Span<const typename D::Id> ids,
                                          RowLocks locks, Heads& heads) const {
    if (locks == RowLocks::kWait) return Read(connection, ids, lock_, &heads);
    absl::StatusOr<std::vector<State>> locked = Read(connection, ids, lock_at_once_, &heads);
    // MariaDB has one number for both: 1205.
    if (TroubleOf(locked.status()) == Trouble::kLockTimeout)
      return DatabaseError(Trouble::kLocked, 0, locked.status().message());
    return locked;
  }
  absl::StatusOr<std::vector<State>> Load(Connection& connection,
                                          absl::Span<const typename D::Id> ids) const {
    return Read(connection, ids, load_, nullptr);
  }
  absl::StatusOr<FactsOf<D>> ReadFacts(Connection& connection, const FactsQuery<D>& query,
                                       FactsLock lock) const {
    if constexpr (kHasFacts<D>)
      return mapping_.read_facts(connection, query, lock);
    else
      return FactsOf<D>();
  }
  // The rows of the changes' events, by aggregate and sequence, as WriteEvents takes them. Where they are chained, each
  // aggregate's chain goes on from `heads`, which then holds its new end.
  std::vector<Row> EventRows(absl::Span<const Change<D>> changes, Heads& heads) const {
    std::vector<Row> rows;
    for (const Change<D>& change : changes) {
      for (const RecordedEvent<D>& event : change.events) {
        const absl::string_view type = mapping_.event_type(event.stamped.event);
        std::string payload = mapping_.encode_event(event.stamped.event);
        std::optional<std::string> digest;
        if (mapping_.chained_part) {
          std::string& head = heads.try_emplace(change.next->id, ChainStart()).first->second;
          head = ChainDigest(head, {change.next->id.uuid(), event.stamped.sequence, event.stamped.at, type,
                                    event.actor, mapping_.chained_part(payload)});
          digest = head;
        }
        rows.push_back(MakeRow(change.next->id, event.stamped.sequence, type, event.stamped.at, event.actor,
                               std::move(payload), std::move(digest)));
      }
    }
    return rows;
  }
  // Creations by a plain INSERT, so that a key that is taken decides; locked rows are overwritten.
  absl::Status WriteStates(Connection& connection, absl::Span<const Change<D>> changes,
                           const Heads& heads) const {
    std::vector<Row> created, changed;
    for (const Change<D>& change : changes) {
      const auto head = heads.find(change.next->id);
      (change.before ? changed : created)
          .push_back(RowOf(mapping_, *change.next,
                           head == heads.end() ? std::nullopt : std::optional(head->second)));
    }
    MILEPOST_RETURN_IF_ERROR(insert_.Write(connection, created));
    return upsert_.Write(connection, changed);
  }
  absl::Status WriteSideTables(Connection& connection, absl::Span<const Change<D>> changes) const {
    for (size_t i = 0; i < mapping_.side_tables.size(); ++i) {
      const SideTable<D>& side = mapping_.side_tables[i];
      auto [made, changed] = SideRowsOf(side, changes);
      SortByKey(made, side.key_columns);
      SortByKey(changed, side.key_columns);
      MILEPOST_RETURN_IF_ERROR(side_inserts_[i].Write(connection, made));
      MILEPOST_RETURN_IF_ERROR(side_upserts_[i].Write(connection, changed));
    }
    return absl::OkStatus();
  }

 private:
  struct SideRows {
    std::vector<Row> made;     // a key that is taken is a conflict
    std::vector<Row> changed;  // written over what is there
  };
  static SideRows SideRowsOf(const SideTable<D>& side, absl::Span<const Change<D>> changes) {
    SideRows sorted;
    const bool once = side.write == SideTable<D>::Write::kInsert;
    for (const Change<D>& change : changes) {
      if (once || !side.is_new) {
        side.rows(change, once ? sorted.made : sorted.changed);
        continue;
      }
      std::vector<Row> rows;
      side.rows(change, rows);
      for (Row& row : rows) {
        std::vector<Row>& kind = side.is_new(change, row) ? sorted.made : sorted.changed;
        kind.push_back(std::move(row));
      }
    }
    return sorted;
  }

  std::string Select(absl::string_view hint) const {
    return absl::StrCat("SELECT id, sequence, updated_us, body", mapping_.chained_part ? ", digest" : "",
                        " FROM ", mapping_.table, hint, " WHERE id");
  }
  absl::StatusOr<std::vector<State>> Read(Connection& connection, absl::Span<const typename D::Id> ids,
                                          const RowsByKey& text, Heads* heads) const {
    std::vector<Row> keys;
    keys.reserve(ids.size());
    for (const typename D::Id& id : ids) keys.push_back({id});
    std::vector<State> states;
    states.reserve(ids.size());
    MILEPOST_RETURN_IF_ERROR(text.Read(connection, keys, [&](const ResultRow& row) -> absl::Status {
      absl::StatusOr<State> decoded = mapping_.decode(row.Bytes(3));
      if (!decoded.ok()) return DamagedRow(typename D::Id(row.Id(0)), decoded.status());
      State& state = *decoded;
      state.id = typename D::Id(row.Id(0));
      state.sequence = row.Uint64(1);
      state.updated_at = row.Instant(2);
      if (heads != nullptr && mapping_.chained_part && !row.IsNull(4))
        heads->insert_or_assign(state.id, row.Bytes(4));
      states.push_back(*std::move(decoded));
      return absl::OkStatus();
    }));
    return states;
  }

  absl::Status DamagedRow(const typename D::Id& id, const absl::Status& why) const {
    const std::string what = absl::StrCat(mapping_.table, "/", id.ToString(), ": ", why.message());
    return AsBug(DatabaseError(Trouble::kRejected, 0, what), BugKind::kDamagedRow);
  }

  const Mapping<D> mapping_;
  const RowsByKey lock_, lock_at_once_, load_;
  const RowWriter insert_, upsert_;
  std::vector<RowWriter> side_inserts_, side_upserts_;  // one each a side table
};

template <class D>
class MySqlStore : public Store<D> {
 public:
  using typename Store<D>::Id;
  using typename Store<D>::State;
  using typename Store<D>::Moment;

  MySqlStore(ConnectOptions options, std::shared_ptr<const AggregateTable<D>> table, TestClockUse test_clock)
      : table_(std::move(table)),
        test_clock_(test_clock),
        session_(std::move(options), {"SET SESSION autocommit = 0"}) {}

  absl::Status Connect() override { return Connected().status(); }

  // The transaction opens with its first statement (autocommit is off): no BEGIN, no round trip for it.
  absl::StatusOr<std::vector<State>> Begin(absl::Span<const Id> ids, RowLocks locks) override {
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, Connected());
    heads_.clear();
    return table_->Lock(*connection, ids, locks, heads_);
  }

  absl::StatusOr<Moment> ReadMoment(absl::Span<const RequestKey* const> keys) override {
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Current());
    ClockSetting setting;
    if (test_clock_ == TestClockUse::kFollow) {
      MILEPOST_ASSIGN_OR_RETURN(setting, ShareClockSetting(*connection));
    }
    MILEPOST_ASSIGN_OR_RETURN(RequestsSeen seen, ReadRequests(*connection, keys));
    return Moment{setting.At(seen.real_now), std::move(seen.remembered)};
  }

  absl::StatusOr<FactsOf<D>> ReadFacts(const FactsQuery<D>& query) override {
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Current());
    return table_->ReadFacts(*connection, query, FactsLock::kShared);
  }

  absl::StatusOr<std::vector<State>> Load(absl::Span<const Id> ids) override {
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Current());
    return table_->Load(*connection, ids);
  }

  absl::Status Write(const WriteSet<D>& writes) override {
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Current());
    std::vector<Row> events = table_->EventRows(writes.changes, heads_);
    MILEPOST_RETURN_IF_ERROR(table_->WriteStates(*connection, writes.changes, heads_));
    MILEPOST_RETURN_IF_ERROR(
        WriteDeadlines(*connection, table_->mapping().aggregate_type, DeadlinesOf(writes.changes)));
    MILEPOST_RETURN_IF_ERROR(WriteEvents(*connection, writes.commit, std::move(events)));
    MILEPOST_RETURN_IF_ERROR(WriteRequests(*connection, writes.requests, writes.now));
    MILEPOST_RETURN_IF_ERROR(table_->WriteSideTables(*connection, writes.changes));
    return WriteLaneCommit(*connection, writes.commit);
  }

  absl::Status Commit() override {
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Current());
    return connection->Execute("COMMIT");
  }

  void Rollback() override {
    const absl::StatusOr<Connection*> connection = session_.Current();
    if (!connection.ok() || !(*connection)->Execute("ROLLBACK").ok()) session_.Drop();
  }

  absl::StatusOr<bool> Committed(const CommitId& commit) override {
    session_.Drop();
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, Connected());
    MILEPOST_ASSIGN_OR_RETURN(const bool happened, LookUpLaneCommit(*connection, commit));
    session_.Drop();
    return happened;
  }

 private:
  // Only at the start of a transaction: opens a connection where there is none.
  absl::StatusOr<Connection*> Connected() {
    const absl::StatusOr<Connection*> current = session_.Current();
    if (current.ok() && !(*current)->outdated()) return current;
    MILEPOST_ASSIGN_OR_RETURN(Connection * fresh, session_.Get());
    const absl::Status pruned = PruneLaneCommits(*fresh);
    MILEPOST_RETURN_IF_ERROR(fresh->Execute(pruned.ok() ? "COMMIT" : "ROLLBACK"));
    return fresh;
  }

  static std::vector<DeadlineRow> DeadlinesOf(absl::Span<const Change<D>> changes) {
    std::vector<DeadlineRow> rows;
    for (const Change<D>& change : changes)
      for (DeadlineRow& row : DeadlineRowsOf<D>(change)) rows.push_back(std::move(row));
    return rows;
  }

  const std::shared_ptr<const AggregateTable<D>> table_;
  const TestClockUse test_clock_;
  Session session_;
  typename AggregateTable<D>::Heads heads_;  // of the aggregates that this transaction has locked, and made
};

// Reads for a Reader<D>, on a pool of connections.
template <class D>
class MySqlSnapshots : public SnapshotSource<D> {
 public:
  // `pool` outlives this object.
  MySqlSnapshots(ReadPool* pool, std::shared_ptr<const AggregateTable<D>> table, TestClockUse test_clock)
      : pool_(*pool), table_(std::move(table)), test_clock_(test_clock) {}

  void Read(StatesQuery<D> query, typename SnapshotSource<D>::Callback done) override {
    pool_.Run<StoredStates<D>>(
        [table = table_, test_clock = test_clock_, query = std::move(query)](Connection& connection) {
          return Run(connection, *table, query, test_clock);
        },
        std::move(done));
  }

 private:
  static absl::StatusOr<StoredStates<D>> Run(Connection& connection, const AggregateTable<D>& table,
                                             const StatesQuery<D>& query, TestClockUse test_clock) {
    StoredStates<D> stored;
    if (query.request) {
      MILEPOST_ASSIGN_OR_RETURN(stored.remembered, Find(connection, *query.request));
    }
    std::vector<typename D::Id> ids = query.ids;
    if (stored.remembered) ids.emplace_back(stored.remembered->aggregate);
    MILEPOST_ASSIGN_OR_RETURN(stored.states, table.Load(connection, ids));
    FactsQuery<D> facts;
    for (const typename D::State& state : stored.states) facts.states.push_back(&state);
    if (query.command) facts.commands.push_back(&*query.command);
    MILEPOST_ASSIGN_OR_RETURN(stored.facts, table.ReadFacts(connection, facts, FactsLock::kNone));
    MILEPOST_ASSIGN_OR_RETURN(stored.now, ServiceNow(connection, test_clock));
    return stored;
  }

  // Call it before the states are read, so that they are at least as new as the request's effect.
  static absl::StatusOr<std::optional<Remembered>> Find(Connection& connection, const RequestKey& request) {
    const RequestKey* const key = &request;
    MILEPOST_ASSIGN_OR_RETURN(RequestsSeen seen, ReadRequests(connection, {&key, 1}));
    if (seen.remembered.empty()) return std::optional<Remembered>();
    return std::optional<Remembered>(std::move(seen.remembered.front()));
  }

  ReadPool& pool_;
  const std::shared_ptr<const AggregateTable<D>> table_;
  const TestClockUse test_clock_;
};

}  // namespace milepost::db
