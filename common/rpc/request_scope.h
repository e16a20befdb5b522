// The scope of a caller's request ids (db::RequestKey). Pure.
#pragma once

#include "common/core/actor.h"
#include "common/core/id.h"

namespace milepost::rpc {

// For a request about `subject` (an aggregate, or the hash of the acting user for a creation): users share the
// subject's scope, and every service has its own scope. Services derive their request ids from what they ask about,
// so that a party of the aggregate could foresee one, use it first and have the service refused with
// REQUEST_ID_REUSED for ever.
inline Uuid RequestScope(const Actor& actor, const Uuid& subject) {
  return actor.kind == ActorKind::kService ? DeriveUuid(subject, "requests of", actor.name) : subject;
}

}  // namespace milepost::rpc
