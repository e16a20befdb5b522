// Finds a short list that still fails: takes out parts of a failing list, larger ones first, and keeps what fails without them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace milepost::simulation {

// `fails` holds of `list`. Returns a part of it, in its order, of which it still holds: one from which no single item can be taken
// out, unless `tries_max` calls of `fails` did not suffice.
template <class Item>
std::vector<Item> Shrink(std::vector<Item> list, const std::function<bool(const std::vector<Item>&)>& fails,
                         size_t tries_max) {
  size_t tries = 0;
  for (size_t chunk = std::max<size_t>(1, list.size() / 2);;) {
    bool shorter = false;
    // From the end: what comes last depends most on the rest, and least depends on it.
    for (size_t end = list.size(); end > 0;) {
      if (tries++ == tries_max) return list;
      const size_t first = end > chunk ? end - chunk : 0;
      std::vector<Item> without(list.begin(), list.begin() + first);
      without.insert(without.end(), list.begin() + end, list.end());
      if (fails(without)) {
        list = std::move(without);
        shorter = true;
      }
      end = first;
    }
    if (chunk > 1)
      chunk /= 2;
    else if (!shorter)
      return list;
  }
}

}  // namespace milepost::simulation
