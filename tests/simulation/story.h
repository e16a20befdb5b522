// A story: everything that a simulation is told to do, as a list of entries. An entry names its instant, its subject and a seed for all
// other choices, so it means the same when entries before it are left out. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/enum_list.h"

namespace milepost::simulation {

enum class Act {
  kNewGig,        // a seller creates a gig, perhaps with a milestone plan
  kChangeGig,     // … and changes it
  kNewOffer,      // a seller makes an offer
  kMoveOffer,     // seller or buyer does something with it
  kQuote,         // a buyer asks for a quote of a gig
  kPlaceByQuote,  // … and orders by it
  kStep,          // a party or an operator does something with an order
  kResend,        // a client sends a request again, as it was or with another content
  kWork,          // a service's workers do what is due
  kSweep,         // a service's sweeper fires due deadlines
  kLateMessage,   // a message that was held up arrives
  kCrash,         // a replica of a service dies, with everything that it was doing
  kWait,          // nothing but time passes
};

constexpr EnumEntry EntryOf(Act act) {
  const int number = static_cast<int>(act) + 1;
  switch (act) {
    case Act::kNewGig:
      return {"new-gig", number};
    case Act::kChangeGig:
      return {"change-gig", number};
    case Act::kNewOffer:
      return {"new-offer", number};
    case Act::kMoveOffer:
      return {"move-offer", number};
    case Act::kQuote:
      return {"quote", number};
    case Act::kPlaceByQuote:
      return {"place-by-quote", number};
    case Act::kStep:
      return {"step", number};
    case Act::kResend:
      return {"resend", number};
    case Act::kWork:
      return {"work", number};
    case Act::kSweep:
      return {"sweep", number};
    case Act::kLateMessage:
      return {"late-message", number};
    case Act::kCrash:
      return {"crash", number};
    case Act::kWait:
      return {"wait", number};
  }
  return {};
}

struct Entry {
  absl::Time at;  // the clocks show at least this
  Act act = Act::kWait;
  uint64_t subject = 0;  // the name of what it is about; 0: nothing that there is
  uint64_t seed = 0;     // of all its other choices
  friend bool operator==(const Entry&, const Entry&) = default;
};

// What may go wrong besides what clients do.
struct Faults {
  bool network = true;   // messages are lost, repeated, delayed
  bool store = true;     // transactions fail, commits are answered by silence
  bool provider = true;  // the payment provider's own mishaps
  friend bool operator==(const Faults&, const Faults&) = default;
};

struct Story {
  uint64_t seed = 0;
  Faults faults;
  std::vector<Entry> entries;
  friend bool operator==(const Story&, const Story&) = default;
};

// The instant at which every story begins.
absl::Time StoryStart();

// A line an entry, readable: what --replay takes.
std::string TextOf(const Story& story);
absl::StatusOr<Story> StoryIn(absl::string_view text);

absl::Status WriteStory(const Story& story, const std::string& path);
absl::StatusOr<Story> ReadStory(const std::string& path);

}  // namespace milepost::simulation
