#include "tests/fuzz/random.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace milepost::fuzz {

std::string Random::Uuid() {
  std::string bytes = Bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = absl::BytesToHexString(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-", hex.substr(16, 4),
                      "-", hex.substr(20));
}

}  // namespace milepost::fuzz
