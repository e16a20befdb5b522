#include "tests/golden/checker.h"

#include <algorithm>

#include "google/protobuf/descriptor.h"

namespace milepost::golden {

TextRow WithoutAdded(TextRow expected, const TextRow& stored, const std::vector<AddedColumn>& added) {
  std::erase_if(expected.cells, [&](const auto& cell) {
    const bool listed = std::any_of(added.begin(), added.end(), [&](const AddedColumn& each) {
      return each.table == expected.table && each.column == cell.first;
    });
    return listed && stored.Text(cell.first).empty();
  });
  return expected;
}

std::vector<TextRow> WithoutAdded(std::vector<TextRow> expected, const std::vector<TextRow>& stored,
                                  const std::vector<AddedColumn>& added) {
  std::erase_if(expected, [&](const TextRow& row) {
    const auto of_table = [&](const TextRow& each) { return each.table == row.table; };
    const bool listed = std::any_of(added.begin(), added.end(), [&](const AddedColumn& each) {
      return each.table == row.table && each.column == "*";
    });
    return listed && std::none_of(stored.begin(), stored.end(), of_table);
  });
  for (size_t i = 0; i < std::min(expected.size(), stored.size()); ++i)
    expected[i] = WithoutAdded(std::move(expected[i]), stored[i], added);
  return expected;
}

bool ClearAdded(google::protobuf::Message& written, const google::protobuf::Message& stored,
                absl::Span<const AddedField> added) {
  bool cleared = false;
  const google::protobuf::Descriptor& type = *written.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    const bool listed = std::any_of(added.begin(), added.end(),
                                    [&](const AddedField& each) { return each.name == field.full_name(); });
    if (!listed || IsSet(stored, field) || !IsSet(written, field)) continue;
    written.GetReflection()->ClearField(&written, &field);
    cleared = true;
  }
  return cleared;
}

void CompareRows(const std::string& where, const std::vector<TextRow>& stored,
                 const std::vector<TextRow>& expected, Findings& findings) {
  for (size_t i = 0; i < std::max(stored.size(), expected.size()); ++i) {
    if (i < stored.size() && i < expected.size() && stored[i] == expected[i]) continue;
    findings.push_back(absl::StrCat(where, ": row ", i + 1, " is not what is written now\n  stored: ",
                                    i < stored.size() ? LineOf(stored[i]) : "none",
                                    "\n  now:    ", i < expected.size() ? LineOf(expected[i]) : "none"));
  }
}

}  // namespace milepost::golden
