#include "services/milestone_billing/store/event_texts.h"

#include <google/protobuf/io/coded_stream.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/core/id.h"
#include "common/core/status_macros.h"
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

absl::Status CheckText(absl::string_view what, const std::string& text, const std::string& hash) {
  if (text.empty() || Sha256(text) == hash) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("its ", what, " is not the one whose hash it has"));
}

struct Hashes {
  std::string message, meeting_url, evidence;
};

// Empty ones for texts that events of this type don't have.
Hashes HashesIn(const pb::OrderEvent& event) {
  switch (event.event_case()) {
    case pb::OrderEvent::kDelivered:
      return {.message = event.delivered().message_sha256(),
              .meeting_url = event.delivered().meeting_url_sha256()};
    case pb::OrderEvent::kRevisionRequested:
      return {.message = event.revision_requested().message_sha256()};
    case pb::OrderEvent::kChargeResolved:
      return {.evidence = event.charge_resolved().evidence_sha256()};
    default:
      return {};
  }
}

absl::Status CheckEach(const pb::OrderTexts& texts, const Hashes& hashes) {
  MILEPOST_RETURN_IF_ERROR(CheckText("message", texts.message(), hashes.message));
  MILEPOST_RETURN_IF_ERROR(CheckText("meeting URL", texts.meeting_url(), hashes.meeting_url));
  return CheckText("evidence", texts.evidence(), hashes.evidence);
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
  texts_alone.mutable_texts()->set_message(event.texts().message());
  texts_alone.mutable_texts()->set_meeting_url(event.texts().meeting_url());
  texts_alone.mutable_texts()->set_evidence(event.texts().evidence());
  if (texts_alone.SerializeAsString() != rest)
    return absl::DataLossError("more than its texts follows its chained part");
  return CheckEach(event.texts(), HashesIn(event));
}

}  // namespace milepost::billing
