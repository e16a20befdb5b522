// How texts become words: what is the same word, what separates words, and what a server sees of them.
#include "services/gig_catalog/domain/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/gig_catalog/domain/letters.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Words, AreLettersAndDigitsInAnyCapitals) {
  EXPECT_THAT(WordsOf("Logo design, LOGO!"), ElementsAre("design", "logo"));
  EXPECT_THAT(WordsOf("3D-Animation"), ElementsAre("3d", "animation"));
  EXPECT_THAT(WordsOf("C++ or C#"), ElementsAre("c", "or"));
  EXPECT_THAT(WordsOf("one\ntwo\tthree"), ElementsAre("one", "three", "two"));
}

TEST(Words, OfTextsWithoutAnyAreNone) {
  for (const char* text : {"", " ", "+-*\"()@<>~", "…—“”", "\xF0\x9F\x9A\x80", "_%"})
    EXPECT_THAT(WordsOf(text), IsEmpty()) << text;
}

TEST(Words, UmlautsAreLettersOfTheirOwn) {
  EXPECT_EQ(WordsOf("GEMÄLDE"), WordsOf("gemälde"));
  EXPECT_EQ(WordsOf("ÖL ÜBER ÄPFEL"), WordsOf("äpfel öl über"));
  EXPECT_NE(WordsOf("schön"), WordsOf("schon"));
  EXPECT_EQ(WordsOf("Straße"), WordsOf("STRASSE"));
  EXPECT_EQ(WordsOf("GROẞ"), WordsOf("groß"));
}

TEST(Words, AMarkOfItsOwnMakesTheSameUmlaut) {
  EXPECT_EQ(WordsOf("scho\xCC\x88n"), WordsOf("schön"));
  EXPECT_EQ(WordsOf("U\xCC\x88"
                    "ber"),
            WordsOf("über"));
  EXPECT_NE(WordsOf("e\xCC\x88"), WordsOf("e"));
}

TEST(Words, OfOtherScripts) {
  EXPECT_EQ(WordsOf("ПРИВЕТ"), WordsOf("привет"));
  EXPECT_EQ(WordsOf("ΛΌΓΟ"), WordsOf("λόγο"));
  EXPECT_THAT(WordsOf("动画"), ElementsAre("qx0052a8", "qx00753b")) << "written without spaces: each a word";
  EXPECT_EQ(WordsOf("「アニメ」"), WordsOf("ア ニ メ"));
}

TEST(Words, InvisibleCharactersDontPartAWord) {
  EXPECT_EQ(WordsOf("Milch\xC2\xADstraße"), WordsOf("Milchstraße"));
  EXPECT_EQ(WordsOf("lo\xE2\x80\x8Bgo"), WordsOf("logo"));
  EXPECT_THAT(WordsOf("\xEF\xBB\xBF"), IsEmpty());
}

TEST(Words, AServerSeesSmallLettersAndDigitsOnly) {
  for (const char* text : {"Quark", "über", "动",
                           "q\xC3\xBC"
                           "x",
                           "Ж"}) {
    for (const std::string& word : WordsOf(text))
      EXPECT_TRUE(std::all_of(word.begin(), word.end(), [](char c) {
        return absl::ascii_islower(c) || absl::ascii_isdigit(c);
      })) << word;
  }
  EXPECT_THAT(WordsOf("q"), ElementsAre("qq"));
  EXPECT_NE(WordsOf("q0fc"), WordsOf("ü")) << "what is written for a letter is no word of its own";
}

TEST(Words, ALongOneIsCutAtALetter) {
  const std::string longest(kWordBytesMax, 'a');
  EXPECT_THAT(WordsOf(longest), ElementsAre(longest));
  EXPECT_THAT(WordsOf(longest + "b c"), ElementsAre(longest, "c"));
  const std::string all_but_one(kWordBytesMax - 1, 'a');
  EXPECT_THAT(WordsOf(absl::StrCat(all_but_one, "üb")), ElementsAre(all_but_one))
      << "no half of ü, no b without it";
}

TEST(Words, BytesThatAreNoTextSeparateWords) {
  EXPECT_THAT(WordsOf("logo\xFF\xFE"
                      "design"),
              ElementsAre("design", "logo"));
  EXPECT_THAT(WordsOf("logo\xC3"), ElementsAre("logo")) << "half a letter at the end";
}

TEST(Letters, EveryCapitalHasASmallLetterThatIsNoCapital) {
  int capitals = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    const char32_t small = LowerCase(c);
    if (small == c) continue;
    ++capitals;
    EXPECT_EQ(LowerCase(small), small) << std::hex << static_cast<uint32_t>(c);
  }
  EXPECT_EQ(capitals, 26 + 1406) << "Unicode 14.0 has so many beside A to Z";
}

TEST(Letters, Kinds) {
  for (char32_t c : {U'a', U'Z', U'0', U'é', U'ß', U'я', U'٣', U'ª'})
    EXPECT_EQ(KindOf(c), LetterKind::kLetter);
  for (char32_t c : {U' ', U'_', U'\'', U'×', U'÷', U'’', U'€', U'、', U'\U0001F680'})
    EXPECT_EQ(KindOf(c), LetterKind::kSeparator);
  EXPECT_EQ(KindOf(U'\u00AD'), LetterKind::kIgnored);
  EXPECT_EQ(KindOf(U'漢'), LetterKind::kWord);
}

}  // namespace
}  // namespace milepost::gig_catalog
