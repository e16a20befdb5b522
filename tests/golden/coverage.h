// What the corpus holds of the messages that are stored: which fields were set and which were absent, and which values of their
// enums occur. Read from the messages' descriptors, so that nothing that is added to them can be forgotten here.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace milepost::golden {

bool IsSet(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

class Coverage {
 public:
  // `bytes` are a message of the type of `prototype`.
  void Add(const google::protobuf::Message& prototype, absl::string_view bytes);

  // By full name, what was never seen of a message of this type and of all that can stand in it: a field that was never set;
  // one that may be absent and never was; a value of an enum.
  std::vector<std::string> Missing(const google::protobuf::Descriptor& root) const;

 private:
  void AddMessage(const google::protobuf::Message& message);
  void AddField(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

  std::set<std::string> set_, absent_, values_;
};

}  // namespace milepost::golden
