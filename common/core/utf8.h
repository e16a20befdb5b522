// Decodes UTF-8 text (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. Pure.
#pragma once

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace milepost {

// The bytes of the character at the start of `text` (1 to 4); 0 when there is none. `text` is not empty.
size_t Utf8Length(absl::string_view text);

// The character at the start of `text`, which is UTF-8 and not empty.
char32_t FirstCharacter(absl::string_view text);

// The number of characters in `text`; nothing if it is not UTF-8.
std::optional<size_t> CountCharacters(absl::string_view text);

}  // namespace milepost
