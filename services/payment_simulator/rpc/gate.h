// Holds calls until a pause ends or a delay has passed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/enum_list.h"

namespace milepost::payment_simulator {

enum class ProviderMethod { kAny, kCharge, kGetCharge, kVoidCharge, kRefund, kGetRefund };
enum class PausePoint { kBeforeRecording, kBeforeAnswering };

// Each enum's one list: names and numbers are those of milepost.testing.v1.
constexpr EnumEntry EntryOf(ProviderMethod value) {
  switch (value) {
    case ProviderMethod::kAny:
      return {"UNSPECIFIED", 0};
    case ProviderMethod::kCharge:
      return {"CHARGE", 1};
    case ProviderMethod::kGetCharge:
      return {"GET_CHARGE", 2};
    case ProviderMethod::kVoidCharge:
      return {"VOID_CHARGE", 3};
    case ProviderMethod::kRefund:
      return {"REFUND", 4};
    case ProviderMethod::kGetRefund:
      return {"GET_REFUND", 5};
  }
  return {};
}
constexpr EnumEntry EntryOf(PausePoint value) {
  switch (value) {
    case PausePoint::kBeforeRecording:
      return {"BEFORE_RECORDING", 1};
    case PausePoint::kBeforeAnswering:
      return {"BEFORE_ANSWERING", 2};
  }
  return {};
}

// A call at one point of its way, at which it may be held.
struct Passage {
  std::string key;
  ProviderMethod method = ProviderMethod::kCharge;
  PausePoint point = PausePoint::kBeforeRecording;
};

struct Pause {
  std::string key_prefix;                        // empty: every key
  ProviderMethod method = ProviderMethod::kAny;  // kAny: every method
  PausePoint point = PausePoint::kBeforeRecording;

  friend bool operator==(const Pause&, const Pause&) = default;
};

// Thread-safe. Every `go` it was given is called exactly once, on the gate's thread, on the thread that ends
// the pause, or at once on the caller's.
class Gate {
 public:
  using Go = absl::AnyInvocable<void()>;

  Gate();
  ~Gate();  // Open()

  // Whether Pass would hold it now. A call that is not held can go on without a hop between threads.
  bool Holds(const Passage& passage) const;
  // Calls `go` when no pause holds the call any more.
  void Pass(Passage passage, Go go);
  // Calls `go` after the delay.
  void Delay(absl::Duration delay, Go go);

  void SetPause(Pause pause);
  // Ends the pauses with exactly this key_prefix (empty: all pauses), and releases the calls that no other pause
  // holds, in order of arrival. Returns how many it released.
  size_t Resume(absl::string_view key_prefix);

  // Releases all calls, now and from now on: for the shutdown.
  void Open();

 private:
  struct Held {
    Passage passage;
    Go go;
  };

  bool HoldsLocked(const Passage& passage) const;
  void Loop();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Pause> pauses_;                     // guarded by mutex_
  std::vector<Held> held_;                        // in order of arrival; guarded by mutex_
  absl::btree_multimap<absl::Time, Go> delayed_;  // by when they go; guarded by mutex_
  bool open_ = false;                             // guarded by mutex_
  std::thread thread_;
};

}  // namespace milepost::payment_simulator
