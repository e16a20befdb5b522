#include "common/rpc/call.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/refusal.h"

namespace milepost::rpc {
namespace {

bool IsAllowed(const Callers& callers, const Actor& actor) {
  switch (actor.kind) {
    case ActorKind::kUser:
      return callers.users;
    case ActorKind::kOperator:
      return callers.operators;
    case ActorKind::kService:
      return callers.services && (callers.one_service.empty() || actor.name == callers.one_service);
    case ActorKind::kSystem:
      return false;
  }
  return false;
}

}  // namespace

absl::Status CheckCaller(const Callers& callers, const Actor& actor) {
  if (IsAllowed(callers, actor)) return absl::OkStatus();
  if (callers.operators && !callers.users) return Refuse(Reason::kNotAnOperator);
  if (callers.users && callers.services) return Refuse(Reason::kCallerNotAllowed);
  if (callers.users) return Refuse(Reason::kNotAUser);
  const absl::string_view service = callers.one_service.empty() ? "a peer service" : callers.one_service;
  return Refuse(Reason::kNotAPeerService, {{"service", std::string(service)}});
}

absl::string_view PreferredLanguage(absl::string_view accept_language) {
  double german = 0, english = 0;
  for (absl::string_view range : absl::StrSplit(accept_language, ',')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(range, absl::MaxSplits(';', 1));
    const absl::string_view tag = absl::StripAsciiWhitespace(parts.first);
    absl::string_view quality = absl::StripAsciiWhitespace(parts.second);
    double weight = 1;
    if (absl::ConsumePrefix(&quality, "q=") && !absl::SimpleAtod(quality, &weight)) weight = 0;
    const absl::string_view language = tag.substr(0, tag.find('-'));
    if (absl::EqualsIgnoreCase(language, "de")) german = std::max(german, weight);
    if (absl::EqualsIgnoreCase(language, "en")) english = std::max(english, weight);
  }
  return german > english ? "de" : "en";
}

}  // namespace milepost::rpc
