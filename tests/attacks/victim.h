// The server that is attacked: a milestone_billing as a real process, with its processor time and its memory.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/server_process.h"

namespace milepost::attacks {

// The flags of a milestone_billing that can serve, and these.
std::vector<std::string> VictimFlags(const std::vector<std::string>& more = {});

class Victim {
 public:
  // Starts it, with these flags besides the usual ones, and waits until it serves.
  explicit Victim(const std::vector<std::string>& flags = {});

  int port() const { return process_.port(); }
  testing::ServerProcess& process() { return process_; }

  // From now on it may open so many files, and can't raise the number again.
  void LimitOpenFiles(int count);

  // Of all its threads, since its start.
  absl::Duration ProcessorTime() const;
  double MemoryMib() const;
  // The most memory since ForgetPeak().
  double PeakMib() const;
  void ForgetPeak() const;
  // Until it does next to nothing, so that what it has been sent is dealt with; at most this long.
  void AwaitCalm(absl::Duration patience) const;

 private:
  testing::ServerProcess process_;
};

}  // namespace milepost::attacks
