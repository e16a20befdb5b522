#include "common/core/event_chain.h"

#include "common/core/clock.h"

namespace milepost {
namespace {

constexpr size_t kDigestBytes = 32;

void AppendNumber(uint64_t number, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift & 0xff));
}

void AppendBytes(absl::string_view bytes, std::string& out) {
  AppendNumber(bytes.size(), out);
  out.append(bytes.data(), bytes.size());
}

}  // namespace

std::string ChainStart() {
  return std::string(kDigestBytes, '\0');
}

std::string ChainDigest(absl::string_view previous, const ChainedEvent& event) {
  std::string link;
  link.reserve(previous.size() + 56 + event.type.size() + event.actor.size() + event.payload.size());
  link.append(previous.data(), previous.size());
  link.append(reinterpret_cast<const char*>(event.aggregate.bytes().data()), event.aggregate.bytes().size());
  AppendNumber(event.sequence, link);
  AppendNumber(static_cast<uint64_t>(ToMicros(event.at)), link);
  AppendBytes(event.type, link);
  AppendBytes(event.actor, link);
  AppendBytes(event.payload, link);
  return Sha256(link);
}

}  // namespace milepost
