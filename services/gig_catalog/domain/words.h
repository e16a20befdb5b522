// Splits texts into words for the search: of a gig's title and description, and of what somebody asks for. Pure. The same word
// in other capitals, or with a soft hyphen in it, is the same.
//
// A word is written in [a-z0-9] only, so that neither a server's character sets nor its rules for words, nor the operators of a
// full-text query, see anything of it: "q" stands as "qq", and any other character as "q" and its number in hex.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace milepost::gig_catalog {

// The longest word in bytes, as it is written. Servers index no word of more than 84 characters; two words that begin with
// the same so many bytes count as one.
inline constexpr size_t kWordBytesMax = 72;

// The words of a text, sorted, each once. "ß" is "ss" (Straße, STRASSE). Bytes that are no UTF-8 separate words.
std::vector<std::string> WordsOf(absl::string_view text);

}  // namespace milepost::gig_catalog
