// Reads the stream from the tables, in pages by position: the whole stream, one aggregate's events, or one user's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "common/db/connection.h"
#include "common/db/statements.h"
#include "common/events/commit_order.h"

namespace milepost::events {

// Who may read an event, besides operators and peer services.
using milepost::Audience;

// A stored event, with its position in the stream and its audience. The parties are those that the aggregate has now.
struct StoredEvent {
  uint64_t position = 0;
  Uuid aggregate;
  uint64_t sequence = 0;
  std::string type;  // "milestone.accepted"
  absl::Time at;
  std::string actor;
  std::string payload;
  std::string seller;  // users/…
  std::string buyer;   // users/…; empty where there is none
  Audience audience = Audience::kNobody;

  // `user`: users/….
  bool IsFor(absl::string_view user) const;
};

// Selects events. An empty field does not restrict anything.
struct Filter {
  std::optional<Uuid> aggregate;
  std::string seller;
  std::string buyer;
  std::string reader;  // users/…: only what this user may read
  absl::flat_hash_set<std::string> types;

  bool Matches(const StoredEvent& event) const;
};

struct Page {
  std::vector<StoredEvent> events;  // by position, ascending
  uint64_t position = 0;            // the page is complete up to here
  bool end = false;                 // there was nothing after it
  uint64_t head = 0;                // the last position given when it was read
  // The requested position was never given. Only a page that was read from the database can tell: a replica's tail
  // may lag behind the events that another replica has sent.
  bool ahead = false;
};

// The table and columns in which a service's aggregates name their parties. Aggregates of other tables have none: their
// events are for operators and services.
struct StreamSource {
  std::string table;          // of the aggregates; also the collection in their names ("orders")
  std::string seller_column;  // in it
  std::string buyer_column;   // empty: its events have no buyer
  std::function<Audience(absl::string_view type)> audience;  // null: no party reads them
};

// Immutable; thread-safe. Reads take no locks and fail with DatabaseError()s.
class StreamReader {
 public:
  explicit StreamReader(StreamSource source);

  const StreamSource& source() const { return source_; }

  // The last position given; 0: none.
  absl::StatusOr<uint64_t> Head(db::Connection& connection) const;

  // The events after position `after` that match, out of the next `limit` that the stream, the filter's aggregate or
  // its user has there: fewer, or none, may come before the end. Past the end: an empty page at `after`, `ahead`.
  // Near the end, reading a user's part costs only the new events of the stream, not all events of the user.
  absl::StatusOr<Page> Read(db::Connection& connection, const Filter& filter, uint64_t after,
                            size_t limit) const;

 private:
  struct Place {
    uint64_t position = 0;
    EventKey event;
  };

  absl::StatusOr<Page> ReadAll(db::Connection& connection, uint64_t after, size_t limit) const;
  absl::StatusOr<std::vector<Place>> PlacesOfAggregate(db::Connection& connection, const Uuid& aggregate,
                                                       uint64_t after, size_t limit) const;
  absl::StatusOr<std::vector<Place>> PlacesOfUser(db::Connection& connection, const Filter& filter,
                                                  uint64_t after, size_t limit) const;
  absl::StatusOr<Page> ReadPlaces(db::Connection& connection, const std::vector<Place>& places) const;
  StoredEvent EventOf(const db::ResultRow& row) const;

  const StreamSource source_;
  const db::RowsByKey by_commit_, by_event_;
  const std::string of_seller_, of_buyer_, of_reader_;
};

}  // namespace milepost::events
