#include "tests/golden/coverage.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "tests/golden/exceptions.h"

namespace milepost::golden {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Whether to ask for a row without it: `optional` says that there are such rows, and a message inside may be missing. A
// oneof's alternatives are absent where another is set.
bool MayBeAbsent(const FieldDescriptor& field) {
  if (field.is_repeated() || !field.has_presence() || field.real_containing_oneof() != nullptr) return false;
  return std::find(std::begin(kAlwaysThere), std::end(kAlwaysThere), field.full_name()) ==
         std::end(kAlwaysThere);
}

// 0 stands for "none" in every stored enum.
std::vector<std::string> ValuesOf(const EnumDescriptor& type) {
  std::vector<std::string> values;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    values.emplace_back(type.value(i)->full_name());
  }
  return values;
}

bool IsNeverStored(absl::string_view name) {
  return std::any_of(std::begin(kNeverStored), std::end(kNeverStored),
                     [&](const NeverStored& never) { return never.name == name; });
}

// Puts the types of all that can stand in a message of this type into `types`, itself included.
void Collect(const Descriptor& type, std::set<const Descriptor*>& types) {
  if (!types.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i)
    if (const Descriptor* inner = type.field(i)->message_type()) Collect(*inner, types);
}

}  // namespace

bool IsSet(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  return field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                             : reflection.HasField(message, &field);
}

void Coverage::Add(const Message& prototype, absl::string_view bytes) {
  const std::unique_ptr<Message> message(prototype.New());
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) AddMessage(*message);
}

void Coverage::AddMessage(const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) AddField(message, *type.field(i));
}

void Coverage::AddField(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (!IsSet(message, field)) {
    absent_.emplace(field.full_name());
    return;
  }
  set_.emplace(field.full_name());
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddMessage(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                     : reflection.GetMessage(message, &field));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      const int number = field.is_repeated() ? reflection.GetRepeatedEnumValue(message, &field, i)
                                             : reflection.GetEnumValue(message, &field);
      // Of a value that the enum does not know there is no name.
      if (const auto* value = field.enum_type()->FindValueByNumber(number))
        values_.emplace(value->full_name());
    }
  }
}

std::vector<std::string> Coverage::Missing(const Descriptor& root) const {
  std::set<const Descriptor*> types;
  Collect(root, types);
  std::set<std::string> missing;
  const auto expect = [&](const std::string& name, const std::set<std::string>& seen) {
    const bool never = IsNeverStored(name);
    if (!never && !seen.contains(name)) missing.insert(name);
    if (never && seen.contains(name)) missing.insert(name + ", which kNeverStored says is never stored");
  };
  for (const Descriptor* type : types) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor& field = *type->field(i);
      const std::string name(field.full_name());
      expect(name, set_);
      if (MayBeAbsent(field) && !absent_.contains(name)) missing.insert(name + ", absent");
      if (field.enum_type() == nullptr) continue;
      for (const std::string& value : ValuesOf(*field.enum_type())) expect(value, values_);
    }
  }
  return {missing.begin(), missing.end()};
}

}  // namespace milepost::golden
