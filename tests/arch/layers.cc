// The include rules as a table: for each layer, what of the project and which outside libraries it may see.
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/arch/rules.h"

namespace milepost::arch {
namespace {

enum Library : unsigned {
  kStandard = 1 << 0,  // C++ and C standard library
  kSystem = 1 << 1,    // POSIX and Linux headers
  kAbseil = 1 << 2,
  kCrypto = 1 << 3,    // OpenSSL
  kMessages = 1 << 4,  // protobuf's runtime and generated messages
  kGrpc = 1 << 5,      // gRPC and generated stubs
  kAsio = 1 << 6,
  kLogging = 1 << 7,    // spdlog
  kConnector = 1 << 8,  // MySQL Connector/C++
  kOther = 1 << 9,
};
constexpr unsigned kPure = kStandard | kAbseil;
constexpr unsigned kAllButConnector = ~static_cast<unsigned>(kConnector);

struct Layer {
  const char* folder;  // a regular expression over the path of the including file; group 1 is the service
  std::vector<std::string> may_see;  // prefixes of project paths; $ stands for the service's own folder
  unsigned libraries;
};

const std::vector<Layer>& Layers() {
  static const std::vector<Layer> layers = {
      {"common/core/", {"common/core/"}, kPure | kCrypto},
      {"common/obs/", {"common/core/", "common/obs/"}, kAllButConnector & ~kGrpc},
      {"common/db/", {"common/core/", "common/obs/", "common/db/"}, ~static_cast<unsigned>(kGrpc)},
      {"common/rpc/", {"common/core/", "common/obs/", "common/rpc/"}, kAllButConnector},
      {"common/events/",
       {"common/core/", "common/obs/", "common/db/", "common/rpc/", "common/events/"},
       kAllButConnector},
      {"services/([^/]+)/domain/", {"common/core/", "$/domain/"}, kPure},
      {"services/([^/]+)/store/",
       {"common/core/", "common/db/", "common/events/", "$/domain/", "$/store/", "$/migrations/"},
       kPure | kSystem | kCrypto | kMessages},
      {"services/([^/]+)/clients/",
       {"common/core/", "common/obs/", "common/rpc/", "$/domain/", "$/clients/"},
       kAllButConnector},
      {"services/([^/]+)/workers/",
       {"common/", "$/domain/", "$/store/", "$/clients/", "$/workers/"},
       kAllButConnector & ~kGrpc},
      {"services/([^/]+)/rpc/",
       {"common/", "$/domain/", "$/store/", "$/clients/", "$/workers/", "$/rpc/"},
       kAllButConnector},
      {"services/([^/]+)/main\\.cc", {"common/", "$/"}, kAllButConnector},
  };
  return layers;
}

bool IsMessage(const std::string& path) {
  return absl::EndsWith(path, ".pb.h");
}

unsigned LibraryOf(const Include& include) {
  static const std::vector<std::pair<std::string, unsigned>> prefixes = {
      {"absl/", kAbseil},       {"openssl/", kCrypto},  {"google/protobuf/", kMessages},
      {"grpc/", kGrpc},         {"grpcpp/", kGrpc},     {"asio", kAsio},
      {"spdlog/", kLogging},    {"mysql/", kConnector}, {"cppconn/", kConnector},
      {"mariadb/", kConnector}, {"mysql", kConnector},  {"conncpp", kConnector},
      {"jdbc/", kConnector},    {"sys/", kSystem},      {"netinet/", kSystem},
      {"arpa/", kSystem},       {"linux/", kSystem},
  };
  if (absl::EndsWith(include.path, ".grpc.pb.h")) return kGrpc;
  if (IsMessage(include.path)) return kMessages;
  for (const auto& [prefix, library] : prefixes) {
    if (absl::StartsWith(include.path, prefix)) return library;
  }
  if (!absl::StrContains(include.path, '.') && !absl::StrContains(include.path, '/')) return kStandard;
  return include.angled && !absl::StrContains(include.path, '/') ? kSystem : kOther;
}

bool IsOurs(const std::string& path) {
  return absl::StartsWith(path, "common/") || absl::StartsWith(path, "services/") ||
         absl::StartsWith(path, "tests/");
}

bool MaySee(const Layer& layer, const std::string& service, const std::string& path) {
  for (std::string prefix : layer.may_see) {
    if (prefix[0] == '$') prefix = absl::StrCat("services/", service, prefix.substr(1));
    if (absl::StartsWith(path, prefix)) return true;
  }
  return false;
}

}  // namespace

Findings CheckIncludes(const SourceFile& file) {
  Findings findings;
  for (const Layer& layer : Layers()) {
    std::smatch match;
    if (!std::regex_search(file.path, match, std::regex(absl::StrCat("^", layer.folder)))) continue;
    const std::string service = match.size() > 1 ? match[1].str() : "";
    for (const Include& include : file.includes) {
      const bool allowed = IsOurs(include.path) ? MaySee(layer, service, include.path)
                                                : (layer.libraries & LibraryOf(include)) != 0;
      if (allowed) continue;
      findings.push_back({file.path, include.line,
                          absl::StrCat("this layer must not see ", include.path,
                                       " (main → rpc, workers, clients, store → domain → common/core)")});
    }
    return findings;
  }
  const bool test = absl::StartsWith(file.path, "tests/");
  if (!test) findings.push_back({file.path, 0, "in no layer that tests/arch/layers.cc knows"});
  return findings;
}

}  // namespace milepost::arch
