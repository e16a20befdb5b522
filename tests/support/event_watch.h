// A reader of WatchEvents, for tests over the wire.
//
//   EventWatch watch(channel, "operators/ops-1", request);
//   ASSERT_TRUE(watch.Next([](const auto& message) { return message.events_size() > 0; }));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "milepost/events/v1/event_feed.grpc.pb.h"

namespace milepost::testing {

// Used by one thread, but for Cancel().
class EventWatch {
 public:
  // `patience` is the stream's deadline: no test waits for ever.
  EventWatch(const std::shared_ptr<grpc::Channel>& channel, const std::string& actor,
             const events::v1::WatchEventsRequest& request, absl::Duration patience = absl::Seconds(30));
  ~EventWatch();

  // The next message; false when the stream has ended.
  bool Read();
  const events::v1::WatchEventsResponse& message() const { return message_; }

  // Reads until this many events have come, and answers them; fewer when the stream ends first.
  std::vector<events::v1::Event> Events(size_t count);
  // Reads until the server says that everything up to `position` was sent; the events on the way.
  std::vector<events::v1::Event> Until(uint64_t position);

  // How the server ended the stream, after Read() was false. With the refusal that it carries.
  absl::Status End();
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  const std::unique_ptr<events::v1::EventFeed::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<events::v1::WatchEventsResponse>> reader_;
  events::v1::WatchEventsResponse message_;
  bool finished_ = false;
};

}  // namespace milepost::testing
