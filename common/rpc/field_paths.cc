#include "common/rpc/field_paths.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"

namespace milepost::rpc {
namespace {

absl::Status ChangeFields(absl::Status refused, absl::FunctionRef<void(FieldViolation&)> change) {
  std::optional<Refusal> refusal = RefusalOf(refused);
  if (!refusal || refusal->fields.empty()) return refused;
  for (FieldViolation& violation : refusal->fields) change(violation);
  return RefuseFields(std::move(refusal->fields), refusal->reason);
}

}  // namespace

absl::Status RenameFields(absl::Status refused,
                          absl::FunctionRef<std::string(absl::string_view path)> rename) {
  return ChangeFields(std::move(refused),
                      [&](FieldViolation& violation) { violation.field = rename(violation.field); });
}

absl::Status AboutField(absl::Status refused, absl::string_view field) {
  if (IsRefusal(refused, Reason::kRequestIdReused)) return refused;
  return ChangeFields(std::move(refused), [&](FieldViolation& violation) {
    violation.description = absl::StrCat(violation.field, " ", violation.description);
    violation.field = std::string(field);
  });
}

}  // namespace milepost::rpc
