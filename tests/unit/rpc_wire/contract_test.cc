// The contract as a whole: who may call what, as docs/API.md prints it; names for generators of other languages; the reasons,
// as the table of refusals has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/reason.h"
#include "google/protobuf/descriptor.pb.h"
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

// Methods that change something, by their names: those that Get, List and the like do not begin.
bool Changes(absl::string_view method) {
  for (const char* reads :
       {"Get", "BatchGet", "List", "Search", "Watch", "Check", "Preview", "Quote", "Audit"})
    if (absl::StartsWith(method, reads)) return false;
  return true;
}

bool HasField(const google::protobuf::DescriptorProto& message, absl::string_view field) {
  return std::any_of(message.field().begin(), message.field().end(),
                     [&](const auto& each) { return each.name() == field; });
}

TEST(Contract, EveryMutationHasARequestIdAndAPreviewAndSaysWhetherItIsAReplay) {
  int mutations = 0;
  const google::protobuf::FileDescriptorSet contract = Contract();
  for (const auto& file : contract.file()) {
    // The test clock and the simulator are tools; the provider's requests have keys of their own.
    const bool is_ours = absl::StartsWith(file.package(), "milepost.") &&
                         file.package() != "milepost.testing.v1" && file.package() != "milepost.payments.v1";
    if (!is_ours) continue;
    std::map<std::string, google::protobuf::DescriptorProto> messages;
    for (const auto& message : file.message_type()) messages[message.name()] = message;
    for (const auto& service : file.service()) {
      for (const auto& method : service.method()) {
        const auto& request = messages[absl::StrCat(method.name(), "Request")];
        const auto& response = messages[absl::StrCat(method.name(), "Response")];
        const bool changes = Changes(method.name());
        mutations += changes;
        for (const char* field : {"request_id", "validate_only"})
          EXPECT_EQ(HasField(request, field), changes) << method.name() << ": " << field;
        EXPECT_EQ(HasField(response, "replayed"), changes) << method.name();
      }
    }
  }
  EXPECT_GE(mutations, 35);
}

// "billing" → "Billing", "gig_catalog" → "GigCatalog".
std::string Camel(absl::string_view name) {
  std::string camel;
  for (const absl::string_view word : absl::StrSplit(name, '_')) {
    camel += absl::ascii_toupper(static_cast<unsigned char>(word[0]));
    absl::StrAppend(&camel, word.substr(1));
  }
  return camel;
}

// Clients in other languages get packages of ours, whatever a file is called; a new file can't be forgotten.
TEST(Contract, NamesThePackagesOfOtherLanguagesByItsOwn) {
  const google::protobuf::FileDescriptorSet contract = Contract();
  for (const auto& file : contract.file()) {
    if (!absl::StartsWith(file.package(), "milepost.")) continue;
    const std::vector<std::string> parts = absl::StrSplit(file.package(), '.');
    const std::vector<std::string> path = absl::StrSplit(file.name(), '/');
    const auto& options = file.options();
    EXPECT_EQ(options.go_package(), absl::StrCat("milepost.dev/contract/", absl::StrJoin(parts, "/"), ";",
                                                 absl::StrJoin(parts.begin() + 1, parts.end(), "")))
        << file.name();
    EXPECT_EQ(options.java_package(), absl::StrCat("dev.", file.package())) << file.name();
    EXPECT_TRUE(options.java_multiple_files()) << file.name();
    EXPECT_EQ(options.java_outer_classname(),
              absl::StrCat(Camel(absl::StripSuffix(path.back(), ".proto")), "Proto"))
        << file.name();
    std::vector<std::string> names;
    for (const std::string& part : parts) names.push_back(Camel(part));
    EXPECT_EQ(options.csharp_namespace(), absl::StrJoin(names, ".")) << file.name();
  }
}

// google.type, google.rpc and gRPC's own services are their publishers' modules; ours has nothing of theirs.
TEST(Contract, PublishesNothingOfOthersUnderItsOwnName) {
  const google::protobuf::FileDescriptorSet contract = Contract();
  std::set<std::string> roots;
  for (const auto& file : contract.file()) roots.insert(file.name().substr(0, file.name().find('/')));
  EXPECT_THAT(roots, testing::IsSubsetOf({"google", "milepost"}));
  for (const auto& file : contract.file()) {
    if (!absl::StartsWith(file.package(), "google.")) continue;
    EXPECT_TRUE(absl::StartsWith(file.options().java_package(), "com.google.")) << file.name();
    EXPECT_TRUE(absl::StrContains(file.options().go_package(), "google.golang.org/")) << file.name();
  }
}

// "// NOT_FOUND: No such gig, or you may not see it. …" above each value.
std::map<std::string, std::string> CommentsOfReasons() {
  std::map<std::string, std::string> comments;
  const google::protobuf::FileDescriptorSet contract = Contract();
  for (const auto& file : contract.file()) {
    if (file.name() != "milepost/type/v1/reason.proto") continue;
    for (const auto& location : file.source_code_info().location()) {
      // enum_type 0, value n: descriptor.proto numbers enum_type 5 in a file and value 2 in an enum.
      if (location.path_size() != 4 || location.path(0) != 5 || location.path(2) != 2) continue;
      std::string comment = location.leading_comments();
      absl::StrReplaceAll({{"\n", ""}}, &comment);
      comments[file.enum_type(0).value(location.path(3)).name()] = comment;
    }
  }
  return comments;
}

TEST(Contract, HasEachReasonOfTheTableWithItsCodeAndText) {
  std::map<std::string, std::string> comments = CommentsOfReasons();
  comments.erase("REASON_UNSPECIFIED");
  for (const ReasonRow& row : kReasons) {
    const std::string name = absl::StrCat("REASON_", row.name);
    const std::string begin = absl::StrCat(" ", absl::StatusCodeToString(row.code), ": ", row.english, " ");
    EXPECT_TRUE(absl::StartsWith(comments[name], begin))
        << "protos/milepost/type/v1/reason.proto: " << name << " lacks: //" << begin;
    EXPECT_GT(comments[name].size(), begin.size()) << name << " does not say how to go on";
    comments.erase(name);
  }
  for (const auto& [name, comment] : comments)
    ADD_FAILURE() << name << " stands in the contract and not in common/core/reason.h";
}

}  // namespace
}  // namespace milepost::rpc
