// Classifies characters as letters or separators, and lower-cases them, for all scripts. Pure; the tables are Unicode's and need no
// locale.
#pragma once

namespace milepost::gig_catalog {

enum class LetterKind {
  kSeparator,  // space, punctuation, symbol: between words
  kLetter,     // letter, digit or mark: within a word
  kIgnored,    // drawn as nothing, such as a soft hyphen: a word goes on after it
  kWord,       // a character of a script that is written without spaces: a word of its own
};
LetterKind KindOf(char32_t c);

// The small letter of a capital; any other character as it is.
char32_t LowerCase(char32_t c);

}  // namespace milepost::gig_catalog
