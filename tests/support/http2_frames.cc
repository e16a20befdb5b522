#include "tests/support/http2_frames.h"

#include "absl/strings/str_cat.h"

namespace milepost::testing::http2 {
namespace {

absl::string_view Byte(const uint8_t& byte) {
  return absl::string_view(reinterpret_cast<const char*>(&byte), 1);
}

std::string Pair(uint8_t kind, absl::string_view name, absl::string_view value) {
  return absl::StrCat(Byte(kind), Integer(0, 7, name.size()), name, Integer(0, 7, value.size()), value);
}

}  // namespace

std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  return absl::StrCat(BigEndian(static_cast<uint32_t>(payload.size())).substr(1), Byte(type), Byte(flags),
                      BigEndian(stream), payload);
}

std::string HeaderFrames(uint32_t stream, absl::string_view block) {
  constexpr size_t kFrameMax = 16384;
  std::string frames;
  uint8_t type = kHeaders;
  do {
    const absl::string_view piece = block.substr(0, kFrameMax);
    block.remove_prefix(piece.size());
    absl::StrAppend(&frames, Frame(type, block.empty() ? kEndHeaders : 0, stream, piece));
    type = kContinuation;
  } while (!block.empty());
  return frames;
}

std::string Setting(uint16_t setting, uint32_t value) {
  return absl::StrCat(BigEndian(setting).substr(2), BigEndian(value));
}

std::string BigEndian(uint32_t number) {
  std::string bytes(4, '\0');
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<char>(number >> (24 - 8 * i));
  return bytes;
}

uint32_t Number(absl::string_view big_endian) {
  uint32_t number = 0;
  for (char byte : big_endian) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

std::string Integer(uint8_t first, int bits, size_t number) {
  const size_t max = (1u << bits) - 1;
  if (number < max) return std::string(1, static_cast<char>(first | number));
  std::string bytes(1, static_cast<char>(first | max));
  for (number -= max; number >= 128; number >>= 7) bytes.push_back(static_cast<char>(number % 128 + 128));
  bytes.push_back(static_cast<char>(number));
  return bytes;
}

std::string Literal(absl::string_view name, absl::string_view value) {
  return Pair(0, name, value);
}

std::string KeptLiteral(absl::string_view name, absl::string_view value) {
  return Pair(0x40, name, value);
}

std::string Indexed(size_t index) {
  return Integer(0x80, 7, index);
}

std::string CallHeaders(absl::string_view path, absl::string_view te, absl::string_view scheme) {
  return absl::StrCat(Literal(":method", "POST"), Literal(":scheme", scheme), Literal(":path", path),
                      Literal(":authority", "localhost"), Literal("te", te),
                      Literal("content-type", "application/grpc"));
}

}  // namespace milepost::testing::http2
