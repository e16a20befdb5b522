#include "common/rpc/request_bytes.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/core/utf8.h"
#include "common/rpc/library_log.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "grpcpp/support/proto_buffer_reader.h"

namespace milepost::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr int kDepthMax = 100;  // protobuf's own
constexpr char kCutOff[] = "is cut off, or is not protobuf";

FieldViolation CutOff() {
  return {"", kCutOff};
}

std::string NameOf(const FieldDescriptor& field, int index) {
  return field.is_repeated() ? absl::StrCat(field.name(), "[", index, "]") : std::string(field.name());
}

// What is wrong within the field `name`, as the message that holds the field says it.
FieldViolation Within(const std::string& name, FieldViolation wrong) {
  wrong.field = wrong.field.empty() ? name : absl::StrCat(name, ".", wrong.field);
  return wrong;
}

std::optional<FieldViolation> MalformedMessage(const Descriptor& type, absl::string_view bytes, int depth);

// What is wrong with the bytes of one string, bytes or message field.
std::optional<FieldViolation> MalformedValue(const FieldDescriptor& field, absl::string_view bytes,
                                             int depth) {
  if (field.type() == FieldDescriptor::TYPE_STRING && !CountCharacters(bytes))
    return FieldViolation{"", "is not UTF-8"};
  if (field.type() == FieldDescriptor::TYPE_MESSAGE)
    return MalformedMessage(*field.message_type(), bytes, depth + 1);
  return std::nullopt;
}

// What is wrong with the value that follows `tag`. `input` stands at its beginning in `message`, and then at its end. `field`
// is null for an unknown one.
std::optional<FieldViolation> MalformedField(const FieldDescriptor* field, uint32_t tag,
                                             absl::string_view message, CodedInputStream& input, int depth) {
  if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
    if (!WireFormatLite::SkipField(&input, tag)) return CutOff();
    return std::nullopt;
  }
  uint32_t length = 0;
  if (!input.ReadVarint32(&length)) return CutOff();
  const absl::string_view rest = message.substr(static_cast<size_t>(input.CurrentPosition()));
  if (length > rest.size() || !input.Skip(static_cast<int>(length))) return CutOff();
  return field ? MalformedValue(*field, rest.substr(0, length), depth) : std::nullopt;
}

std::optional<FieldViolation> MalformedMessage(const Descriptor& type, absl::string_view bytes, int depth) {
  if (depth > kDepthMax) return FieldViolation{"", "is nested too deeply"};
  CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  std::map<int, int> seen;  // how many elements of a repeated field there were
  while (const uint32_t tag = input.ReadTag()) {
    const FieldDescriptor* const field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const int index = field && field->is_repeated() ? seen[field->number()]++ : 0;
    std::optional<FieldViolation> wrong = MalformedField(field, tag, bytes, input, depth);
    if (wrong) return field ? Within(NameOf(*field, index), *std::move(wrong)) : *std::move(wrong);
  }
  if (!input.ConsumedEntireMessage()) return CutOff();
  return std::nullopt;
}

// Steps over one element of a packed list of the field.
bool SkipPacked(const FieldDescriptor& field, CodedInputStream& input) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
    case FieldDescriptor::TYPE_FLOAT:
      return input.Skip(4);
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
    case FieldDescriptor::TYPE_DOUBLE:
      return input.Skip(8);
    default: {
      uint64_t number = 0;
      return input.ReadVarint64(&number);
    }
  }
}

// Counts the elements of a packed list of `length` bytes into `parts`; ends as CountParts does.
bool CountPacked(const FieldDescriptor& field, int length, CodedInputStream& input, int& parts) {
  const CodedInputStream::Limit outer = input.PushLimit(length);
  while (input.BytesUntilLimit() > 0)
    if (++parts > kPartsMax || !SkipPacked(field, input)) return false;
  input.PopLimit(outer);
  return true;
}

bool CountParts(const Descriptor& type, int depth, CodedInputStream& input, int& parts);

// Counts what is within a length-delimited field, null for an unknown one: the fields of a message, the elements of a packed
// list. `input` stands at the length.
bool CountWithin(const FieldDescriptor* field, int depth, CodedInputStream& input, int& parts) {
  uint32_t length = 0;
  if (!input.ReadVarint32(&length) || length > uint32_t{std::numeric_limits<int>::max()}) return false;
  const int bytes = static_cast<int>(length);
  if (field != nullptr && field->is_packable()) return CountPacked(*field, bytes, input, parts);
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_MESSAGE || depth >= kDepthMax)
    return input.Skip(bytes);
  const CodedInputStream::Limit outer = input.PushLimit(bytes);
  if (!CountParts(*field->message_type(), depth + 1, input, parts)) return false;
  input.PopLimit(outer);
  return true;
}

// Counts the fields from here to the limit of `input`, and those of their parts, into `parts`; ends at the first that is one too
// many, and at a fault, where protobuf's parser ends as well. `type` is that of the message.
bool CountParts(const Descriptor& type, int depth, CodedInputStream& input, int& parts) {
  int groups = 0;  // that are open: nobody knows the type of what they hold
  while (const uint32_t tag = input.ReadTag()) {
    const WireFormatLite::WireType wire_type = WireFormatLite::GetTagWireType(tag);
    if (wire_type == WireFormatLite::WIRETYPE_END_GROUP) {
      --groups;
      continue;
    }
    if (++parts > kPartsMax) return false;
    if (wire_type == WireFormatLite::WIRETYPE_START_GROUP) {
      ++groups;
      continue;
    }
    if (wire_type != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&input, tag)) return false;
      continue;
    }
    const FieldDescriptor* const field =
        groups == 0 ? type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag)) : nullptr;
    if (!CountWithin(field, depth, input, parts)) return false;
  }
  return true;
}

bool HasTooManyParts(const Descriptor& type, const grpc::ByteBuffer& bytes) {
  if (bytes.Length() <= size_t{kPartsMax})
    return false;                    // an element of a packed list takes a byte at least, all else two
  grpc::ByteBuffer readable(bytes);  // shares the bytes
  grpc::ProtoBufferReader reader(&readable);
  if (!reader.status().ok()) return false;
  CodedInputStream input(&reader);
  int parts = 0;
  static_cast<void>(CountParts(type, 0, input, parts));
  return parts > kPartsMax;
}

}  // namespace

FieldViolation FirstMalformed(const Descriptor& type, const grpc::ByteBuffer& bytes) {
  if (HasTooManyParts(type, bytes))
    return {"", absl::StrCat("has more than ", kPartsMax, " fields and elements of lists")};
  grpc::Slice whole;
  if (!bytes.DumpToSingleSlice(&whole).ok()) return CutOff();
  const absl::string_view text(reinterpret_cast<const char*>(whole.begin()), whole.size());
  return MalformedMessage(type, text, 0).value_or(CutOff());
}

bool ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  if (HasTooManyParts(*request.GetDescriptor(), bytes)) return false;
  grpc::ByteBuffer readable(bytes);  // shares the bytes
  grpc::ProtoBufferReader reader(&readable);
  const QuietLibraries quiet;  // protobuf would write a line of its own for what the answer says
  return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
}

}  // namespace milepost::rpc
