#include "tests/fuzz/verdict.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "milepost/type/v1/reason.pb.h"

namespace milepost::fuzz {
namespace {

using grpc::StatusCode;

constexpr size_t kLargestRequest = 4 << 20;  // --max_message_bytes
constexpr size_t kOk = 0;

std::string NameOf(size_t code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

// Errors that gRPC makes without asking us.
bool IsOfTheLibrary(const Call& call, StatusCode code) {
  if (code == StatusCode::DEADLINE_EXCEEDED) return true;
  if (code == StatusCode::CANCELLED) return call.method->descriptor->server_streaming();
  return code == StatusCode::RESOURCE_EXHAUSTED && call.bytes.size() > kLargestRequest;
}

std::optional<std::string> WrongDetails(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return "its details are no google.rpc.Status";
  int infos = 0;
  google::rpc::ErrorInfo info;
  for (const google::protobuf::Any& detail : details.details())
    if (detail.UnpackTo(&info)) ++infos;
  if (infos != 1) return absl::StrCat("it has ", infos, " ErrorInfo");
  if (info.domain() != "milepost")
    return absl::StrCat("its ErrorInfo is of the domain '", info.domain(), "'");
  type::v1::Reason reason = type::v1::REASON_UNSPECIFIED;
  if (!type::v1::Reason_Parse(absl::StrCat("REASON_", info.reason()), &reason) ||
      reason == type::v1::REASON_UNSPECIFIED)
    return absl::StrCat("its reason '", info.reason(), "' is none of the contract");
  if (details.code() != static_cast<int>(status.error_code())) return "its details have another code";
  return std::nullopt;
}

// Codes of calls that ended before a handler saw them.
bool IsOutside(size_t code) {
  switch (static_cast<StatusCode>(code)) {
    case StatusCode::INVALID_ARGUMENT:
    case StatusCode::UNAUTHENTICATED:
    case StatusCode::PERMISSION_DENIED:
    case StatusCode::DEADLINE_EXCEEDED:
    case StatusCode::CANCELLED:
    case StatusCode::RESOURCE_EXHAUSTED:
    case StatusCode::UNAVAILABLE:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<std::string> WhatIsWrong(const Call& call, const Answer& answer) {
  const StatusCode code = answer.status.error_code();
  if (code == StatusCode::OK || answer.is_broken_off) return std::nullopt;
  const std::string text =
      absl::StrCat(NameOf(static_cast<size_t>(code)), " (", answer.status.error_message(), ")");
  if (code == StatusCode::INTERNAL || code == StatusCode::UNKNOWN) return text;
  if (code == StatusCode::DEADLINE_EXCEEDED && call.deadline >= kPatience)
    return absl::StrCat("no answer within ", absl::FormatDuration(kPatience));
  if (answer.status.error_details().empty() && IsOfTheLibrary(call, code)) return std::nullopt;
  if (const auto wrong = WrongDetails(answer.status)) return absl::StrCat(text, ": ", *wrong);
  return std::nullopt;
}

void Tally::Add(const Call& call, const Answer& answer) {
  // A stream has no end of its own: one that we broke off after its messages went well.
  const bool is_served = call.method->descriptor->server_streaming() && !answer.messages.empty();
  const StatusCode code = is_served ? StatusCode::OK : answer.status.error_code();
  ++counts_[call.method->Name()][std::min(static_cast<size_t>(code), kCodes - 1)];
}

std::string Tally::Table() const {
  std::string table;
  for (const auto& [method, counts] : counts_) {
    absl::StrAppendFormat(&table, "  %-62s", method);
    for (size_t code = 0; code < kCodes; ++code)
      if (counts[code] > 0) absl::StrAppend(&table, " ", NameOf(code), " ", counts[code]);
    table += '\n';
  }
  return table;
}

std::vector<std::string> Tally::Unserved() const {
  std::vector<std::string> unserved;
  for (const auto& [method, counts] : counts_)
    if (counts[kOk] == 0) unserved.push_back(method);
  return unserved;
}

std::vector<std::string> Tally::RarelyServed(uint64_t least) const {
  std::vector<std::string> rarely;
  for (const auto& [method, counts] : counts_)
    if (counts[kOk] > 0 && counts[kOk] < least) rarely.push_back(absl::StrCat(method, " ", counts[kOk]));
  return rarely;
}

double Tally::PercentIn() const {
  uint64_t in = 0;
  for (const auto& [method, counts] : counts_)
    for (size_t code = 0; code < kCodes; ++code)
      if (!IsOutside(code)) in += counts[code];
  return calls() == 0 ? 0 : 100.0 * static_cast<double>(in) / static_cast<double>(calls());
}

uint64_t Tally::calls() const {
  uint64_t all = 0;
  for (const auto& [method, counts] : counts_)
    for (const uint64_t count : counts) all += count;
  return all;
}

}  // namespace milepost::fuzz
