// The messages of sample.proto, by name and from text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "common/core/refusal.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "sample.pb.h"

namespace milepost {

inline void PrintTo(const FieldViolation& violation, std::ostream* out) {
  *out << violation.field << ": " << violation.description;
}

}  // namespace milepost

namespace milepost::rpc {

inline std::unique_ptr<google::protobuf::Message> NewSample(const std::string& name,
                                                            const std::string& text = "") {
  // Naming one generated type keeps the linker from dropping the whole file.
  const google::protobuf::FileDescriptor* file = sample::Text::descriptor()->file();
  const google::protobuf::Descriptor* type = file->FindMessageTypeByName(name);
  std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get())) << text;
  return message;
}

}  // namespace milepost::rpc
