#include "common/events/stream_reader.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/db/row.h"

namespace milepost::events {
namespace {

// A user's part of what is so little far from the end is picked out of the whole stream there: who polls or follows pays for
// what is new. Further back it is found by the user's aggregates, which costs all that they ever had, but leaves out the
// others'.
constexpr uint64_t kNearHead = 10'000;
// How much of the stream one page of a user's part looks through at most.
constexpr size_t kLookThrough = 1000;

constexpr char kHead[] = "SELECT next_position - 1 FROM stream_head WHERE id = 1";
// From the commit that holds the position on.
constexpr char kCommitsFrom[] =
    "SELECT first_position, lane, batch, events FROM stream WHERE first_position >="
    " COALESCE((SELECT MAX(first_position) FROM stream WHERE first_position <= ?), 0)"
    " ORDER BY first_position LIMIT ?";
constexpr char kPlacesOfAggregate[] =
    "SELECT s.first_position + e.place, e.aggregate_id, e.sequence FROM events e FORCE INDEX (PRIMARY)"
    " JOIN stream s FORCE INDEX (stream_commit) ON s.lane = e.lane AND s.batch = e.batch"
    " WHERE e.aggregate_id = ? AND s.first_position + e.place > ? ORDER BY e.sequence LIMIT ?";

std::string PartyColumns(const StreamSource& source) {
  return absl::StrCat(
      "COALESCE(a.", source.seller_column, ", ''), ",
      source.buyer_column.empty() ? "''" : absl::StrCat("COALESCE(a.", source.buyer_column, ", '')"));
}

// Whole events; the key is added. An aggregate that is not in the source's table has no parties.
std::string SelectEvents(const StreamSource& source, absl::string_view index, absl::string_view key) {
  return absl::StrCat(
      "SELECT e.aggregate_id, e.sequence, e.type, e.at_us, e.actor, e.payload, e.lane, e.batch, e.place, ",
      PartyColumns(source), " FROM events e FORCE INDEX (", index, ") LEFT JOIN ", source.table,
      " a ON a.id = e.aggregate_id WHERE (", key, ")");
}

// The places of all events of the aggregates that `ids` selects.
std::string SelectPlaces(absl::string_view ids) {
  return absl::StrCat("SELECT s.first_position + e.place AS position, e.aggregate_id, e.sequence FROM (", ids,
                      ") a JOIN events e FORCE INDEX (PRIMARY) ON e.aggregate_id = a.id"
                      " JOIN stream s FORCE INDEX (stream_commit) ON s.lane = e.lane AND s.batch = e.batch"
                      " WHERE s.first_position + e.place > ? ORDER BY position LIMIT ?");
}

std::string IdsOf(const StreamSource& source, absl::string_view column) {
  return absl::StrCat("SELECT id FROM ", source.table, " WHERE ", column, " = ?");
}

std::string IdsOfReader(const StreamSource& source) {
  const std::string sold = IdsOf(source, source.seller_column);
  if (source.buyer_column.empty()) return sold;
  return absl::StrCat(sold, " UNION ", IdsOf(source, source.buyer_column));
}

}  // namespace

bool StoredEvent::IsFor(absl::string_view user) const {
  if (audience == Audience::kNobody) return false;
  return (user == seller && audience != Audience::kBuyer) || (user == buyer && audience != Audience::kSeller);
}

bool Filter::Matches(const StoredEvent& event) const {
  if (aggregate && event.aggregate != *aggregate) return false;
  if (!seller.empty() && event.seller != seller) return false;
  if (!buyer.empty() && event.buyer != buyer) return false;
  if (!reader.empty() && !event.IsFor(reader)) return false;
  return types.empty() || types.contains(event.type);
}

StreamReader::StreamReader(StreamSource source)
    : source_(std::move(source)),
      by_commit_(SelectEvents(source_, "events_commit", "e.lane, e.batch"), 2, ""),
      by_event_(SelectEvents(source_, "PRIMARY", "e.aggregate_id, e.sequence"), 2, ""),
      of_seller_(SelectPlaces(IdsOf(source_, source_.seller_column))),
      of_buyer_(source_.buyer_column.empty() ? "" : SelectPlaces(IdsOf(source_, source_.buyer_column))),
      of_reader_(SelectPlaces(IdsOfReader(source_))) {}

absl::StatusOr<uint64_t> StreamReader::Head(db::Connection& connection) const {
  uint64_t head = 0;
  MILEPOST_RETURN_IF_ERROR(connection.Query(kHead, db::Row{}, [&](const db::ResultRow& row) {
    head = row.Uint64(0);
    return absl::OkStatus();
  }));
  return head;
}

absl::StatusOr<Page> StreamReader::Read(db::Connection& connection, const Filter& filter, uint64_t after,
                                        size_t limit) const {
  // The head before the events: a page that stops before its limit has then seen all that the head counts.
  MILEPOST_ASSIGN_OR_RETURN(const uint64_t head, Head(connection));
  if (head <= after) return Page{{}, after, true, head, head < after};
  const bool of_user = !filter.seller.empty() || !filter.buyer.empty() || !filter.reader.empty();
  const bool picks = of_user && !filter.aggregate && head - after <= kNearHead;
  Page page;
  if (picks || (!of_user && !filter.aggregate)) {
    const size_t look = picks ? std::max(limit, kLookThrough) : limit;
    MILEPOST_ASSIGN_OR_RETURN(page, ReadAll(connection, after, look));
    page.end = page.events.size() < look;
  } else {
    auto found = filter.aggregate ? PlacesOfAggregate(connection, *filter.aggregate, after, limit)
                                  : PlacesOfUser(connection, filter, after, limit);
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<Place> places, std::move(found));
    MILEPOST_ASSIGN_OR_RETURN(page, ReadPlaces(connection, places));
    page.end = places.size() < limit;
  }
  page.head = head;
  page.position = page.events.empty() ? after : page.events.back().position;
  if (page.end) page.position = std::max(page.position, head);
  std::erase_if(page.events, [&](const StoredEvent& event) { return !filter.Matches(event); });
  if (page.events.size() > limit) {
    page.events.resize(limit);
    page.position = page.events.back().position;
    page.end = false;
  }
  return page;
}

