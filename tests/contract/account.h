// A small but real domain for the contract suite: an account with a number that is unique, money in and out,
// and fees that fall due. It has what the lanes must cope with: a business key, refusals, deadlines that set
// deadlines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/reason.h"

namespace milepost::contract {

// The suite borrows reasons; which ones does not matter to it.
inline constexpr Reason kNoSuchAccount = Reason::kOrderNotFound;
inline constexpr Reason kAlreadyOpen = Reason::kGigAlreadyPublished;
inline constexpr Reason kOverdrawn = Reason::kNoPaymentDue;

struct Account {
  using Id = milepost::Id<struct AccountTag>;

  enum class Timer { kFee };
  struct Deadline {
    uint32_t number = 0;
    Timer kind = Timer::kFee;
    absl::Time due;
    int64_t fee = 0;
    int repeats = 0;                     // fees that follow this one
    absl::Duration interval;             // between them
    uint32_t subject = 0;                // fees of several subjects run side by side
    std::optional<absl::Duration> left;  // while it is frozen

    friend bool operator==(const Deadline&, const Deadline&) = default;
  };

  struct State {
    Id id;
    uint64_t sequence = 0;
    absl::Time updated_at;
    std::vector<Deadline> deadlines;
    std::string number;
    int64_t balance = 0;
    uint32_t deadlines_ever = 0;
  };

  struct Opened {
    Id id;
    std::string number;
  };
  struct Moved {
    int64_t amount = 0;  // negative: out
  };
  struct FeeScheduled {
    Deadline deadline;
  };
  struct FeeTaken {
    uint32_t number = 0;
    int64_t amount = 0;
  };
  struct FeesCancelled {};
  struct FeeFrozen {
    uint32_t number = 0;
    absl::Duration left;
  };
  struct FeeThawed {
    uint32_t number = 0;
    absl::Time due;
  };
  struct FeeReplaced {
    Deadline deadline;  // takes the place of the one with its number
  };
  using Event =
      std::variant<Opened, Moved, FeeScheduled, FeeTaken, FeesCancelled, FeeFrozen, FeeThawed, FeeReplaced>;

  struct Tick {};
  struct Open {
    Id id;
    std::string number;
  };
  struct Deposit {
    int64_t amount = 0;
  };
  struct Withdraw {
    int64_t amount = 0;
  };
  // `fee` is taken `after` from now and then `repeats` times more, each `after` later.
  struct ScheduleFee {
    int64_t fee = 0;
    absl::Duration after;
    int repeats = 0;
    uint32_t subject = 0;
  };
  // Each running fee of that subject becomes this one, `after` from now, in the same row.
  struct ReplaceFees {
    uint32_t subject = 0;
    int64_t fee = 0;
    absl::Duration after;
  };
  struct CancelFees {};
  // Stops the fees of that subject, and lets them run on with what was left of their time.
  struct FreezeFees {
    uint32_t subject = 0;
  };
  struct ThawFees {
    uint32_t subject = 0;
  };
  using Command =
      std::variant<Tick, Open, Deposit, Withdraw, ScheduleFee, ReplaceFees, CancelFees, FreezeFees, ThawFees>;

  static absl::StatusOr<std::vector<Event>> Decide(const State* state, const Command& command,
                                                   absl::Time now);
  static std::vector<Event> Fire(const State& state, const Deadline& deadline);
  static void Apply(State& state, const Event& event, absl::Time at);
  static absl::string_view DeadlineName(Timer kind);
};

// The business key decides the id, as an order's offer does.
Account::Id AccountNumbered(absl::string_view number);

}  // namespace milepost::contract
