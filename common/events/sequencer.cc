#include "common/events/sequencer.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/core/failpoint.h"
#include "common/core/status_macros.h"
#include "common/db/row.h"
#include "common/db/statements.h"

namespace milepost::events {
namespace {

constexpr char kLanesBehind[] =
    "SELECT l.lane, l.batch, COALESCE(s.batch, 0) FROM lane_commits l LEFT JOIN stream_lanes s ON s.lane = "
    "l.lane"
    " WHERE s.batch IS NULL OR s.batch < l.batch ORDER BY l.lane";
constexpr char kLockHead[] = "SELECT next_position FROM stream_head WHERE id = 1 FOR UPDATE";
constexpr char kMoveHead[] = "UPDATE stream_head SET next_position = ? WHERE id = 1";
constexpr char kEventsOfLane[] =
    "SELECT batch, aggregate_id, sequence, at_us FROM events FORCE INDEX (events_commit)"
    " WHERE lane = ? AND batch > ? AND batch <= ? ORDER BY batch, place";

const db::RowsByKey& InStream() {
  static const auto* const text = new db::RowsByKey(
      "SELECT e.aggregate_id FROM events e FORCE INDEX (PRIMARY) JOIN stream s FORCE INDEX (stream_commit)"
      " ON s.lane = e.lane AND s.batch = e.batch WHERE (e.aggregate_id, e.sequence)",
      2, "");
  return *text;
}

}  // namespace

// One snapshot for the whole round, taken after the lock: so nothing that another sequencer did is missed, and of two
// commits of one aggregate the later is never seen without the earlier.
Sequencer::Sequencer(db::ConnectOptions database, const Options& options)
    : options_(options),
      session_(std::move(database), {"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"}) {}

absl::StatusOr<Sequencer::Round> Sequencer::Run() {
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session_.Get());
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<Lane> behind, ReadLanes(*connection));
  if (behind.empty()) return Round();
  MILEPOST_RETURN_IF_ERROR(connection->Execute("START TRANSACTION"));
  absl::StatusOr<Round> round = Append(*connection);
  Failpoint("sequencer_before_commit");
  if (round.ok()) {
    if (absl::Status committed = connection->Execute("COMMIT"); !committed.ok()) round = committed;
  }
  if (!round.ok() && !connection->Execute("ROLLBACK").ok()) session_.Drop();
  return round;
}

absl::StatusOr<std::vector<Sequencer::Lane>> Sequencer::ReadLanes(db::Connection& connection) {
  std::vector<Lane> lanes;
  MILEPOST_RETURN_IF_ERROR(connection.Query(kLanesBehind, db::Row{}, [&](const db::ResultRow& row) {
    lanes.push_back({row.Id(0), row.Uint64(1), row.Uint64(2)});
    return absl::OkStatus();
  }));
  return lanes;
}

absl::StatusOr<Sequencer::Round> Sequencer::Append(db::Connection& connection) {
  uint64_t position = 0;
  MILEPOST_RETURN_IF_ERROR(connection.Query(kLockHead, db::Row{}, [&](const db::ResultRow& row) {
    position = row.Uint64(0);
    return absl::OkStatus();
  }));
  if (position == 0) return absl::DataLossError("the row of stream_head is missing");
  MILEPOST_ASSIGN_OR_RETURN(std::vector<Lane> lanes, ReadLanes(connection));
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<Commit> commits, Choose(connection, lanes));
  Round round;
  MILEPOST_ASSIGN_OR_RETURN(round.events, Write(connection, position, commits, lanes));
  for (const Lane& lane : lanes) round.more |= lane.done < lane.last;
  return round;
}

absl::StatusOr<std::vector<Commit>> Sequencer::Choose(db::Connection& connection, std::vector<Lane>& lanes) {
  for (uint64_t batches = options_.batches_max;; batches *= 2) {
    CommitOrder order;
    bool whole = true;  // everything that is committed was read
    for (Lane& lane : lanes) {
      lane.until = std::min(lane.last, lane.done + batches);
      whole &= lane.until == lane.last;
      MILEPOST_RETURN_IF_ERROR(Read(connection, lane, order));
    }
    if (!whole) MILEPOST_RETURN_IF_ERROR(BlockUnprepared(connection, order));
    std::vector<Commit> commits = order.Take();
    bool advanced = lanes.empty();
    for (Lane& lane : lanes) {
      const auto waiting = order.waiting().find(lane.lane);
      const bool all = waiting == order.waiting().end() || waiting->second.empty();
      const uint64_t done = all ? lane.until : waiting->second.front().batch - 1;
      advanced |= done > lane.done;
      lane.done = done;
    }
    if (advanced) return commits;
    if (whole) return absl::DataLossError("commits wait for events that are nowhere");
  }
}

absl::Status Sequencer::Read(db::Connection& connection, const Lane& lane, CommitOrder& order) {
  Commit commit;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      kEventsOfLane, {db::Value(lane.lane), lane.done, lane.until}, [&](const db::ResultRow& row) {
        if (const uint64_t batch = row.Uint64(0); batch != commit.batch) {
          if (!commit.events.empty()) order.Add(std::move(commit));
          commit = {lane.lane, batch, absl::InfinitePast(), {}};
        }
        commit.events.push_back({row.Id(1), row.Uint64(2)});
        commit.latest = std::max(commit.latest, row.Instant(3));
        return absl::OkStatus();
      }));
  if (!commit.events.empty()) order.Add(std::move(commit));
  return absl::OkStatus();
}

absl::Status Sequencer::BlockUnprepared(db::Connection& connection, CommitOrder& order) {
  std::vector<db::Row> before;
  absl::flat_hash_set<Uuid> unprepared;
  for (const EventKey& first : order.Firsts()) {
    before.push_back({first.aggregate, first.sequence - 1});
    unprepared.insert(first.aggregate);
  }
  db::SortByKey(before, 2);
  MILEPOST_RETURN_IF_ERROR(InStream().Read(connection, before, [&](const db::ResultRow& row) {
    unprepared.erase(row.Id(0));
    return absl::OkStatus();
  }));
  for (const Uuid& aggregate : unprepared) order.Block(aggregate);
  return absl::OkStatus();
}

absl::StatusOr<size_t> Sequencer::Write(db::Connection& connection, uint64_t position,
                                        const std::vector<Commit>& commits, const std::vector<Lane>& lanes) {
  static const db::RowWriter stream =
      db::RowWriter::Insert("stream", {"first_position", "lane", "batch", "events"});
  static const db::RowWriter done = db::RowWriter::Upsert("stream_lanes", {"lane", "batch"}, 1);
  const uint64_t first = position;
  std::vector<db::Row> rows;
  for (const Commit& commit : commits) {
    rows.push_back({position, commit.lane, commit.batch, static_cast<uint64_t>(commit.events.size())});
    position += commit.events.size();
  }
  MILEPOST_RETURN_IF_ERROR(stream.Write(connection, rows));
  rows.clear();
  for (const Lane& lane : lanes) rows.push_back({lane.lane, lane.done});
  MILEPOST_RETURN_IF_ERROR(done.Write(connection, rows));
  if (position > first) {
    MILEPOST_RETURN_IF_ERROR(connection.Update(kMoveHead, db::Row{position}).status());
  }
  return position - first;
}

}  // namespace milepost::events
