#include "common/core/text.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "common/core/utf8.h"

namespace milepost {
namespace {

struct Range {
  char32_t first, last;
};

// Characters that show nothing. From the Unicode Character Database 14.0 (the same in 15 and 16): White_Space, Cc,
// Default_Ignorable_Code_Point; and beside them what fonts draw as nothing or as a blank: U+2800 (Braille), U+FFF9 to
// U+FFFB (annotations), U+16FE4 (a filler), U+1D159 (a null notehead). By code point, without overlaps.
constexpr Range kInvisible[] = {
    {0x0000, 0x0020},   {0x007F, 0x00A0},   {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x16FE4, 0x16FE4},
    {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool IsInvisible(char32_t c) {
  const Range* const range = std::lower_bound(std::begin(kInvisible), std::end(kInvisible), c,
                                              [](const Range& r, char32_t at) { return r.last < at; });
  return range != std::end(kInvisible) && range->first <= c;
}

constexpr char32_t kBlackFlag = 0x1F3F4, kTagEnd = 0xE007F;
constexpr size_t kRegionLettersMax = 6;  // ISO 3166-2 without its dash: "gbeng"

bool IsTag(char32_t c) {
  return c >= 0xE0000 && c <= kTagEnd;
}
bool IsTagLetter(char32_t c) {
  return (c >= 0xE0030 && c <= 0xE0039) || (c >= 0xE0061 && c <= 0xE007A);
}

// The bytes of the tags that make a region's flag of the black flag before them; 0 where `text` begins with no such tags.
size_t RegionTags(absl::string_view text) {
  size_t bytes = 0;
  for (size_t letters = 0; letters <= kRegionLettersMax && bytes < text.size(); ++letters) {
    const absl::string_view rest = text.substr(bytes);
    const char32_t c = FirstCharacter(rest);
    bytes += Utf8Length(rest);
    if (c == kTagEnd) return letters > 0 ? bytes : 0;
    if (!IsTagLetter(c)) return 0;
  }
  return 0;
}

bool IsLineSeparator(char32_t c) {
  return c == 0x2028 || c == 0x2029;
}
bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}
// U+202D and U+202E show characters in another order than they were written, whatever they are.
bool IsDirectionOverride(char32_t c) {
  return c == 0x202D || c == 0x202E;
}
bool IsNoncharacter(char32_t c) {
  return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

// `text` begins with `c`.
bool IsForbidden(char32_t c, absl::string_view text, Lines lines) {
  if (lines == Lines::kMany) {
    if (c == '\t' || c == '\n') return false;
    if (c == '\r') return text.size() < 2 || text[1] != '\n';
  }
  return IsControl(c) || IsDirectionOverride(c) || IsNoncharacter(c) || IsTag(c) ||
         (lines == Lines::kOne && IsLineSeparator(c));
}

// The embeddings and isolates of the writing direction that are open. What is not closed within the text would turn around
// what stands beside it on a page.
class Directions {
 public:
  // Whether `c` closes what is not open.
  bool IsStray(char32_t c) {
    if (const char32_t closer = CloserOf(c)) {
      open_.push_back({c, closer});
      return false;
    }
    if (c != kPopEmbedding && c != kPopIsolate) return false;
    if (open_.empty() || open_.back().closer != c) return true;
    open_.pop_back();
    return false;
  }
  // The first that nobody has closed.
  std::optional<char32_t> FirstOpen() const {
    return open_.empty() ? std::nullopt : std::optional<char32_t>(open_.front().opener);
  }

 private:
  static constexpr char32_t kPopEmbedding = 0x202C, kPopIsolate = 0x2069;
  struct Opened {
    char32_t opener, closer;
  };

  static char32_t CloserOf(char32_t c) {
    if (c == 0x202A || c == 0x202B) return kPopEmbedding;
    return c >= 0x2066 && c <= 0x2068 ? kPopIsolate : 0;
  }

  std::vector<Opened> open_;
};

}  // namespace

bool IsDirectionBracket(char32_t c) {
  return (c >= 0x202A && c <= 0x202C) || (c >= 0x2066 && c <= 0x2069);
}

std::optional<char32_t> FirstForbidden(absl::string_view text, Lines lines) {
  Directions directions;
  while (!text.empty()) {
    const char32_t c = FirstCharacter(text);
    if (IsForbidden(c, text, lines) || directions.IsStray(c)) return c;
    text.remove_prefix(Utf8Length(text));
    if (c == kBlackFlag) text.remove_prefix(RegionTags(text));
  }
  return directions.FirstOpen();
}

bool IsBlank(absl::string_view text) {
  while (!text.empty()) {
    if (!IsInvisible(FirstCharacter(text))) return false;
    text.remove_prefix(Utf8Length(text));
  }
  return true;
}

}  // namespace milepost
