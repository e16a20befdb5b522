// The end of a simulation: nobody starts anything any more, nothing goes wrong, and the clocks run from due time to due time until
// nothing is due. Then operators do what is theirs, and again, until everything has ended.
#pragma once

#include "tests/simulation/world.h"

namespace milepost::simulation {

class Ending {
 public:
  explicit Ending(World& world) : world_(world) {}

  void Play();

 private:
  // Lets time pass until nothing is due.
  void RunDown();
  void DoAllWork();
  // Every operator's method that is allowed on an unfinished order; false: there was none.
  bool LetOperatorsAct(uint64_t round);
  void Check();

  World& world_;
};

}  // namespace milepost::simulation
