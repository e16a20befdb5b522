#include "services/gig_catalog/domain/words.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/utf8.h"
#include "services/gig_catalog/domain/letters.h"

namespace milepost::gig_catalog {
namespace {

constexpr char32_t kSharpS = 0xDF, kDiaeresis = 0x308;

// "u" and a diaeresis of its own are the letter "ü". 0: no such letter.
char32_t WithDiaeresis(char32_t letter) {
  switch (letter) {
    case 'a':
      return 0xE4;
    case 'o':
      return 0xF6;
    case 'u':
      return 0xFC;
    default:
      return 0;
  }
}

// How a small letter is written. Nothing else begins with "q", so no two words are written alike.
std::string Written(char32_t letter) {
  if (letter == 'q') return "qq";
  if (letter == kSharpS) return "ss";
  if (letter < 0x80) return std::string(1, static_cast<char>(letter));
  if (letter < 0x1000) return absl::StrCat("q", absl::Hex(static_cast<uint32_t>(letter), absl::kZeroPad3));
  return absl::StrCat("qx", absl::Hex(static_cast<uint32_t>(letter), absl::kZeroPad6));
}

class WordCollector {
 public:
  void Take(char32_t c) {
    const LetterKind kind = KindOf(c);
    if (kind == LetterKind::kIgnored) return;
    if (kind != LetterKind::kLetter) End();
    if (kind == LetterKind::kSeparator) return;
    const char32_t small = LowerCase(c);
    const char32_t joined = small == kDiaeresis ? WithDiaeresis(pending_) : 0;
    if (joined == 0) Write();
    pending_ = joined == 0 ? small : joined;
    if (kind == LetterKind::kWord) End();
  }
  std::vector<std::string> Words() && {
    End();
    std::sort(words_.begin(), words_.end());
    words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
    return std::move(words_);
  }

 private:
  void Write() {
    if (pending_ == 0) return;
    const std::string written = Written(std::exchange(pending_, 0));
    full_ = full_ || word_.size() + written.size() > kWordBytesMax;
    if (!full_) word_ += written;
  }
  void End() {
    Write();
    if (!word_.empty()) words_.push_back(std::exchange(word_, {}));
    full_ = false;
  }

  std::vector<std::string> words_;
  std::string word_;      // as far as it is written
  bool full_ = false;     // the rest of this word is left out
  char32_t pending_ = 0;  // its last letter, which a mark may follow; 0: none
};

}  // namespace

std::vector<std::string> WordsOf(absl::string_view text) {
  WordCollector collector;
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    // A byte that is no text separates words.
    collector.Take(length == 0 ? U' ' : FirstCharacter(text));
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return std::move(collector).Words();
}

}  // namespace milepost::gig_catalog
