#include "common/rpc/status_map.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace milepost::rpc {
namespace {

// The trailing metadata of a call are limited to 8 KiB by default on a client, after base64; what exceeds
// that reaches nobody. These keep a status below 5 KiB.
constexpr size_t kMaxViolationBytes = 2048;
constexpr size_t kMaxValueBytes = 256;

constexpr int64_t kRetryDelayMs = 500;

// The text cut to `size` bytes, at the boundary of a character.
std::string Cut(absl::string_view text, size_t size) {
  if (text.size() <= size) return std::string(text);
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return absl::StrCat(text.substr(0, size), "…");
}

// What leaves for any status that is not OK: itself if it is a refusal, INTERNAL for the rest.
Refusal PublicRefusal(const absl::Status& status) {
  if (std::optional<Refusal> refusal = RefusalOf(status)) return *std::move(refusal);
  return Refusal{Reason::kInternal, {}, {}};
}

google::rpc::BadRequest BadRequestOf(const Refusal& refusal) {
  google::rpc::BadRequest bad_request;
  size_t bytes = 0, left = refusal.fields.size();
  for (const FieldViolation& violation : refusal.fields) {
    const std::string field = Cut(violation.field, kMaxValueBytes);
    const std::string description = Cut(violation.description, kMaxValueBytes);
    bytes += field.size() + description.size();
    if (bytes > kMaxViolationBytes) break;
    auto* added = bad_request.add_field_violations();
    added->set_field(field);
    added->set_description(description);
    --left;
  }
  if (left > 0) {
    auto* more = bad_request.add_field_violations();
    more->set_description(absl::StrCat("and ", left, " more"));
  }
  return bad_request;
}

google::rpc::PreconditionFailure PreconditionOf(const Refusal& refusal, const ReasonRow& row,
                                                const std::string& text) {
  google::rpc::PreconditionFailure failure;
  auto* violation = failure.add_violations();
  violation->set_type(std::string(row.name));
  const absl::string_view resource = refusal.detail("resource");
  violation->set_subject(Cut(resource.empty() ? refusal.detail("state") : resource, kMaxValueBytes));
  violation->set_description(text);
  return failure;
}

google::rpc::RetryInfo RetryOf(const Refusal& refusal) {
  int64_t ms = 0;
  if (!absl::SimpleAtoi(refusal.detail("retry_delay_ms"), &ms) || ms <= 0) ms = kRetryDelayMs;
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(ms / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(ms % 1000 * 1'000'000));
  return retry;
}

const absl::flat_hash_map<absl::string_view, Reason>& ReasonsByName() {
  static const auto* const reasons = [] {
    auto* all = new absl::flat_hash_map<absl::string_view, Reason>();
    for (const ReasonRow& row : kReasons) all->emplace(row.name, row.reason);
    return all;
  }();
  return *reasons;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, absl::string_view language, absl::string_view log_id) {
  if (status.ok()) return grpc::Status::OK;
  Refusal refusal = PublicRefusal(status);
  for (auto& [key, value] : refusal.details) value = Cut(value, kMaxValueBytes);
  const ReasonRow& row = RowOf(refusal.reason);
  const std::string text = TextOf(refusal);

  google::rpc::Status full;
  full.set_code(static_cast<int>(row.code));
  full.set_message(text);
  google::rpc::ErrorInfo error_info;
  error_info.set_reason(std::string(row.name));
  error_info.set_domain(kErrorDomain);
  for (const auto& [key, value] : refusal.details) (*error_info.mutable_metadata())[key] = value;
  if (refusal.reason == Reason::kInternal && !log_id.empty())
    (*error_info.mutable_metadata())["log_id"] = std::string(log_id);
  const auto add = [&full](const google::protobuf::Message& detail) {
    static_cast<void>(
        full.add_details()->PackFrom(detail));  // false only for what can't be serialized: none of these
  };
  add(error_info);
  if (!refusal.fields.empty()) add(BadRequestOf(refusal));
  if (row.code == absl::StatusCode::kFailedPrecondition) add(PreconditionOf(refusal, row, text));
  if (row.code == absl::StatusCode::kResourceExhausted || row.code == absl::StatusCode::kUnavailable)
    add(RetryOf(refusal));
  google::rpc::LocalizedMessage localized;
  localized.set_locale(language == "de" ? "de" : "en");
  localized.set_message(TextOf(refusal, language));
  add(localized);
  return grpc::Status(static_cast<grpc::StatusCode>(row.code), text, full.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status plain(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status full;
  if (status.error_details().empty() || !full.ParseFromString(status.error_details())) return plain;
  std::optional<Reason> reason;
  Details details;
  std::vector<FieldViolation> fields;
  for (const google::protobuf::Any& detail : full.details()) {
    google::rpc::ErrorInfo error_info;
    google::rpc::BadRequest bad_request;
    if (detail.UnpackTo(&error_info) && error_info.domain() == kErrorDomain) {
      const auto row = ReasonsByName().find(error_info.reason());
      if (row == ReasonsByName().end()) return plain;
      reason = row->second;
      for (const auto& [key, value] : error_info.metadata()) details.emplace_back(key, value);
    } else if (detail.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations())
        fields.push_back({violation.field(), violation.description()});
    }
  }
  if (!reason) return plain;
  std::sort(details.begin(), details.end());  // a proto map has no order
  return fields.empty() ? Refuse(*reason, std::move(details)) : RefuseFields(std::move(fields), *reason);
}

bool OutcomeUnknown(const absl::Status& status) {
  if (status.ok()) return false;
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal) return true;
  switch (refusal->reason) {
    case Reason::kInternal:
    case Reason::kOutcomeUnknown:
    case Reason::kPeerUnavailable:
      return true;
    default:
      return false;
  }
}

}  // namespace milepost::rpc
