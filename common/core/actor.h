// The actor of a call: the metadata `milepost-actor`, set by the calling service (docs/API.md, "Who acts").
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace milepost {

enum class ActorKind { kUser, kOperator, kService, kSystem };

// A user of the platform, one of its operators, or one of our own services. kSystem stands for the service itself
// (deadlines and workers) and never comes from the wire.
struct Actor {
  ActorKind kind = ActorKind::kSystem;
  std::string name;  // the full name: "users/alice", "operators/ops-7", "services/offer-service", "system"

  // Accepts users/…, operators/… and services/… with 1..64 characters of [A-Za-z0-9._~-] after the slash.
  static absl::StatusOr<Actor> Parse(absl::string_view name);
  static Actor System() { return Actor{ActorKind::kSystem, "system"}; }
  bool is_user() const { return kind == ActorKind::kUser; }
  friend bool operator==(const Actor&, const Actor&) = default;
};

}  // namespace milepost
