// The relation of a service's time to its database's clock (docs/ARCHITECTURE.md, Time). Plain value.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace milepost::db {

enum class ClockMode {
  kReal,    // the database's clock
  kOffset,  // the database's clock plus an offset; tests and demonstrations
  kFrozen,  // a stored instant that only AdvanceClock moves; tests
};

struct ClockSetting {
  ClockMode mode = ClockMode::kReal;
  absl::Duration offset;  // of kOffset
  absl::Time frozen;      // of kFrozen

  // The service's time when the database's clock shows `real`.
  absl::Time At(absl::Time real) const {
    switch (mode) {
      case ClockMode::kFrozen:
        return frozen;
      case ClockMode::kOffset:
        return real + offset;
      case ClockMode::kReal:
        break;
    }
    return real;
  }

  // The setting of the same mode that shows `now` when the database's clock shows `real`. kReal can't be set.
  ClockSetting Showing(absl::Time now, absl::Time real) const {
    return mode == ClockMode::kFrozen ? ClockSetting{mode, {}, now} : ClockSetting{mode, now - real, {}};
  }
};

// The test clock that a flag names, "frozen" or "offset"; nothing for any other text.
inline std::optional<ClockMode> TestClockNamed(absl::string_view name) {
  if (name == "frozen") return ClockMode::kFrozen;
  if (name == "offset") return ClockMode::kOffset;
  return std::nullopt;
}

}  // namespace milepost::db
