// The publicly known faults of gRPC that a server of ours meets, and the versions that have them. Pure, apart from
// FaultsOfThisGrpc() and ThisGrpcHas(), which ask the library that is loaded.
//
//   for (const KnownFault& fault : FaultsOf("1.51.1")) …        // the faults of a version
//   if (ThisGrpcHas("CVE-2023-33953")) …                        // a fault of the library that this process has loaded
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace milepost::rpc {

struct GrpcVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  // False for "1.57.0-dev" and "1.57.0-pre1", which come before 1.57.0.
  bool is_release = true;
  friend auto operator<=>(const GrpcVersion&, const GrpcVersion&) = default;
};

// "1.51.1", "1.57.0-pre1"; nothing for any other text.
std::optional<GrpcVersion> ParseGrpcVersion(absl::string_view text);

struct KnownFault {
  absl::string_view id;    // "CVE-2023-33953"; a name of ours where it has no number
  absl::string_view what;  // what a client can do with it: one sentence
  GrpcVersion since;       // the first version that has it; 0.0.0 = every older one too
  // The versions that mended it, in order. The last mended it for all later versions; each before it for the later
  // patches of its own major.minor.
  std::vector<GrpcVersion> fixed;

  bool IsIn(const GrpcVersion& version) const;
};

// All that are known, in the order in which they are shown.
const std::vector<KnownFault>& KnownFaults();

// The faults of a version. A version that can't be read has all of them.
std::vector<KnownFault> FaultsOf(absl::string_view version);
std::vector<KnownFault> FaultsOfThisGrpc();

// `id` is that of a known fault; another one aborts.
bool ThisGrpcHas(absl::string_view id);

}  // namespace milepost::rpc
