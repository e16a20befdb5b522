#include "tests/support/event_watch.h"

#include "common/core/clock.h"
#include "common/rpc/status_map.h"

namespace milepost::testing {

EventWatch::EventWatch(const std::shared_ptr<grpc::Channel>& channel, const std::string& actor,
                       const events::v1::WatchEventsRequest& request, absl::Duration patience)
    : stub_(events::v1::EventFeed::NewStub(channel)) {
  if (!actor.empty()) context_.AddMetadata("milepost-actor", actor);
  context_.set_deadline(absl::ToChronoTime(WallNow() + patience));
  reader_ = stub_->WatchEvents(&context_, request);
}

EventWatch::~EventWatch() {
  if (finished_) return;
  context_.TryCancel();
  while (Read()) continue;
  (void)End();
}

bool EventWatch::Read() {
  return reader_->Read(&message_);
}

std::vector<events::v1::Event> EventWatch::Events(size_t count) {
  std::vector<events::v1::Event> events;
  while (events.size() < count && Read())
    events.insert(events.end(), message_.events().begin(), message_.events().end());
  return events;
}

std::vector<events::v1::Event> EventWatch::Until(uint64_t position) {
  std::vector<events::v1::Event> events;
  while (Read()) {
    events.insert(events.end(), message_.events().begin(), message_.events().end());
    if (message_.position() >= position) break;
  }
  return events;
}

absl::Status EventWatch::End() {
  finished_ = true;
  const grpc::Status status = reader_->Finish();
  return status.ok() ? absl::OkStatus() : rpc::FromGrpc(status);
}

}  // namespace milepost::testing
