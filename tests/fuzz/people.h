// Sellers and buyers at work: a gig with a plan, quotes, offers and orders, made through the API as a platform makes them, and
// learnt by the pool.
#pragma once

#include <cstdint>

#include "tests/e2e/stories/platform_client.h"
#include "tests/fuzz/pool.h"
#include "tests/fuzz/random.h"

namespace milepost::fuzz {

// One seller's gig and all that a buyer does about it. What is refused is left out: the fuzzing goes on meanwhile.
void WorkOn(e2e::PlatformClient& client, Pool& pool, Random& random, uint64_t number);

}  // namespace milepost::fuzz