absl::StatusOr<Page> StreamReader::ReadAll(db::Connection& connection, uint64_t after, size_t limit) const {
  absl::flat_hash_map<std::pair<Uuid, uint64_t>, uint64_t> first_positions;  // by lane and batch
  std::vector<db::Row> commits;
  uint64_t covered = after;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      kCommitsFrom, {db::Value(after + 1), static_cast<uint64_t>(limit)}, [&](const db::ResultRow& row) {
        if (covered >= after + limit) return absl::OkStatus();
        first_positions[{row.Id(1), row.Uint64(2)}] = row.Uint64(0);
        commits.push_back({row.Id(1), row.Uint64(2)});
        covered = row.Uint64(0) + row.Uint64(3) - 1;
        return absl::OkStatus();
      }));
  db::SortByKey(commits, 2);
  Page page;
  MILEPOST_RETURN_IF_ERROR(by_commit_.Read(connection, commits, [&](const db::ResultRow& row) {
    StoredEvent event = EventOf(row);
    event.position = first_positions.at({row.Id(6), row.Uint64(7)}) + row.Uint64(8);
    if (event.position > after) page.events.push_back(std::move(event));
    return absl::OkStatus();
  }));
  std::sort(page.events.begin(), page.events.end(),
            [](const StoredEvent& a, const StoredEvent& b) { return a.position < b.position; });
  if (page.events.size() > limit) page.events.resize(limit);
  return page;
}

absl::StatusOr<std::vector<StreamReader::Place>> StreamReader::PlacesOfAggregate(db::Connection& connection,
                                                                                 const Uuid& aggregate,
                                                                                 uint64_t after,
                                                                                 size_t limit) const {
  std::vector<Place> places;
  MILEPOST_RETURN_IF_ERROR(connection.Query(kPlacesOfAggregate,
                                            {db::Value(aggregate), after, static_cast<uint64_t>(limit)},
                                            [&](const db::ResultRow& row) {
                                              places.push_back({row.Uint64(0), {row.Id(1), row.Uint64(2)}});
                                              return absl::OkStatus();
                                            }));
  return places;
}

absl::StatusOr<std::vector<StreamReader::Place>> StreamReader::PlacesOfUser(db::Connection& connection,
                                                                            const Filter& filter,
                                                                            uint64_t after,
                                                                            size_t limit) const {
  std::vector<Place> places;
  const std::string* sql = &of_reader_;
  db::Row parameters;
  // Whoever reads as a user looks through that user's part, whatever else the filter says.
  if (!filter.reader.empty()) {
    parameters = {filter.reader};
    if (!source_.buyer_column.empty()) parameters.emplace_back(filter.reader);
  } else if (!filter.seller.empty()) {
    sql = &of_seller_;
    parameters = {filter.seller};
  } else {
    sql = &of_buyer_;
    parameters = {filter.buyer};
  }
  if (sql->empty()) return places;  // nobody buys here
  parameters.emplace_back(after);
  parameters.emplace_back(static_cast<uint64_t>(limit));
  MILEPOST_RETURN_IF_ERROR(connection.Query(*sql, parameters, [&](const db::ResultRow& row) {
    places.push_back({row.Uint64(0), {row.Id(1), row.Uint64(2)}});
    return absl::OkStatus();
  }));
  return places;
}

absl::StatusOr<Page> StreamReader::ReadPlaces(db::Connection& connection,
                                              const std::vector<Place>& places) const {
  std::vector<db::Row> keys;
  for (const Place& place : places) keys.push_back({place.event.aggregate, place.event.sequence});
  db::SortByKey(keys, 2);
  absl::flat_hash_map<std::pair<Uuid, uint64_t>, StoredEvent> events;
  MILEPOST_RETURN_IF_ERROR(by_event_.Read(connection, keys, [&](const db::ResultRow& row) {
    StoredEvent event = EventOf(row);
    events[{event.aggregate, event.sequence}] = std::move(event);
    return absl::OkStatus();
  }));
  Page page;
  for (const Place& place : places) {
    const auto found = events.find({place.event.aggregate, place.event.sequence});
    if (found == events.end()) return absl::DataLossError("an event of the stream is gone");
    page.events.push_back(std::move(found->second));
    page.events.back().position = place.position;
  }
  return page;
}

StoredEvent StreamReader::EventOf(const db::ResultRow& row) const {
  StoredEvent event;
  event.aggregate = row.Id(0);
  event.sequence = row.Uint64(1);
  event.type = row.Bytes(2);
  event.at = row.Instant(3);
  event.actor = row.Bytes(4);
  event.payload = row.Bytes(5);
  event.seller = row.Bytes(9);
  event.buyer = row.Bytes(10);
  if (source_.audience) event.audience = source_.audience(event.type);
  return event;
}

}  // namespace milepost::events
