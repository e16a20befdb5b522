#include "tests/contract/backend.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/contract/account_mapping.h"
#include "tests/support/database.h"

namespace milepost::contract {
namespace {

void DieUnless(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

std::string Describe(absl::string_view type, absl::string_view actor) {
  return absl::StrCat(type, " ", actor);
}

db::DeadlineRow DeadlineIn(const db::ResultRow& row, const Account::Id& id) {
  db::DeadlineRow deadline{id.uuid(), static_cast<uint32_t>(row.Uint64(0)), row.Bytes(1), row.Instant(2)};
  deadline.state = static_cast<db::DeadlineState>(row.Uint64(3));
  if (!row.IsNull(4)) deadline.fired = row.Instant(4);
  deadline.subject = static_cast<uint32_t>(row.Uint64(5));
  if (!row.IsNull(6)) deadline.left = absl::Microseconds(row.Int64(6));
  return deadline;
}

class MemoryBackend : public Backend {
 public:
  MemoryBackend()
      : database_({.clock = {db::ClockMode::kFrozen, {}, kStart},
                   .unique_keys =
                       [](const Account::State& state) { return std::vector<std::string>{state.number}; }}),
        timeline_(&database_) {}

  std::unique_ptr<db::Store<Account>> MakeStore() override {
    return std::make_unique<testing::MemoryStore<Account>>(&database_);
  }
  std::unique_ptr<db::SnapshotSource<Account>> MakeSnapshots() override {
    return std::make_unique<testing::MemorySnapshots<Account>>(&database_);
  }
  db::Timeline& timeline() override { return timeline_; }
  RowCounts Count() override {
    const auto counts = database_.Count();
    return {counts.states, counts.events,  counts.requests, counts.pending,
            counts.fired,  counts.cleared, counts.frozen};
  }
  std::vector<db::DeadlineRow> DeadlinesOf(const Account::Id& id) override {
    return database_.DeadlinesOf(id);
  }
  std::vector<std::string> EventsOf(const Account::Id& id) override {
    const db::Mapping<Account> mapping = AccountMapping();
    std::vector<std::string> events;
    for (const db::RecordedEvent<Account>& event : database_.EventsOf(id))
      events.push_back(Describe(mapping.event_type(event.stamped.event), event.actor));
    return events;
  }

 private:
  testing::MemoryDatabase<Account> database_;
  testing::MemoryTimeline<Account> timeline_;
};

class MySqlBackend : public Backend {
 public:
  MySqlBackend()
      : schema_(NewAccountSchema()),
        table_(std::make_shared<db::AggregateTable<Account>>(AccountMapping())),
        timeline_(schema_, "account", db::TestClockUse::kFollow),
        pool_(schema_, {.connections = 2}) {}

  std::unique_ptr<db::Store<Account>> MakeStore() override {
    return std::make_unique<db::MySqlStore<Account>>(schema_, table_, db::TestClockUse::kFollow);
  }
  std::unique_ptr<db::SnapshotSource<Account>> MakeSnapshots() override {
    return std::make_unique<db::MySqlSnapshots<Account>>(&pool_, table_, db::TestClockUse::kFollow);
  }
  db::Timeline& timeline() override { return timeline_; }
  RowCounts Count() override {
    const auto rows = [this](absl::string_view from) {
      return testing::CountOrDie(schema_, absl::StrCat("SELECT COUNT(*) FROM ", from));
    };
    return {rows("accounts"),
            rows("events"),
            rows("requests"),
            rows("deadlines WHERE state = 1"),
            rows("deadlines WHERE state = 2"),
            rows("deadlines WHERE state = 3"),
            rows("deadlines WHERE state = 4")};
  }
  std::vector<db::DeadlineRow> DeadlinesOf(const Account::Id& id) override {
    std::vector<db::DeadlineRow> deadlines;
    const absl::StatusOr<std::unique_ptr<db::Connection>> connection = db::Connection::Open(schema_);
    DieUnless(connection.status());
    DieUnless(
        (*connection)
            ->Query("SELECT number, kind, due_us, state, fired_us, subject, left_us, pending_due_us FROM "
                    "deadlines WHERE aggregate_id = ? ORDER BY number",
                    {db::Value(id)}, [&](const db::ResultRow& row) {
                      deadlines.push_back(DeadlineIn(row, id));
                      return row.IsNull(7) != (deadlines.back().state == db::DeadlineState::kPending)
                                 ? absl::OkStatus()
                                 : absl::InternalError("what pends and what is found differ");
                    }));
    return deadlines;
  }
  std::vector<std::string> EventsOf(const Account::Id& id) override {
    std::vector<std::string> events;
    const absl::StatusOr<std::unique_ptr<db::Connection>> connection = db::Connection::Open(schema_);
    DieUnless(connection.status());
    DieUnless((*connection)
                  ->Query("SELECT type, actor, sequence FROM events WHERE aggregate_id = ? ORDER BY sequence",
                          {db::Value(id)}, [&](const db::ResultRow& row) {
                            events.push_back(Describe(row.Bytes(0), row.Bytes(1)));
                            return row.Uint64(2) == events.size()
                                       ? absl::OkStatus()
                                       : absl::InternalError("a gap in the events");
                          }));
    return events;
  }

 private:
  const db::ConnectOptions schema_;
  const std::shared_ptr<const db::AggregateTable<Account>> table_;
  db::MySqlTimeline timeline_;
  db::ReadPool pool_;
};

}  // namespace

db::ConnectOptions NewAccountSchema() {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  DieUnless(db::Migrate(schema, {AccountMigrations()}));
  DieUnless(db::EnableTestClock(schema, db::ClockMode::kFrozen));
  db::MySqlTimeline timeline(schema, "account", db::TestClockUse::kFollow);
  DieUnless(timeline.ShowTime(kStart));
  return schema;
}

std::unique_ptr<Backend> MakeBackend(BackendKind kind) {
  if (kind == BackendKind::kMemory) return std::make_unique<MemoryBackend>();
  return std::make_unique<MySqlBackend>();
}

}  // namespace milepost::contract
