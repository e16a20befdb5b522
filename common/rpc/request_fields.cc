#include "common/rpc/request_fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/core/id.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace milepost::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::internal::WireFormatLite;

const FieldDescriptor* Singular(const Descriptor& type, const char* name, FieldDescriptor::CppType cpp_type) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field && !field->is_repeated() && field->cpp_type() == cpp_type ? field : nullptr;
}

const FieldDescriptor* FirstResource(const Descriptor& type) {
  for (const char* name : {"name", "order", "offer", "gig"})
    if (const FieldDescriptor* field = Singular(type, name, FieldDescriptor::CPPTYPE_STRING)) return field;
  return nullptr;
}

const std::string& Text(const Message& message, const FieldDescriptor* field, std::string& scratch) {
  return message.GetReflection()->GetStringReference(message, field, &scratch);
}

constexpr uint64_t kNoEvent = 0;  // an aggregate's events are numbered from 1

void AddOnce(std::vector<FieldViolation>& violations, FieldViolation violation) {
  const auto same_field = [&](const FieldViolation& other) { return other.field == violation.field; };
  if (std::none_of(violations.begin(), violations.end(), same_field))
    violations.push_back(std::move(violation));
}

// Etags are compared as bytes. An etag that no read returned becomes kNoEvent, which matches no resource.
std::optional<uint64_t> SequenceOfEtag(absl::string_view etag) {
  if (etag.empty()) return std::nullopt;
  uint64_t sequence = kNoEvent;
  return absl::SimpleAtoi(etag, &sequence) && absl::StrCat(sequence) == etag ? sequence : kNoEvent;
}

// `bytes` without its top-level fields of these numbers. Deterministic serialization in, deterministic out.
std::string WithoutFields(const std::string& bytes, int first, int second) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  std::string kept;
  kept.reserve(bytes.size());
  for (;;) {
    const int start = in.CurrentPosition();
    const uint32_t tag = in.ReadTag();
    if (tag == 0 || !WireFormatLite::SkipField(&in, tag)) return kept;
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    if (number != first && number != second) kept.append(bytes, start, in.CurrentPosition() - start);
  }
}

}  // namespace

RequestFields::RequestFields(const Descriptor& request)
    : type_(request.full_name()),
      request_id_(Singular(request, "request_id", FieldDescriptor::CPPTYPE_STRING)),
      validate_only_(Singular(request, "validate_only", FieldDescriptor::CPPTYPE_BOOL)),
      etag_(Singular(request, "etag", FieldDescriptor::CPPTYPE_STRING)),
      resource_(FirstResource(request)) {}

void RequestFields::Read(const Message& request, Call& call, std::vector<FieldViolation>& violations) const {
  std::string scratch;
  if (request_id_) {
    const std::string& text = Text(request, request_id_, scratch);
    const absl::StatusOr<Uuid> uuid = Uuid::ParseAnyCase(text);
    if (uuid.ok())
      call.request_id = *uuid;
    else
      AddOnce(violations,
              {"request_id", text.empty() ? "is required: a UUID that is new for every new request"
                                          : "must be a UUID in the form 8-4-4-4-12"});
  }
  if (validate_only_) call.validate_only = request.GetReflection()->GetBool(request, validate_only_);
  if (etag_) call.expected_sequence = SequenceOfEtag(Text(request, etag_, scratch));
}

std::string RequestFields::Hash(const Message& request) const {
  if (!request_id_) return "";
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    static_cast<void>(request.SerializePartialToCodedStream(&out));  // into memory: it can't fail
  }
  const int validate_only = validate_only_ ? validate_only_->number() : 0;
  return Sha256(absl::StrCat(type_, "\n", WithoutFields(bytes, request_id_->number(), validate_only)));
}

std::string RequestFields::Resource(const Message& request) const {
  std::string scratch;
  return resource_ ? Text(request, resource_, scratch) : "";
}

}  // namespace milepost::rpc
