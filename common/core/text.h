// Checks texts that people write: for forbidden characters, and for texts that look empty. Pure. One table for all
// services (text.cc); the reasons for it are in docs/decisions/0021.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"

namespace milepost {

enum class Lines { kOne, kMany };

// The first forbidden character of `text`, or, if there is none, the first opener that is never closed; nothing if
// the text is allowed. `text` is UTF-8.
//
// Refused everywhere: control characters, overrides of the writing direction, noncharacters, and tag characters outside of
// a region's flag. Embeddings and isolates of the writing direction are allowed where each is closed within the text, by its
// own closer and before what was open already: an opener that nobody closes, and a closer that nobody opened, are forbidden.
// Tabs and line ends (LF, CR LF, U+2028, U+2029) are refused in one line, and allowed in many.
std::optional<char32_t> FirstForbidden(absl::string_view text, Lines lines);

// Whether `c` opens or closes an embedding or isolate of the writing direction: forbidden only where its other half is
// missing.
bool IsDirectionBracket(char32_t c);

// Whether a reader sees nothing of `text`: it is empty, or all of it is white space, control characters, characters that
// are drawn as nothing (zero-width, format, variation selectors) or as a blank (Hangul fillers, Braille blank). `text` is
// UTF-8.
bool IsBlank(absl::string_view text);

}  // namespace milepost
