#include "common/events/feed_event.h"

#include <string>
#include <utility>
#include <vector>

#include "common/events/event_wire.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace milepost::events {
namespace {

using google::protobuf::internal::WireFormatLite;

}  // namespace

const grpc::Slice& FeedEvent::For(Viewer viewer) const {
  Shown& shown = shown_[static_cast<size_t>(viewer)];
  std::call_once(shown.once, [&] {
    std::string field;
    {
      google::protobuf::io::StringOutputStream stream(&field);
      google::protobuf::io::CodedOutputStream out(&stream);
      // A message lies in another as its bytes do.
      WireFormatLite::WriteBytes(v1::WatchEventsResponse::kEventsFieldNumber,
                                 ToWire(source_, stored_, viewer).SerializeAsString(), &out);
    }
    shown.field = grpc::Slice(field);
  });
  return shown.field;
}

void WatchMessage::Add(const grpc::Slice& event) {
  slices_.push_back(event);
  bytes_ += event.size();
}

grpc::ByteBuffer WatchMessage::Finish(uint64_t position) {
  v1::WatchEventsResponse last;
  last.set_position(position);
  slices_.emplace_back(last.SerializeAsString());
  return grpc::ByteBuffer(slices_.data(), slices_.size());
}

}  // namespace milepost::events
