// docs/API.md prints who may call each method, as the contract says it.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "milepost/type/v1/rules.pb.h"

namespace milepost::rpc {
namespace {

std::string FileAt(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The whole public contract, as `grpcurl -protoset` reads it.
google::protobuf::FileDescriptorSet Contract() {
  google::protobuf::FileDescriptorSet contract;
  EXPECT_TRUE(contract.ParseFromString(FileAt(MILEPOST_PROTOSET)));
  return contract;
}

// As the page prints them.
std::string TextOf(const type::v1::Callers& callers) {
  if (callers.anyone()) return "anyone";
  std::vector<std::string> kinds;
  if (callers.users()) kinds.push_back("users");
  if (callers.operators()) kinds.push_back("operators");
  if (callers.services()) kinds.push_back("services");
  if (!callers.service().empty()) kinds.push_back(absl::StrCat("services/", callers.service()));
  return absl::StrJoin(kinds, ", ");
}

TEST(Contract, SaysWhoMayCallEachMethodAndSoDoesThePage) {
  const std::string page = FileAt(absl::StrCat(MILEPOST_SOURCE_DIR, "/docs/API.md"));
  const google::protobuf::FileDescriptorSet contract = Contract();
  int methods = 0;
  for (const auto& file : contract.file()) {
    if (!absl::StartsWith(file.package(), "milepost.")) continue;
    for (const auto& service : file.service()) {
      for (const auto& method : service.method()) {
        ++methods;
        const std::string callers = TextOf(method.options().GetExtension(type::v1::callers));
        EXPECT_NE(callers, "") << method.name() << " lacks (milepost.type.v1.callers)";
        const std::string line =
            absl::StrCat("| `", service.name(), ".", method.name(), "` | ", callers, " |\n");
        EXPECT_TRUE(absl::StrContains(page, line)) << "docs/API.md lacks: " << line;
      }
    }
  }
  EXPECT_GT(methods, 60);
}

}  // namespace
}  // namespace milepost::rpc
