// What goes wrong with a simulated database: a few failures in some batches, drawn from the batch's seed.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "common/db/error.h"
#include "tests/simulation/chance.h"
#include "tests/support/faulty_store.h"

namespace milepost::simulation {

// Not thread-safe.
class StoreMishaps {
 public:
  // Decides about the next batch.
  void Arm(uint64_t seed, bool on) {
    chance_ = seed;
    asked_ = 0;
    happened_ = false;
    Chance chance(seed);
    left_ = !on ? 0 : chance.OneIn(400) ? 24 : chance.OneIn(12) ? chance.Between(1, 3) : 0;
    always_ = left_ > 3;
  }

  // What happens at this point of a transaction. At most as often as was decided, so that most batches come through.
  absl::Status At(testing::FaultPoint point) {
    if (left_ == 0) return absl::OkStatus();
    Chance chance(Mix(chance_, ++asked_));
    if (!always_ && !chance.OneIn(3)) return absl::OkStatus();
    --left_;
    return Happening(point, chance);
  }

 private:
  absl::Status Happening(testing::FaultPoint point, Chance& chance) {
    using db::Trouble;
    const bool in_transaction = point == testing::FaultPoint::kBegin ||
                                point == testing::FaultPoint::kBeforeWrite ||
                                point == testing::FaultPoint::kBeforeCommit;
    Trouble trouble = Trouble::kLost;
    if (in_transaction && chance.OneIn(2)) trouble = Trouble::kDeadlock;
    if (point == testing::FaultPoint::kBegin && chance.OneIn(3)) trouble = Trouble::kLockTimeout;
    // Another replica was faster. A batch meets that alone: a lone command that met a deadlock before would be answered with INTERNAL
    // (BatchRunner gives it two runs).
    if (point == testing::FaultPoint::kBeforeWrite && !happened_ && chance.OneIn(3)) {
      trouble = Trouble::kDuplicate;
      left_ = 0;
    }
    happened_ = true;
    return db::DatabaseError(trouble, 0, "simulated");
  }

  uint64_t chance_ = 0, asked_ = 0;
  int64_t left_ = 0;
  bool always_ = false, happened_ = false;
};

}  // namespace milepost::simulation
