// Makes up a story: decides, entry by entry and by chance, what happens next in a world.
#pragma once

#include <cstdint>

#include "tests/simulation/chance.h"
#include "tests/simulation/story.h"
#include "tests/simulation/world.h"

namespace milepost::simulation {

class Author {
 public:
  explicit Author(uint64_t seed) : seed_(seed) {}

  // The entry of this number. The same world and number give the same entry.
  Entry Next(World& world, uint64_t number) const;

 private:
  static absl::Time SomeInstant(World& world, Chance& chance);
  static Act SomeAct(const World& world, Chance& chance);
  static uint64_t SomeSubject(World& world, Act act, Chance& chance);

  const uint64_t seed_;
};

}  // namespace milepost::simulation
