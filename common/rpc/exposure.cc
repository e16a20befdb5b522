#include "common/rpc/exposure.h"

#include <arpa/inet.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/rpc/known_faults.h"

namespace milepost::rpc {
namespace {

bool IsLoopbackV4(const in_addr& address) {
  return (ntohl(address.s_addr) >> 24) == 127;
}

bool IsLoopbackV6(const in6_addr& address) {
  if (!IN6_IS_ADDR_V4MAPPED(&address)) return IN6_IS_ADDR_LOOPBACK(&address);
  return address.s6_addr[12] == 127;
}

}  // namespace

bool IsLoopback(absl::string_view listen) {
  const size_t colon = listen.rfind(':');
  if (colon == absl::string_view::npos) return false;
  absl::string_view host = listen.substr(0, colon);
  if (absl::EqualsIgnoreCase(host, "localhost")) return true;
  if (in_addr v4{}; inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1) return IsLoopbackV4(v4);
  if (!absl::ConsumePrefix(&host, "[") || !absl::ConsumeSuffix(&host, "]")) return false;
  in6_addr v6{};
  return inet_pton(AF_INET6, std::string(host).c_str(), &v6) == 1 && IsLoopbackV6(v6);
}

absl::Status CheckExposure(absl::string_view listen, absl::string_view grpc_version,
                           bool accept_known_faults) {
  const std::vector<KnownFault> faults = FaultsOf(grpc_version);
  if (faults.empty() || accept_known_faults || IsLoopback(listen)) return absl::OkStatus();
  const std::string ids = absl::StrJoin(
      faults, ", ", [](std::string* out, const KnownFault& fault) { absl::StrAppend(out, fault.id); });
  return absl::FailedPreconditionError(absl::StrCat(
      "refusing to listen on ", listen, ", which other machines may reach: gRPC ", grpc_version,
      " has publicly known faults (", ids,
      "). Build with a gRPC that has none (the image has one), or listen on 127.0.0.1, or accept them: "
      "--accept_known_grpc_faults"));
}

}  // namespace milepost::rpc
