#include "common/core/refusal.h"

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace milepost {
namespace {

constexpr char kPayloadUrl[] = "type.milepost.dev/refusal";

// The payload is a list of length-prefixed strings: reason, number of details, key, value, …, field, description, …
void Put(std::string& out, absl::string_view text) {
  absl::StrAppend(&out, text.size(), ":", text);
}

std::optional<std::string> Take(absl::string_view& in) {
  const size_t colon = in.find(':');
  size_t size = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(in.substr(0, colon), &size)) return std::nullopt;
  if (in.size() < colon + 1 + size) return std::nullopt;
  std::string text(in.substr(colon + 1, size));
  in.remove_prefix(colon + 1 + size);
  return text;
}

absl::Status ToStatus(const Refusal& refusal) {
  const ReasonRow& row = RowOf(refusal.reason);
  std::string payload;
  Put(payload, absl::StrCat(static_cast<int>(refusal.reason)));
  Put(payload, absl::StrCat(refusal.details.size()));
  for (const auto& [key, value] : refusal.details) {
    Put(payload, key);
    Put(payload, value);
  }
  for (const FieldViolation& violation : refusal.fields) {
    Put(payload, violation.field);
    Put(payload, violation.description);
  }
  absl::Status status(row.code, TextOf(refusal));
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

}  // namespace

absl::string_view Refusal::detail(absl::string_view key) const {
  for (const auto& [name, value] : details)
    if (name == key) return value;
  return "";
}

absl::Status Refuse(Reason reason, Details details) {
  return ToStatus(Refusal{reason, std::move(details), {}});
}

absl::Status RefuseFields(std::vector<FieldViolation> fields, Reason reason) {
  return ToStatus(Refusal{reason, {}, std::move(fields)});
}

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload) return std::nullopt;
  const std::string bytes(*payload);
  absl::string_view in = bytes;
  int reason = 0, details = 0;
  const std::optional<std::string> reason_text = Take(in), count_text = Take(in);
  if (!reason_text || !absl::SimpleAtoi(*reason_text, &reason)) return std::nullopt;
  if (!count_text || !absl::SimpleAtoi(*count_text, &details)) return std::nullopt;
  Refusal refusal{static_cast<Reason>(reason), {}, {}};
  while (!in.empty()) {
    std::optional<std::string> first = Take(in), second = Take(in);
    if (!first || !second) return std::nullopt;
    if (details-- > 0)
      refusal.details.emplace_back(std::move(*first), std::move(*second));
    else
      refusal.fields.push_back({std::move(*first), std::move(*second)});
  }
  return refusal;
}

bool IsRefusal(const absl::Status& status, Reason reason) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal && refusal->reason == reason;
}

std::string TextOf(const Refusal& refusal, absl::string_view language) {
  const ReasonRow& row = RowOf(refusal.reason);
  std::string text(language == "de" ? row.german : row.english);
  for (const auto& [key, value] : refusal.details)
    text = absl::StrReplaceAll(text, {{absl::StrCat("{", key, "}"), value}});
  return text;
}

}  // namespace milepost
