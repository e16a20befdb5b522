#include "common/rpc/update_mask.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace milepost::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

const FieldMask* MaskOf(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("update_mask");
  if (!field || field->is_repeated() || field->message_type() != FieldMask::descriptor()) return nullptr;
  return static_cast<const FieldMask*>(&request.GetReflection()->GetMessage(request, field));
}

const FieldDescriptor* ResourceOf(const Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    if (field->message_type() && !field->is_repeated() && field->message_type() != FieldMask::descriptor())
      return field;
  }
  return nullptr;
}

// Whether `path` is `root` or lies in it: "packages[0].price" in "packages".
bool IsWithin(absl::string_view path, absl::string_view root) {
  if (!absl::StartsWith(path, root)) return false;
  return path.size() == root.size() || path[root.size()] == '.' || path[root.size()] == '[';
}

}  // namespace

void DropUnmasked(const Message& request, std::vector<FieldViolation>& violations) {
  const FieldMask* mask = MaskOf(request);
  const FieldDescriptor* resource = ResourceOf(*request.GetDescriptor());
  if (!mask || mask->paths_size() == 0 || !resource) return;
  const std::string prefix = absl::StrCat(resource->name(), ".");
  const auto left_alone = [&](const FieldViolation& violation) {
    if (!absl::StartsWith(violation.field, prefix)) return false;
    const absl::string_view path = absl::string_view(violation.field).substr(prefix.size());
    return std::none_of(mask->paths().begin(), mask->paths().end(),
                        [&](const std::string& masked) { return IsWithin(path, masked); });
  };
  violations.erase(std::remove_if(violations.begin(), violations.end(), left_alone), violations.end());
}

void CheckMask(const FieldMask& mask, absl::Span<const absl::string_view> fields,
               std::vector<FieldViolation>& violations) {
  for (const std::string& path : mask.paths())
    if (std::find(fields.begin(), fields.end(), path) == fields.end())
      violations.push_back({"update_mask", absl::StrCat("may name ", absl::StrJoin(fields, ", "), " only")});
}

bool Updates(const FieldMask& mask, absl::string_view field) {
  const auto& paths = mask.paths();
  return paths.empty() || std::find(paths.begin(), paths.end(), field) != paths.end();
}

}  // namespace milepost::rpc
