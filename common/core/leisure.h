// Lets a continuation resume inline on an idle lane thread. That saves waking another thread, which on an idle
// machine is most of the cost of a hop between threads.
//
//   const AtLeisure idle([this] { return queue_.empty(); });  // in the lane
//   done(std::move(answer));
//   …
//   if (AtLeisure::Now()) { … here } else { … on the pool }   // in what awaits the answer
#pragma once

#include <functional>
#include <utility>

namespace milepost {

// While this object lives, its thread counts as idle whenever `idle` returns true; with null, never. The innermost
// object decides. It must live on its thread's stack.
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
