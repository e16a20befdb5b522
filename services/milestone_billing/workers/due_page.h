// Chooses the page of due items that a worker reads next.
#pragma once

#include <cstddef>

namespace milepost::billing {

inline constexpr int kDuePage = 64;  // items at a time; bounds the concurrent calls to the provider

// The start of a worker's next page: after the pages in which no item could be handled, so that rows of a damaged
// order never block the others. It returns to the top when an item was handled or the end was reached.
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
