// Which page of what is due a worker reads next.
#pragma once

#include <cstddef>

namespace milepost::billing {

inline constexpr int kDuePage = 64;  // taken at a time; bounds what the provider is asked at once

// Where a worker's next page begins: behind pages of which nothing could be taken, so that rows that nobody can take (a
// damaged order's) never keep the others waiting. From the top again when something was taken, or the end reached.
class DuePage {
 public:
  int offset() const { return offset_; }
  void Took(size_t found, size_t taken) {
    offset_ = taken == 0 && found == kDuePage ? offset_ + kDuePage : 0;
  }

 private:
  int offset_ = 0;
};

}  // namespace milepost::billing
