#include "common/core/id.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace milepost {
namespace {

constexpr int kTimePrefixBytes = 6;
constexpr size_t kTextLength = 36;
// Byte i of an id starts at this place of its text; in between stand the dashes.
constexpr size_t kPlaces[] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

// Stamps version 7 and the RFC 4122 variant over the two fields that carry them.
void StampVersion(std::array<uint8_t, 16>& bytes) {
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
}

// The value of a hexadecimal digit in lower case, -1 if it is none.
int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

absl::StatusOr<Uuid> Uuid::Parse(absl::string_view text) {
  const auto malformed = [] { return absl::InvalidArgumentError("not a UUID"); };
  if (text.size() != kTextLength) return malformed();
  for (const size_t dash : {8, 13, 18, 23})
    if (text[dash] != '-') return malformed();
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int high = HexDigit(text[kPlaces[i]]), low = HexDigit(text[kPlaces[i] + 1]);
    if (high < 0 || low < 0) return malformed();
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return Uuid(bytes);
}

absl::StatusOr<Uuid> Uuid::ParseAnyCase(absl::string_view text) {
  return Parse(absl::AsciiStrToLower(text));
}

Uuid Uuid::Max() {
  std::array<uint8_t, 16> bytes;
  bytes.fill(0xff);
  return Uuid(bytes);
}

absl::StatusOr<Uuid> Uuid::FromBytes(absl::string_view bytes) {
  if (bytes.size() != 16) return absl::InvalidArgumentError("a UUID has 16 bytes");
  std::array<uint8_t, 16> raw;
  std::memcpy(raw.data(), bytes.data(), raw.size());
  return Uuid(raw);
}

std::string Uuid::ToString() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kTextLength, '-');
  for (size_t i = 0; i < bytes_.size(); ++i) {
    text[kPlaces[i]] = kDigits[bytes_[i] >> 4];
    text[kPlaces[i] + 1] = kDigits[bytes_[i] & 0x0f];
  }
  return text;
}

Uuid NewUuid(absl::Time now) {
  thread_local std::mt19937_64 random{(uint64_t{std::random_device{}()} << 32) ^ std::random_device{}()};
  std::array<uint8_t, 16> bytes;
  const uint64_t high = random(), low = random();
  std::memcpy(bytes.data(), &high, 8);
  std::memcpy(bytes.data() + 8, &low, 8);
  const int64_t ms = absl::ToUnixMillis(now);
  for (int i = 0; i < kTimePrefixBytes; ++i)
    bytes[i] = static_cast<uint8_t>(ms >> (8 * (kTimePrefixBytes - 1 - i)));
  StampVersion(bytes);
  return Uuid(bytes);
}

Uuid DeriveUuid(const Uuid& base, absl::string_view purpose, absl::string_view salt) {
  const std::string digest = Sha256(absl::StrCat(purpose, "\n", base.ToBytes(), "\n", salt));
  std::array<uint8_t, 16> bytes = base.bytes();
  std::memcpy(bytes.data() + kTimePrefixBytes, digest.data(), 16 - kTimePrefixBytes);
  StampVersion(bytes);
  return Uuid(bytes);
}

Uuid HashUuid(absl::string_view text) {
  return *Uuid::FromBytes(absl::string_view(Sha256(text)).substr(0, 16));
}

std::string Sha256(absl::string_view bytes) {
  // OpenSSL 3 looks an algorithm up by name at each one-shot call, which costs more than the hash: kept for good, and
  // one context a thread.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     EVP_MD_CTX_free);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  if (EVP_DigestInit_ex2(context.get(), sha256, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr) != 1) {
    std::fputs("milepost: bug: OpenSSL has no SHA-256\n", stderr);
    std::abort();
  }
  return digest;
}

}  // namespace milepost
