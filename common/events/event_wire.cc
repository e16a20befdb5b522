#include "common/events/event_wire.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"
#include "common/rpc/wire.h"

namespace milepost::events {
namespace {

constexpr absl::string_view kOperators = "operators/";

// A party is told what the other party is told only by what the event itself says.
void KeepNotificationsOf(const StoredEvent& event, Viewer viewer, v1::Event& wire) {
  if (viewer != Viewer::kSeller && viewer != Viewer::kBuyer) return;
  const std::string& own = viewer == Viewer::kSeller ? event.seller : event.buyer;
  auto& all = *wire.mutable_notifications();
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const v1::Notification& each) { return each.recipient() != own; }),
            all.end());
}

}  // namespace

Viewer ViewerOf(const StoredEvent& event, const Actor& reader) {
  if (reader.kind == ActorKind::kOperator) return Viewer::kOperator;
  if (!reader.is_user()) return Viewer::kService;
  return reader.name == event.seller ? Viewer::kSeller : Viewer::kBuyer;
}

Uuid EventId(const Uuid& aggregate, uint64_t sequence) {
  return DeriveUuid(aggregate, "event", absl::StrCat(sequence));
}

// Which operator it was is not for the parties.
std::string ActorShown(const std::string& actor, Viewer viewer) {
  const bool party = viewer == Viewer::kSeller || viewer == Viewer::kBuyer;
  return party && absl::StartsWith(actor, kOperators) ? std::string(kOperators) : actor;
}

v1::Event ToWire(const FeedSource& source, const StoredEvent& event, Viewer viewer) {
  v1::Event wire;
  wire.set_id(EventId(event.aggregate, event.sequence).ToString());
  wire.set_position(event.position);
  wire.set_sequence(event.sequence);
  wire.set_type(event.type);
  *wire.mutable_event_time() = rpc::ToWire(event.at);
  wire.set_resource(rpc::NameOf(source.stream.table, event.aggregate));
  wire.set_actor(ActorShown(event.actor, viewer));
  wire.set_seller(event.seller);
  wire.set_buyer(event.buyer);
  if (const absl::Status shown = source.show(event, viewer, wire); !shown.ok()) {
    wire.clear_payload();
    obs::Log(obs::Level::kError, "an event can't be read; readers get it without its payload")
        .With("resource", wire.resource())
        .With("sequence", event.sequence)
        .With("type", event.type)
        .With("cause", shown.message());
  }
  KeepNotificationsOf(event, viewer, wire);
  return wire;
}

absl::StatusOr<Filter> FilterOf(const FeedSource& source, const v1::EventFilter& filter, const Actor& reader,
                                absl::string_view path) {
  std::vector<FieldViolation> violations;
  Filter out;
  out.seller = filter.seller();
  out.buyer = filter.buyer();
  if (reader.is_user()) out.reader = reader.name;
  if (!filter.resource().empty()) {
    const absl::StatusOr<Uuid> id = rpc::IdIn(filter.resource(), source.stream.table);
    if (id.ok())
      out.aggregate = *id;
    else
      violations.push_back(
          {absl::StrCat(path, ".resource"),
           absl::StrCat("must be one of ", source.stream.table, "/…: this server has no others")});
  }
  for (int i = 0; i < filter.types_size(); ++i) {
    const std::string& type = filter.types(i);
    if (std::find(source.types.begin(), source.types.end(), type) == source.types.end())
      violations.push_back({absl::StrCat(path, ".types[", i, "]"), "is no type of this server's events"});
    out.types.insert(type);
  }
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return out;
}

}  // namespace milepost::events
