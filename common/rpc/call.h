// The context of a call besides its request (actor, language, deadline, request id), and the kinds of callers that a
// method admits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/id.h"

namespace google::protobuf {
class MethodDescriptor;
}

namespace milepost::rpc {

// The metadata that a call carries.
inline constexpr char kActorMetadata[] = "milepost-actor";
inline constexpr char kLanguageMetadata[] = "accept-language";
inline constexpr char kLogIdMetadata[] = "x-request-id";

// A value; handlers keep, move and copy it as they like.
struct Call {
  Actor actor;  // on a method for Everyone() and without the metadata: kUser with an empty name
  std::string language = "en";                   // "en" or "de"
  absl::Time deadline = absl::InfiniteFuture();  // never infinite in a handler: the adapter bounds it
  std::string method;                            // "AcceptMilestone"
  std::optional<Uuid> request_id;                // set if and only if the request type has the field
  std::string request_hash;  // with a request_id: SHA-256 of actor and RequestFields::Hash(); else ""
  // The request's etag; nothing if the request has none or an empty one, 0 if no resource can have it.
  std::optional<uint64_t> expected_sequence;
  bool validate_only = false;
  std::string log_id;  // names this call's log line; the caller's x-request-id if it sent one
};

// Which kinds of actors may call a method: the option `callers` of the contract. Whether this very user may do this to this
// very resource is the domain's question.
struct Callers {
  // Aborts if the method lacks the option, or if the option admits nobody.
  static Callers Of(const google::protobuf::MethodDescriptor& method);

  bool needs_actor = true;
  bool users = false;
  bool operators = false;
  bool services = false;
  std::string one_service;  // "services/offer-service": only this one of the services
};

// OK, or PERMISSION_DENIED: NOT_A_USER, NOT_AN_OPERATOR, NOT_A_PEER_SERVICE, CALLER_NOT_ALLOWED.
absl::Status CheckCaller(const Callers& callers, const Actor& actor);

// "de" where German is preferred to English by an accept-language value ("de-CH, en;q=0.8"), else "en".
absl::string_view PreferredLanguage(absl::string_view accept_language);

}  // namespace milepost::rpc
