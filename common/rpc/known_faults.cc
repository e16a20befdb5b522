#include "common/rpc/known_faults.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "grpcpp/grpcpp.h"

namespace milepost::rpc {
namespace {

bool ParseNumber(absl::string_view text, int& number) {
  return !text.empty() && absl::c_all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         absl::SimpleAtoi(text, &number);
}

}  // namespace

std::optional<GrpcVersion> ParseGrpcVersion(absl::string_view text) {
  const size_t dash = text.find('-');
  const std::vector<absl::string_view> parts = absl::StrSplit(text.substr(0, dash), '.');
  GrpcVersion version{.is_release = dash == absl::string_view::npos};
  if (parts.size() != 3 || !ParseNumber(parts[0], version.major) || !ParseNumber(parts[1], version.minor) ||
      !ParseNumber(parts[2], version.patch))
    return std::nullopt;
  return version;
}

bool KnownFault::IsIn(const GrpcVersion& version) const {
  if (version < since || version >= fixed.back()) return false;
  return absl::c_none_of(fixed, [&](const GrpcVersion& mended) {
    return version.major == mended.major && version.minor == mended.minor && version >= mended;
  });
}

// Versions by the advisories and gRPC's release notes. Where the two differ from what was measured (docs/decisions/0035),
// the table says what was measured. A backport that no release note names counts as not made.
const std::vector<KnownFault>& KnownFaults() {
  static const std::vector<KnownFault> faults = {
      {"CVE-2023-33953",
       "One connection makes the server buffer headers of any length and read endless HPACK integers, at a "
       "cost of processor "
       "time that grows with their square.",
       {},
       {{1, 53, 2}, {1, 54, 3}, {1, 55, 2}, {1, 56, 2}, {1, 57, 0}}},
      {"CVE-2023-4785",
       "Connections that use up the open files make the server accept no connection ever again.",
       {1, 23, 0},
       {{1, 53, 2}, {1, 54, 3}, {1, 55, 3}, {1, 56, 2}, {1, 57, 0}}},
      {"CVE-2023-32732",
       "A -bin header that is not base64 closes the whole connection, with the calls of others behind the "
       "same proxy.",
       {},
       {{1, 53, 1}, {1, 54, 2}, {1, 55, 0}}},
      {"metadata-closes-connection",
       "A call with more metadata than the limit of 8 KiB closes the whole connection, with all other calls "
       "on it.",
       {},
       {{1, 53, 0}}},
      {"CVE-2023-44487",
       "Calls that are reset as soon as they are sent (rapid reset) slow down the calls of others.",
       {},
       {{1, 59, 2}}},
      {"CVE-2024-7246",
       "A misencoded header poisons the header table between a proxy and the server, so that calls of others "
       "fail.",
       {},
       {{1, 58, 3}, {1, 59, 5}, {1, 60, 2}, {1, 61, 3}, {1, 62, 3}, {1, 63, 2}, {1, 64, 3}, {1, 65, 4}}},
      {"CVE-2023-32731",
       "Headers beyond the size limit leave the header tables of a proxy and the server apart, so that calls "
       "get headers of "
       "others.",
       {1, 53, 0},
       {{1, 53, 1}, {1, 54, 2}, {1, 55, 0}}},
      {"CVE-2023-1428",
       "An invalid te or :scheme header before more than 8 KiB of headers aborts the process.",
       {1, 52, 0},
       {{1, 52, 2}, {1, 53, 0}}},
  };
  return faults;
}

std::vector<KnownFault> FaultsOf(absl::string_view version) {
  const std::optional<GrpcVersion> parsed = ParseGrpcVersion(version);
  std::vector<KnownFault> faults = KnownFaults();
  if (parsed) std::erase_if(faults, [&](const KnownFault& fault) { return !fault.IsIn(*parsed); });
  return faults;
}

std::vector<KnownFault> FaultsOfThisGrpc() {
  return FaultsOf(grpc::Version());
}

bool ThisGrpcHas(absl::string_view id) {
  const auto is_it = [&](const KnownFault& fault) { return fault.id == id; };
  if (absl::c_none_of(KnownFaults(), is_it)) {
    std::fprintf(stderr, "%s is no known fault of gRPC\n", std::string(id).c_str());
    std::abort();
  }
  return absl::c_any_of(FaultsOfThisGrpc(), is_it);
}

}  // namespace milepost::rpc
