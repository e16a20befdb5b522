// The first thing that is wrong in a simulation. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace milepost::simulation {

struct Finding {
  std::string invariant;  // its name, as in invariants.cc
  std::string what;
  uint64_t subject = 0;  // the name of the aggregate; 0: none
  size_t entry = 0;      // the story's entry that showed it, from 0
};

// Keeps the first finding; the simulation stops soon after it.
class Findings {
 public:
  void Begin(size_t entry) { entry_ = entry; }
  void Add(absl::string_view invariant, uint64_t subject, std::string what) {
    if (!first_) first_ = Finding{std::string(invariant), std::move(what), subject, entry_};
  }
  const std::optional<Finding>& first() const { return first_; }

 private:
  size_t entry_ = 0;
  std::optional<Finding> first_;
};

}  // namespace milepost::simulation
