#include "common/rpc/this_build.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/obs/log.h"
#include "common/rpc/known_faults.h"
#include "google/protobuf/stubs/common.h"
#include "grpcpp/grpcpp.h"

namespace milepost::rpc {
namespace {

constexpr obs::Metric kBuild{
    "milepost_build_info", obs::MetricKind::kGauge,
    "Always 1; the labels name the versions of Milepost, gRPC, protobuf and the compiler."};

constinit const char* server_version = "no server";

// 3021012 is 3.21.12.
std::string ProtobufVersion(int number) {
  return absl::StrCat(number / 1'000'000, ".", number / 1000 % 1000, ".", number % 1000);
}

std::string Listed(const std::vector<KnownFault>& faults) {
  return absl::StrJoin(faults, " ", [](std::string* out, const KnownFault& fault) {
    absl::StrAppend(out, fault.id, ": ", fault.what);
  });
}

}  // namespace

ServerVersion::ServerVersion(const char* version) {
  server_version = version;
}

BuildInfo ThisBuild() {
#ifdef __clang__
  constexpr char kCompiler[] = __VERSION__;  // begins with "Clang"
#else
  constexpr char kCompiler[] = "gcc " __VERSION__;
#endif
  return {.version = server_version,
          .grpc = grpc::Version(),
          .protobuf = ProtobufVersion(GOOGLE_PROTOBUF_VERSION),
          .compiler = kCompiler};
}

void ReadBuild(obs::Exposition& exposition) {
  const BuildInfo build = ThisBuild();
  exposition.Add(kBuild, 1,
                 {{"version", build.version},
                  {"grpc", build.grpc},
                  {"protobuf", build.protobuf},
                  {"compiler", build.compiler}});
}

void LogBuild() {
  const BuildInfo build = ThisBuild();
  obs::Log(obs::Level::kInfo, "starting")
      .With("version", build.version)
      .With("grpc", build.grpc)
      .With("protobuf", build.protobuf)
      .With("compiler", build.compiler)
      .With("built", MILEPOST_BUILD_TYPE);
  const std::vector<KnownFault> faults = FaultsOfThisGrpc();
  if (faults.empty()) return;
  obs::Log(obs::Level::kWarn, "this gRPC has publicly known faults")
      .With("grpc", build.grpc)
      .With("faults", Listed(faults));
}

}  // namespace milepost::rpc
