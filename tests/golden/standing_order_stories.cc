// Orders as they stand after something that no command does. One commit in the file: all rows that are there.
#include <cstdlib>
#include <functional>
#include <utility>

#include "common/core/event_chain.h"
#include "milepost/storage/v1/order.pb.h"
#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_record.h"
#include "tests/golden/order_stories.h"
#include "tests/golden/stories.h"

namespace milepost::golden {
namespace {

using billing::ChainedPart;
using billing::DecodeEvent;
using billing::OrderDomain;
using billing::RequestRevision;
using billing::ResolveCharge;
using billing::Succeeded;
namespace pb = milepost::storage::v1;

// An event's payload as it stands now.
using Change = std::function<std::string(const std::string& payload)>;

// Of an order whose first milestone is paid: a delivery, a revision request and another delivery with their texts.
void Work(OrderTeller& order) {
  order.Deliver(kDay, "Meine Nummer ist 0170 …", "https://meet.example/private");
  order.DoAfter(kDay, "RequestRevision", kBuyer, RequestRevision{kBuyer, 1, "Ruf mich an"});
  order.Deliver(kDay, "Zweiter Entwurf", "https://meet.example/private");
  order.Accept();
}

// Folds what `change` leaves of the payloads; the first `unchained` events have no digest.
StoryFile Standing(OrderTeller order, size_t unchained, const Change& change) {
  const db::Mapping<OrderDomain>& mapping = order.mapping();
  Step<OrderDomain> fold;
  std::optional<std::string> head;
  std::vector<TextRow> events;
  for (const auto& event : order.events()) {
    const absl::string_view type = mapping.event_type(event.stamped.event);
    const std::string payload = change(mapping.encode_event(event.stamped.event));
    if (events.size() >= unchained) {
      head = ChainDigest(head.value_or(ChainStart()),
                         {order.state().id.uuid(), event.stamped.sequence, event.stamped.at, type,
                          event.actor, mapping.chained_part(payload)});
    }
    events.push_back(TextRowOf("events", EventColumns(),
                               db::MakeRow(order.state().id, event.stamped.sequence, type, event.stamped.at,
                                           event.actor, payload, head)));
    ApplyAll<OrderDomain>(fold, {*DecodeEvent(payload)}, event.stamped.at);
  }
  StoryFile file = order.told();
  auto rows = LastRows(mapping, file.commits);
  rows["orders"] = {TextRowOf("orders", db::ColumnsOf(mapping), db::RowOf(mapping, fold.next, head))};
  rows["events"] = std::move(events);
  Commit standing{"All rows that are there", {}};
  for (const std::string table : {"orders", "deadlines", "events"})
    std::move(rows[table].begin(), rows[table].end(), std::back_inserter(standing.rows));
  for (const auto& side : mapping.side_tables)
    std::move(rows[side.table].begin(), rows[side.table].end(), std::back_inserter(standing.rows));
  file.commits = {std::move(standing)};
  file.name = absl::StrCat("standing_", file.name);
  return file;
}

// decisions/0010: the chained part of each payload stays.
StoryFile ErasedTexts() {
  auto order =
      OrderTeller::OfAnOffer(21, "erased_texts", "Every text that people wrote was erased (decisions/0010).");
  order.PlaceOffer(ThreeMilestones());
  order.DoAfter(absl::Hours(1), "ResolveCharge", kOperator,
                ResolveCharge{kOperator,
                              order.charge().id,
                              Succeeded{"capture-1"},
                              order.charge().total(),
                              "Seen on the statement",
                              {}});
  Work(order);
  return Standing(std::move(order), 0,
                  [](const std::string& payload) { return std::string(ChainedPart(payload)); });
}

// Likewise of updates: that there were some, and when, stays in the order.
StoryFile ErasedUpdates() {
  auto order =
      OrderTeller::OfAnOffer(23, "erased_updates", "The texts of a milestone's updates were erased.");
  order.PlaceAndPay(ThreeMilestones());
  order.Post(kDay, "Meine Nummer ist 0170 …");
  order.Post(kDay, "Die Nummer stimmt nicht");
  order.Deliver(kDay);
  return Standing(std::move(order), 0,
                  [](const std::string& payload) { return std::string(ChainedPart(payload)); });
}

// Likewise all that the parties and an operator wrote to each other about links, cancellations and a dispute.
StoryFile ErasedQuarrel() {
  auto order = OrderTeller::OfAnOffer(24, "erased_quarrel",
                                      "The texts of requests, answers, a dispute and its end were erased.");
  order.PlaceAndPay(ThreeMilestones());
  order.DeliverLinks(kDay, "Hier", {"https://files.example/private"});
  order.DoAfter(kDay, "RequestRevision", kBuyer, RequestRevision{kBuyer, 1, "Ruf mich an"});
  order.DeliverLinks(kDay, "Und hier", {"https://files.example/private", "https://files.example/too"});
  order.AskToCancel(kDay, kBuyer, 0, "Ich bin krank");
  order.Answer(kDay, kSeller, false, "Ich auch");
  order.OpenDispute(kDay, kBuyer, "Frau Meier kann es bezeugen");
  order.AskToCancel(kDay, kOperator, 7'000, "Nach dem Gespräch mit Frau Meier");
  return Standing(std::move(order), 0,
                  [](const std::string& payload) { return std::string(ChainedPart(payload)); });
}

// As an event was stored until migration 0003: its texts inside, and no hash of them.
std::string WithTextsInside(const std::string& payload) {
  pb::OrderEvent event;
  if (!event.ParseFromString(payload)) std::abort();
  if (event.has_delivered()) {
    event.mutable_delivered()->clear_message_sha256();
    event.mutable_delivered()->clear_meeting_url_sha256();
    event.mutable_delivered()->set_message(event.texts().message());
    event.mutable_delivered()->set_meeting_url(event.texts().meeting_url());
  } else if (event.has_revision_requested()) {
    event.mutable_revision_requested()->clear_message_sha256();
    event.mutable_revision_requested()->set_message(event.texts().message());
  }
  event.clear_texts();
  return event.SerializeAsString();
}

StoryFile BeforeTheChain() {
  constexpr size_t kUnchained = 7;
  auto order = OrderTeller::OfAnOffer(22, "before_the_chain",
                                      "Its first seven events are from before events were chained.");
  order.PlaceAndPay(ThreeMilestones());
  Work(order);
  size_t event = 0;
  return Standing(std::move(order), kUnchained, [&](const std::string& payload) {
    return ++event <= kUnchained ? WithTextsInside(payload) : payload;
  });
}

}  // namespace

std::vector<StoryFile> StandingOrderStories() {
  return {ErasedTexts(), BeforeTheChain(), ErasedUpdates(), ErasedQuarrel()};
}

}  // namespace milepost::golden
