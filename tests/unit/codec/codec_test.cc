// The shared machinery of stored messages: one list of fields writes and reads, and damage is named. The messages are those of
// offers; the structs are made up.
#include "common/db/codec.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "milepost/storage/v1/gig.pb.h"
#include "milepost/storage/v1/offer.pb.h"

namespace milepost::codec_test {

namespace pb = storage::v1;

enum class Kind { kOpen, kDone };
constexpr EnumEntry EntryOf(Kind kind) {
  switch (kind) {
    case Kind::kOpen:
      return {"OPEN", 1};
    case Kind::kDone:
      return {"DONE", 2};
  }
  return {};
}

struct Payment {
  Kind kind = Kind::kOpen;
  std::string reason;
  std::optional<ChargeId> charge;
  absl::Time at;
  friend bool operator==(const Payment&, const Payment&) = default;
};

template <class C>
void Fields(C& c, codec::Struct<C, Payment>& payment, codec::Message<C, pb::OfferPayment>& stored) {
  c.All(payment, MILEPOST_FIELD(payment.kind, stored, state), MILEPOST_FIELD(payment.reason, stored, reason),
        MILEPOST_FIELD(payment.charge, stored, charge), MILEPOST_FIELD(payment.at, stored, at_us));
}

std::string Bytes(const Payment& payment) {
  return codec::Encode<pb::OfferPayment>(payment);
}
absl::StatusOr<Payment> Read(absl::string_view bytes) {
  return codec::Decode<pb::OfferPayment, Payment>("payment", bytes);
}

// A struct whose member is stored only where a condition holds, and one with an optional of each kind of field.
struct Body {
  std::string row_id;  // a column
  bool has_payment = false;
  Payment payment;
  std::optional<absl::Time> expiry;
  std::optional<Kind> outcome;
  friend bool operator==(const Body&, const Body&) = default;
};

template <class C>
void Fields(C& c, codec::Struct<C, Body>& body, codec::Message<C, pb::Offer>& stored) {
  const auto has_payment = [&] { return body.has_payment; };
  c.All(body, codec::NotStored(body.row_id), MILEPOST_FIELD(body.has_payment, stored, accept_attempts),
        codec::PresentWhen(has_payment, MILEPOST_FIELD(body.payment, stored, last_payment)),
        MILEPOST_FIELD(body.expiry, stored, expire_us), MILEPOST_FIELD(body.outcome, stored, order_outcome));
}

struct Nothing {
  friend bool operator==(const Nothing&, const Nothing&) = default;
};
struct Words {
  std::string message;
  friend bool operator==(const Words&, const Words&) = default;
};
using Happened = std::variant<Nothing, Words>;
template <class C>
void Fields(C& c, codec::Struct<C, Words>& words, codec::Message<C, pb::OfferEvent::Declined>& stored) {
  c.All(words, MILEPOST_FIELD(words.message, stored, message));
}
template <class C>
void Fields(C& c, codec::Struct<C, Happened>& happened, codec::Message<C, pb::OfferEvent>& stored) {
  c.OneOf(happened, stored, MILEPOST_CASE(Nothing, withdrawn), MILEPOST_CASE(Words, declined));
}

struct Bag {
  std::map<Kind, int> days;
  std::set<Kind> kinds;
};

namespace {

static_assert(codec::internal::kHasMembers<Payment, 4> && !codec::internal::kHasMembers<Payment, 3> &&
              !codec::internal::kHasMembers<Payment, 5>);
static_assert(codec::internal::kHasMembers<Bag, 2> && codec::internal::kHasMembers<Nothing, 0>);

const absl::Time kAt = absl::FromUnixMicros(1'764'000'000'123'456);
const ChargeId kCharge(*Uuid::Parse("01975e20-0000-7000-8000-00000000000c"));

TEST(Codec, WhatIsWrittenComesBack) {
  for (const Payment& payment : {Payment{Kind::kDone, "LATE", kCharge, kAt},
                                 Payment{Kind::kOpen, "", std::nullopt, absl::UnixEpoch()}}) {
    const absl::StatusOr<Payment> read = Read(Bytes(payment));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, payment);
  }
}

TEST(Codec, TheFirstDamagedFieldIsNamed) {
  pb::OfferPayment stored;
  EXPECT_EQ(Read(stored.SerializeAsString()).status(),
            absl::DataLossError("a stored payment's state is not one that was ever written"));
  stored.set_state(static_cast<pb::OfferPayment::State>(3));
  stored.set_charge("short");
  EXPECT_EQ(Read(stored.SerializeAsString()).status(),
            absl::DataLossError("a stored payment's state is not one that was ever written"));
  stored.set_state(static_cast<pb::OfferPayment::State>(2));
  EXPECT_EQ(Read(stored.SerializeAsString()).status(),
            absl::DataLossError("a stored payment's charge is not one that was ever written"));
  EXPECT_EQ(Read("\xff").status(),
            absl::DataLossError("a stored payment's body is not one that was ever written"));
}

TEST(Codec, OptionalsAreAbsentUnlessTheyAreSet) {
  const Body empty{.row_id = ""},
      full{"", true, {Kind::kDone, "x", kCharge, kAt}, absl::UnixEpoch(), Kind::kOpen};
  EXPECT_EQ(codec::Encode<pb::Offer>(empty), "");
  for (const Body& body : {empty, full}) {
    const auto read = codec::Decode<pb::Offer, Body>("body", codec::Encode<pb::Offer>(body));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, body);
  }
}

TEST(Codec, WhatIsStoredAgainstItsConditionIsDamage) {
  pb::Offer stored;
  stored.set_accept_attempts(1);
  EXPECT_EQ((codec::Decode<pb::Offer, Body>("body", stored.SerializeAsString()).status().code()),
            absl::StatusCode::kDataLoss)
      << "the payment is missing";
  stored.set_accept_attempts(0);
  stored.mutable_last_payment()->set_state(pb::OfferPayment::STATE_OPEN);
  EXPECT_EQ((codec::Decode<pb::Offer, Body>("body", stored.SerializeAsString()).status().code()),
            absl::StatusCode::kDataLoss)
      << "there is one, and should be none";
}

TEST(Codec, AVariantIsTheOneFieldThatIsSet) {
  for (const Happened& happened : {Happened(Nothing()), Happened(Words{"no"}), Happened(Words())}) {
    const auto read =
        codec::Decode<pb::OfferEvent, Happened>("event", codec::Encode<pb::OfferEvent>(happened));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, happened);
  }
  EXPECT_EQ((codec::Decode<pb::OfferEvent, Happened>("event", "").status().code()),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace milepost::codec_test
