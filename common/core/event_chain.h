// The hash chain that proves an aggregate's history (W1): the digest of each event is SHA-256 over the previous
// digest and the event itself. With the last digest one can tell whether any event was changed, dropped, added or
// moved. Pure.
//
// The canonical form of an event (decisions/0010) is, one after the other: the aggregate's id (16 bytes), sequence and
// time in microseconds (8 bytes each, the highest first), then type, actor and payload, each after its length (8 bytes).
// It is made of what is stored, byte for byte: nothing is ever encoded again to check it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"

namespace milepost {

struct ChainedEvent {
  Uuid aggregate;
  uint64_t sequence = 0;
  absl::Time at;
  absl::string_view type;
  absl::string_view actor;
  absl::string_view payload;  // the covered part: everything except erasable text
};

// The digest before an aggregate's first chained event: 32 zero bytes.
std::string ChainStart();

// The digest of `event` after the event whose digest is `previous`: 32 raw bytes.
std::string ChainDigest(absl::string_view previous, const ChainedEvent& event);

}  // namespace milepost
