#include "services/milestone_billing/rpc/quote_token.h"

#include "absl/strings/escaping.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/library_log.h"
#include "milepost/storage/v1/quote.pb.h"

namespace milepost::billing {
namespace {

constexpr int kUuidVersion = 7;
constexpr size_t kDigestBytes = 16;
// No token is so long, whatever the buyer's name. The bytes of a longer one are not parsed: they could become objects of many times
// their size.
constexpr size_t kTokenMax = 1000;

// Over everything but the digest.
std::string DigestOf(storage::v1::Quote stored) {
  stored.clear_digest();
  return Sha256(stored.SerializeAsString()).substr(0, kDigestBytes);
}

// A token from before quotes ended has neither an end nor a digest.
bool IsUnchanged(const storage::v1::Quote& stored) {
  return stored.digest().empty() ? stored.expire_us() == 0 : stored.digest() == DigestOf(stored);
}

bool IsComplete(const storage::v1::Quote& stored) {
  return type::v1::Package_IsValid(stored.package()) && stored.package() != type::v1::PACKAGE_UNSPECIFIED &&
         v1::OrderType_IsValid(stored.workflow()) && stored.workflow() != v1::ORDER_TYPE_UNSPECIFIED &&
         !stored.terms_hash().empty();
}

}  // namespace

std::string EncodeQuote(const Quote& quote) {
  storage::v1::Quote stored;
  stored.set_buyer(quote.buyer);
  stored.set_gig(quote.gig.uuid().ToBytes());
  stored.set_package(quote.package);
  stored.set_workflow(quote.workflow);
  stored.set_nonce(quote.nonce.ToBytes());
  stored.set_terms_hash(quote.terms_hash);
  stored.set_expire_us(ToMicros(quote.expire_time));
  stored.set_digest(DigestOf(stored));
  return absl::WebSafeBase64Escape(stored.SerializeAsString());
}

absl::StatusOr<Quote> DecodeQuote(absl::string_view token, absl::string_view buyer) {
  const absl::Status malformed = Refuse(Reason::kQuoteMalformed);
  if (token.size() > kTokenMax) return malformed;
  std::string bytes;
  storage::v1::Quote stored;
  const rpc::QuietLibraries quiet;  // a caller's bytes are no error of ours
  if (!absl::WebSafeBase64Unescape(token, &bytes) || !stored.ParseFromString(bytes)) return malformed;
  // One quote has one spelling: base64 and protobuf both have others for the same content.
  if (absl::WebSafeBase64Escape(stored.SerializeAsString()) != token) return malformed;
  const absl::StatusOr<Uuid> gig = Uuid::FromBytes(stored.gig());
  const absl::StatusOr<Uuid> nonce = Uuid::FromBytes(stored.nonce());
  if (!gig.ok() || !nonce.ok() || nonce->bytes()[6] >> 4 != kUuidVersion) return malformed;
  if (stored.buyer() != buyer || !IsComplete(stored) || !IsUnchanged(stored)) return malformed;
  return Quote{stored.buyer(),
               GigId(*gig),
               stored.package(),
               stored.workflow(),
               *nonce,
               stored.terms_hash(),
               FromMicros(stored.expire_us())};
}

}  // namespace milepost::billing
