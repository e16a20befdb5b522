#include "common/obs/seldom.h"

#include <algorithm>
#include <utility>

namespace milepost::obs {
namespace {

constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Minutes(1);
constexpr absl::Duration kQuiet = absl::Seconds(10);

}  // namespace

std::optional<uint64_t> Seldom::Due(absl::Time now) {
  const bool is_new = now - std::exchange(last_, now) >= kQuiet;
  ++times_;
  if (is_new) wait_ = absl::ZeroDuration();
  if (!is_new && now < due_) return std::nullopt;
  wait_ = std::clamp(2 * wait_, kFirstWait, kLongestWait);
  due_ = now + wait_;
  return std::exchange(times_, 0);
}

}  // namespace milepost::obs
