#include "common/rpc/request_bytes.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

std::string Joined(const std::string& path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

std::optional<FieldViolation> Malformed(const Descriptor& type, absl::string_view bytes,
                                        const std::string& path, int depth);

// What is wrong with the bytes of one string, bytes or message field.
std::optional<FieldViolation> MalformedValue(const FieldDescriptor& field, const std::string& bytes,
                                             const std::string& path, int depth) {
  if (field.type() == FieldDescriptor::TYPE_STRING && !CountCharacters(bytes))
    return FieldViolation{path, "is not UTF-8"};
  if (field.type() == FieldDescriptor::TYPE_MESSAGE)
    return Malformed(*field.message_type(), bytes, path, depth + 1);
  return std::nullopt;
}

std::optional<FieldViolation> Malformed(const Descriptor& type, absl::string_view bytes,
                                        const std::string& path, int depth) {
  if (depth > kDepthMax) return FieldViolation{path, "is nested too deeply"};
  CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  std::map<int, int> seen;  // how many elements of a repeated field there were
  while (const uint32_t tag = input.ReadTag()) {
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    const FieldDescriptor* const field = type.FindFieldByNumber(number);
    std::string here = path;
    if (field) here = Joined(path, field->name());
    if (field && field->is_repeated()) absl::StrAppend(&here, "[", seen[number]++, "]");
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&input, tag)) return FieldViolation{here, kCutOff};
      continue;
    }
    uint32_t length = 0;
    std::string value;
    if (!input.ReadVarint32(&length) || length > bytes.size() ||
        !input.ReadString(&value, static_cast<int>(length)))
      return FieldViolation{here, kCutOff};
    if (!field) continue;
    if (auto wrong = MalformedValue(*field, value, here, depth)) return wrong;
  }
  if (!input.ConsumedEntireMessage()) return FieldViolation{path, kCutOff};
  return std::nullopt;
}

std::string WholeOf(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string whole;
  if (!bytes.Dump(&slices).ok()) return whole;
  for (const grpc::Slice& slice : slices)
    whole.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return whole;
}

}  // namespace

FieldViolation FirstMalformed(const Descriptor& type, absl::string_view bytes) {
  return Malformed(type, bytes, "", 0).value_or(FieldViolation{"", kCutOff});
}

std::optional<FieldViolation> ParseRequest(const grpc::ByteBuffer& bytes,
                                           google::protobuf::Message& request) {
  grpc::ByteBuffer readable(bytes);  // shares the bytes
  grpc::ProtoBufferReader reader(&readable);
  const QuietLibraries quiet;  // protobuf would write a line of its own for what the answer says
  if (reader.status().ok() && request.ParseFromZeroCopyStream(&reader)) return std::nullopt;
  return FirstMalformed(*request.GetDescriptor(), WholeOf(bytes));
}

}  // namespace milepost::rpc
