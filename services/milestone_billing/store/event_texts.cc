#include "services/milestone_billing/store/event_texts.h"

#include <google/protobuf/io/coded_stream.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/core/id.h"
#include "milepost/storage/v1/order.pb.h"

namespace milepost::billing {
namespace {

namespace pb = milepost::storage::v1;
using google::protobuf::io::CodedInputStream;

// Passes over the value of a field; false where there is none.
bool SkipValue(CodedInputStream& in, uint32_t tag) {
  uint64_t number = 0;
  uint32_t size = 0;
  switch (tag & 7) {
    case 0:
      return in.ReadVarint64(&number);
    case 1:
      return in.Skip(8);
    case 2:
      return in.ReadVarint32(&size) && in.Skip(static_cast<int>(size));
    case 5:
      return in.Skip(4);
    default:
      return false;
  }
}

// The message of the event that the payload holds, or null.
const google::protobuf::Message* KindIn(const pb::OrderEvent& event) {
  const auto* oneof = event.GetDescriptor()->FindOneofByName("event");
  const auto* kind = event.GetReflection()->GetOneofFieldDescriptor(event, oneof);
  if (kind == nullptr || kind->cpp_type() != kind->CPPTYPE_MESSAGE) return nullptr;
  return &event.GetReflection()->GetMessage(event, kind);
}

// The hash of the text `name` that the event has, in its field `name`_sha256; empty where its kind has no such text.
std::string HashIn(const pb::OrderEvent& event, const std::string& name) {
  const google::protobuf::Message* kind = KindIn(event);
  if (kind == nullptr) return "";
  const auto* hash = kind->GetDescriptor()->FindFieldByName(name + "_sha256");
  return hash ? kind->GetReflection()->GetString(*kind, hash) : "";
}

// Every field of OrderTexts is a text, so that none can be forgotten.
absl::Status CheckEach(const pb::OrderEvent& event) {
  const pb::OrderTexts& texts = event.texts();
  const auto* type = pb::OrderTexts::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const std::string name(type->field(i)->name());
    const std::string text = texts.GetReflection()->GetString(texts, type->field(i));
    if (!text.empty() && Sha256(text) != HashIn(event, name))
      return absl::DataLossError(absl::StrCat("its ", name, " is not the one whose hash it has"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view ChainedPart(absl::string_view payload) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(payload.data()), static_cast<int>(payload.size()));
  for (;;) {
    const int start = in.CurrentPosition();
    const uint32_t tag = in.ReadTag();
    if (tag >> 3 == pb::OrderEvent::kTextsFieldNumber) return payload.substr(0, start);
    if (tag == 0 || !SkipValue(in, tag)) return payload;
  }
}

absl::Status CheckTexts(absl::string_view payload) {
  const absl::string_view rest = payload.substr(ChainedPart(payload).size());
  if (rest.empty()) return absl::OkStatus();
  pb::OrderEvent event, texts_alone;
  if (!event.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return absl::DataLossError("its texts can't be read");
  *texts_alone.mutable_texts() = event.texts();
  texts_alone.mutable_texts()->DiscardUnknownFields();
  if (texts_alone.SerializeAsString() != rest)
    return absl::DataLossError("more than its texts follows its chained part");
  return CheckEach(event);
}

}  // namespace milepost::billing
