#include "common/core/id.h"

#include <openssl/sha.h>

#include <cstring>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace milepost {
namespace {

constexpr int kTimePrefixBytes = 6;

// Stamps version 7 and the RFC 4122 variant over the two fields that carry them.
void StampVersion(std::array<uint8_t, 16>& bytes) {
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
}

}  // namespace

absl::StatusOr<Uuid> Uuid::Parse(absl::string_view text) {
  const auto malformed = [&] { return absl::InvalidArgumentError("not a UUID"); };
  if (text.size() != 36) return malformed();
  std::string hex;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return malformed();
    if (dash) continue;
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return malformed();
    hex.push_back(text[i]);
  }
  return FromBytes(absl::HexStringToBytes(hex));
}

absl::StatusOr<Uuid> Uuid::FromBytes(absl::string_view bytes) {
  if (bytes.size() != 16) return absl::InvalidArgumentError("a UUID has 16 bytes");
  std::array<uint8_t, 16> raw;
  std::memcpy(raw.data(), bytes.data(), raw.size());
  return Uuid(raw);
}

std::string Uuid::ToString() const {
  const std::string hex = absl::BytesToHexString(ToBytes());
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-", hex.substr(16, 4),
                      "-", hex.substr(20));
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
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace milepost
