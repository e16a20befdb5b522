#include "common/core/utf8.h"

#include <cstdint>
#include <cstring>

namespace milepost {

size_t Utf8Length(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;   // overlong
    if (first == 0xed && byte(1) >= 0xa0) return 0;  // a surrogate
    return 3;
  }
  if (first >= 0xf0 && first < 0xf5) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;   // overlong
    if (first == 0xf4 && byte(1) >= 0x90) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

char32_t FirstCharacter(absl::string_view text) {
  const auto low_bits = [&](size_t i) { return static_cast<char32_t>(text[i] & 0x3f); };
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return first;
  if (first < 0xe0) return static_cast<char32_t>(first & 0x1f) << 6 | low_bits(1);
  if (first < 0xf0) return static_cast<char32_t>(first & 0x0f) << 12 | low_bits(1) << 6 | low_bits(2);
  return static_cast<char32_t>(first & 0x07) << 18 | low_bits(1) << 12 | low_bits(2) << 6 | low_bits(3);
}

std::optional<size_t> CountCharacters(absl::string_view text) {
  size_t characters = 0;
  while (!text.empty()) {
    // Eight ASCII bytes at once: nearly all text is that.
    if (uint64_t eight; text.size() >= 8) {
      std::memcpy(&eight, text.data(), 8);
      if ((eight & 0x8080808080808080u) == 0) {
        characters += 8;
        text.remove_prefix(8);
        continue;
      }
    }
    const size_t length = Utf8Length(text);
    if (length == 0) return std::nullopt;
    ++characters;
    text.remove_prefix(length);
  }
  return characters;
}

}  // namespace milepost
