// Whether a thread that answers somebody has nothing else to do. Then what follows the answer may go on on that thread, which
// spares waking another: on an idle machine most of what a hop between threads costs.
//
//   const AtLeisure idle([this] { return queue_.empty(); });  // in the lane
//   done(std::move(answer));
//   …
//   if (AtLeisure::Now()) { … here } else { … on the pool }   // in what awaits the answer
#pragma once

#include <functional>
#include <utility>

namespace milepost {

// While one lives, the thread is at leisure whenever `idle` says so; null: never. The innermost counts. Belongs to its thread's
// stack.
class AtLeisure {
 public:
  explicit AtLeisure(std::function<bool()> idle)
      : idle_(std::move(idle)), outer_(std::exchange(innermost_, this)) {}
  ~AtLeisure() { innermost_ = outer_; }
  AtLeisure(const AtLeisure&) = delete;
  AtLeisure& operator=(const AtLeisure&) = delete;

  static bool Now() { return innermost_ != nullptr && innermost_->idle_ != nullptr && innermost_->idle_(); }

 private:
  static inline thread_local const AtLeisure* innermost_ = nullptr;

  const std::function<bool()> idle_;
  const AtLeisure* const outer_;
};

}  // namespace milepost
