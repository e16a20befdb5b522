// Ids: 128-bit, time-ordered (UUIDv7), one C++ type per kind of thing so that they can't be mixed up.
//
// Everything here is a value type, immutable after construction and safe to copy between threads.
// Random bits come only from NewUuid(), the single place in the project that reads entropy.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace milepost {

// 16 raw bytes in network order. The first 48 bits of the ids we make are milliseconds since the epoch.
class Uuid {
 public:
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<uint8_t, 16>& bytes) : bytes_(bytes) {}

  // Parses what ToString writes: 8-4-4-4-12 in lower case. Nothing else is accepted, so that each id has one name.
  static absl::StatusOr<Uuid> Parse(absl::string_view text);
  // The same for UUIDs that others make (request ids), in upper or lower case: RFC 9562 has both mean the same.
  static absl::StatusOr<Uuid> ParseAnyCase(absl::string_view text);
  // The largest of all (RFC 9562: the Max UUID), as the nil one is the smallest: the end of a walk by id.
  static Uuid Max();
  // Exactly 16 bytes, as stored in BINARY(16).
  static absl::StatusOr<Uuid> FromBytes(absl::string_view bytes);

  std::string ToString() const;
  std::string ToBytes() const { return std::string(reinterpret_cast<const char*>(bytes_.data()), 16); }
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  bool is_nil() const { return *this == Uuid(); }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  std::array<uint8_t, 16> bytes_{};
};

// A fresh UUIDv7 for `now`. Thread-safe.
Uuid NewUuid(absl::Time now);

// A UUID that is a function of its arguments: keeps `base`'s time prefix, so that it sorts beside it, and takes the
// rest from SHA-256(purpose, base, salt). Two callers that derive the same thing get the same id (business keys).
Uuid DeriveUuid(const Uuid& base, absl::string_view purpose, absl::string_view salt = "");

// The first 16 bytes of SHA-256(text): the scope of a creation's request id is the hash of its acting user.
Uuid HashUuid(absl::string_view text);

// SHA-256, 32 raw bytes.
std::string Sha256(absl::string_view bytes);

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(const Uuid& uuid) : uuid_(uuid) {}
  const Uuid& uuid() const { return uuid_; }
  std::string ToString() const { return uuid_.ToString(); }
  friend auto operator<=>(const Id&, const Id&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.uuid_);
  }

 private:
  Uuid uuid_;
};

using GigId = Id<struct GigTag>;
using OfferId = Id<struct OfferTag>;
using OrderId = Id<struct OrderTag>;
using ChargeId = Id<struct ChargeTag>;

}  // namespace milepost
