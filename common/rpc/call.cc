#include "common/rpc/call.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/refusal.h"
#include "google/protobuf/descriptor.h"
#include "milepost/type/v1/rules.pb.h"

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

Callers Callers::Of(const google::protobuf::MethodDescriptor& method) {
  const type::v1::Callers& option = method.options().GetExtension(type::v1::callers);
  Callers callers;
  callers.needs_actor = !option.anyone();
  callers.users = option.anyone() || option.users();
  callers.operators = option.anyone() || option.operators();
  callers.services = option.anyone() || option.services() || !option.service().empty();
  if (!option.service().empty()) callers.one_service = absl::StrCat("services/", option.service());
  if (callers.users || callers.operators || callers.services) return callers;
  std::fprintf(stderr, "milepost: bug: the contract does not say who may call %s\n",
               std::string(method.full_name()).c_str());
  std::abort();
}

absl::Status CheckCaller(const Callers& callers, const Actor& actor) {
  if (IsAllowed(callers, actor)) return absl::OkStatus();
  if (callers.operators && !callers.users) return Refuse(Reason::kNotAnOperator);
  if (callers.users && callers.services) return Refuse(Reason::kCallerNotAllowed);
  if (callers.users) return Refuse(Reason::kNotAUser);
  return Refuse(Reason::kNotAPeerService,
                {{"service", callers.one_service.empty() ? "a peer service" : callers.one_service}});
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
