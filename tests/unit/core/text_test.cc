#include "common/core/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace milepost {
namespace {

std::string Utf8(char32_t c) {
  std::string text;
  const auto add = [&](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6), add(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    add(0xe0 | c >> 12), add(0x80 | (c >> 6 & 0x3f)), add(0x80 | (c & 0x3f));
  } else {
    add(0xf0 | c >> 18), add(0x80 | (c >> 12 & 0x3f)), add(0x80 | (c >> 6 & 0x3f)), add(0x80 | (c & 0x3f));
  }
  return text;
}

std::string Utf8(std::u32string_view characters) {
  std::string text;
  for (const char32_t c : characters) text += Utf8(c);
  return text;
}

std::string Utf8(std::initializer_list<char32_t> characters) {
  std::string text;
  for (const char32_t c : characters) text += Utf8(c);
  return text;
}

TEST(Text, IsBlankWhereNothingOfItShows) {
  EXPECT_TRUE(IsBlank(""));
  for (const char32_t c :
       {0x0,     0x9,     0xA,     0xD,     0x20,    0x7F,    0x85,    0xA0,   0xAD,   0x34F,
        0x61C,   0x115F,  0x1160,  0x1680,  0x17B4,  0x180B,  0x180E,  0x2000, 0x200A, 0x200B,
        0x200D,  0x200E,  0x200F,  0x2028,  0x202E,  0x202F,  0x205F,  0x2060, 0x2069, 0x206F,
        0x2800,  0x3000,  0x3164,  0xFE00,  0xFE0F,  0xFEFF,  0xFFA0,  0xFFF9, 0xFFFB, 0x16FE4,
        0x1BCA0, 0x1D159, 0x1D173, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF}) {
    EXPECT_TRUE(IsBlank(Utf8(c))) << std::hex << static_cast<uint32_t>(c);
    EXPECT_FALSE(IsBlank(Utf8({c, U'x', c}))) << std::hex << static_cast<uint32_t>(c);
  }
  EXPECT_TRUE(IsBlank(Utf8({0x20, 0x3000, 0x200B, 0xFE0F, 0xE0100}))) << "all of them invisible";
  // The neighbours of the ranges, and signs that are format characters and yet seen.
  for (const char32_t c :
       {0x21,   0x7E,   0xA1,   0xAC,   0xAE,   0x300,  0x600,  0x6DD,  0x115E, 0x1161, 0x2010,  0x2027,
        0x2030, 0x2070, 0x27FF, 0x2801, 0x3001, 0x3163, 0x3165, 0xFE10, 0xFFEF, 0xFFFC, 0x1F600, 0xDFFFF})
    EXPECT_FALSE(IsBlank(Utf8(c))) << std::hex << static_cast<uint32_t>(c);
}

TEST(Text, HasNoControlsOverridesAndNoncharacters) {
  for (const char32_t c : {0x0,    0x1,    0x8,     0xB,      0xC,     0xE,     0x1B,    0x1F,   0x7F,
                           0x80,   0x85,   0x9F,    0x202C,   0x202D,  0x202E,  0x2069,  0xFDD0, 0xFDEF,
                           0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xE0000, 0xE0001, 0xE0041, 0xE007F}) {
    for (const Lines lines : {Lines::kOne, Lines::kMany}) {
      EXPECT_EQ(FirstForbidden(Utf8(c), lines), c) << std::hex << static_cast<uint32_t>(c);
      EXPECT_EQ(FirstForbidden(Utf8({U'ä', c, U'x', 0x0}), lines), c) << "the first one is named";
    }
  }
  // Their neighbours, and what other scripts and emoji need: marks and joiners.
  for (const char32_t c :
       {0x20,   0x7E,   0xA0,   0xAD,   0x61C,  0x200B,  0x200D,  0x200E, 0x200F,  0x2029 + 0x6, 0x2065,
        0x206A, 0xFDCF, 0xFDF0, 0xFEFF, 0xFFFD, 0x1FFFD, 0x1F600, 0xE000, 0xE0080, 0xE0100,      0x10FFFD}) {
    for (const Lines lines : {Lines::kOne, Lines::kMany})
      EXPECT_EQ(FirstForbidden(Utf8({U'x', c}), lines), std::nullopt) << std::hex << static_cast<uint32_t>(c);
  }
}

// Unicode recommends isolates around names of unknown direction; what they open must not reach what stands beside the text.
TEST(Text, ClosesTheDirectionsThatItOpens) {
  const std::u32string_view closed[] = {U"\u2066a\u2069", U"\u2067a\u2069b\u2068\u2069", U"\u202Aa\u202C",
                                        U"a\u202Bb\u202Cc", U"\u2068a\u202Bb\u2067c\u2069\u202C\u2069"};
  for (const std::u32string_view text : closed)
    for (const Lines lines : {Lines::kOne, Lines::kMany})
      EXPECT_EQ(FirstForbidden(Utf8(text), lines), std::nullopt) << Utf8(text);
  EXPECT_EQ(FirstForbidden(Utf8(U"\u2067one\ntwo\u2069"), Lines::kMany), std::nullopt);

  const std::pair<std::u32string_view, char32_t> open[] = {
      {U"a\u2066", 0x2066},              // not closed
      {U"\u202Aa", 0x202A},              //
      {U"\u2067\u2066a\u2069", 0x2067},  // once is not enough
      {U"a\u2069", 0x2069},              // not opened
      {U"a\u202Cb", 0x202C},             //
      {U"\u2066a\u2069\u2069", 0x2069},  // closed twice
      {U"\u2066a\u202C", 0x202C},        // closed by another's closer
      {U"\u202Ba\u2069", 0x2069},
      {U"\u2066\u202Aa\u2069\u202C", 0x2069},  // closed in the wrong order
      {U"\u2069a\u2066", 0x2069},
      {U"\u2066a\u202Eb\u2069", 0x202E}};  // an override stays one
  for (const auto& [text, named] : open)
    for (const Lines lines : {Lines::kOne, Lines::kMany})
      EXPECT_EQ(FirstForbidden(Utf8(text), lines), named) << Utf8(text);
  for (const char32_t c : {0x202A, 0x202C, 0x2066, 0x2069}) EXPECT_TRUE(IsDirectionBracket(c));
  for (const char32_t c : {0x2029, 0x202D, 0x2065, 0x206A}) EXPECT_FALSE(IsDirectionBracket(c));
}

TEST(Text, OfOneLineHasNoLineEndsAndTabs) {
  for (const char32_t c : {0x9, 0xA, 0xD, 0x2028, 0x2029})
    EXPECT_EQ(FirstForbidden(Utf8({U'a', c, U'b'}), Lines::kOne), c) << std::hex << static_cast<uint32_t>(c);
  EXPECT_EQ(FirstForbidden("first\r\nsecond", Lines::kOne), U'\r');
}

TEST(Text, OfManyLinesEndsThemWithLfOrCrLf) {
  EXPECT_EQ(FirstForbidden("first\nsecond\r\n\tthird", Lines::kMany), std::nullopt);
  EXPECT_EQ(FirstForbidden(Utf8({U'a', 0x2028, U'b', 0x2029}), Lines::kMany), std::nullopt);
  for (const char* lone : {"first\rsecond", "\r", "first\r\r\n"})
    EXPECT_EQ(FirstForbidden(lone, Lines::kMany), U'\r')
        << "a carriage return alone lets a line overwrite itself";
}

TEST(Text, HasTagsInTheFlagsOfRegionsOnly) {
  const std::string scotland = Utf8({0x1F3F4, 0xE0067, 0xE0062, 0xE0073, 0xE0063, 0xE0074, 0xE007F});
  EXPECT_EQ(FirstForbidden(scotland, Lines::kOne), std::nullopt);
  EXPECT_EQ(FirstForbidden(absl::StrCat(scotland, "!", scotland), Lines::kOne), std::nullopt);
  EXPECT_EQ(FirstForbidden(Utf8({0x1F3F4, U'x'}), Lines::kOne), std::nullopt) << "a black flag";
  const std::u32string_view spoilt[] = {U"\U000E0067\U000E007F",            // no flag
                                        U"\U0001F3F4\U000E0067\U000E0062",  // no end
                                        U"\U0001F3F4\U000E007F",            // no region
                                        U"\U0001F3F4\U000E0041\U000E007F",  // an upper-case tag
                                        U"\U0001F3F4\U000E0061\U000E0061\U000E0061\U000E0061\U000E0061"
                                        U"\U000E0061\U000E0061\U000E007F",             // a text of its own
                                        U"\U0001F3F4\U000E0067\U000E007F\U000E0067"};  // behind the end
  for (const std::u32string_view text : spoilt) {
    const std::string utf8 = Utf8(text);
    EXPECT_TRUE(FirstForbidden(utf8, Lines::kMany)) << utf8.size();
  }
}

}  // namespace
}  // namespace milepost
