// Calls of any method over a real socket, by gRPC's generic stub: the request is bytes, many are in flight at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"
#include "tests/fuzz/method.h"

namespace milepost::fuzz {

struct Call {
  const Method* method = nullptr;
  std::string bytes;
  std::vector<std::pair<std::string, std::string>> metadata;
  absl::Duration deadline;
  bool is_mutated = false;
  std::string party;  // what the caller is of the resource: "seller", "buyer", or not known
};

struct Answer {
  grpc::Status status;
  std::vector<std::string> messages;
  // We broke the stream off, after as many messages as we wanted or time for them.
  bool is_broken_off = false;
};

// Sends all, at most `in_flight` at a time, and waits for all answers: the answer to calls[i] stands at [i]. A stream is broken off
// after a few messages, or at its deadline.
std::vector<Answer> SendAll(const std::vector<Call>& calls, int in_flight);

}  // namespace milepost::fuzz
