// Makes a plausible request wrong, field by field, and its serialised bytes wrong: edges of numbers and lengths, names of other
// kinds, huge and repeated parts, unknown fields and enum numbers, times and amounts out of all ranges, bytes that are no message.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "tests/fuzz/pool.h"
#include "tests/fuzz/random.h"

namespace milepost::fuzz {

class Mutator {
 public:
  // Both must outlive it.
  Mutator(const Pool& pool, Random& random) : pool_(pool), random_(random) {}

  // Changes one field somewhere in the message. `room` is how many bytes it may add.
  void Mutate(google::protobuf::Message& message, size_t room);
  // Changes some of the bytes of a serialised message; they need not be a message afterwards.
  void MutateBytes(std::string& bytes);

 private:
  using Field = google::protobuf::FieldDescriptor;

  void MutateField(google::protobuf::Message& message, const Field& field, size_t room);
  void MutateText(google::protobuf::Message& message, const Field& field, size_t room);
  void MutateList(google::protobuf::Message& message, const Field& field, size_t room);
  void MutatePart(google::protobuf::Message& message, const Field& field, size_t room);
  void MutateMoney(google::protobuf::Message& money);
  void SetTime(google::protobuf::Message& time);
  void AddUnknown(google::protobuf::Message& message, size_t room);
  int64_t Edge(const Field& field);
  std::string BadText(const Field& field, const std::string& was, size_t room);

  const Pool& pool_;
  Random& random_;
};

}  // namespace milepost::fuzz
