// The requests by which orders are cancelled and disputed: validate_only, replays, etags, what a field may hold, and who may call
// (W3, W7). Every method with each of these.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "tests/component/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

using ::testing::ElementsAreArray;
using ::testing::UnorderedElementsAre;

class WaysOutRequestsTest : public WaysOutTest {
 protected:
  v1::Order Asked() { return Do(kBuyer, CancellationOf(Delivered().name(), 2500)); }
  std::string Late() {
    const std::string name = Active().name();
    client_->Advance(6 * kDay);
    return name;
  }

  static Lines FieldsOf(const absl::Status& status) {
    EXPECT_THAT(status, RefusedWith(Reason::kInvalidFields));
    Lines fields;
    if (const std::optional<Refusal> refusal = RefusalOf(status))
      for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
    return fields;
  }

  // Another etag than the order's is refused, also with validate_only. The preview answers as the call that follows it and writes
  // nothing; the call's replay answers as that; its id is no other request's.
  template <class Request>
  v1::Order Check(const std::string& actor, Request request) {
    SCOPED_TRACE(absl::StrCat(Request::descriptor()->name(), " by ", actor));
    const std::string etag =
        Must(client_->Get(request.name().substr(0, request.name().find("/milestones")))).etag();
    const std::vector<int64_t> before = Footprint();
    for (const bool validate_only : {false, true}) {
      request.set_etag("0" + etag);
      request.set_validate_only(validate_only);
      const absl::Status mismatch = Take(actor, request).status();
      EXPECT_THAT(mismatch, RefusedWith(Reason::kEtagMismatch));
      EXPECT_TRUE(absl::IsAborted(mismatch));
    }
    request.set_etag(etag);
    const auto preview = Must(client_->Billing(actor, MethodOf(request), request));
    EXPECT_FALSE(preview.replayed());
    EXPECT_EQ(Footprint(), before) << "a preview writes nothing";
    request.set_validate_only(false);
    const auto real = Must(client_->Billing(actor, MethodOf(request), request));
    EXPECT_EQ(real.DebugString(), preview.DebugString());
    EXPECT_NE(real.order().etag(), etag);
    const std::vector<int64_t> after = Footprint();
    for (const bool validate_only : {false, true}) {
      request.set_validate_only(validate_only);
      const auto again = Must(client_->Billing(actor, MethodOf(request), request));
      EXPECT_TRUE(again.replayed());
      EXPECT_EQ(again.order().DebugString(), real.order().DebugString());
      Request other = request;
      other.set_etag(real.order().etag());
      EXPECT_THAT(Take(actor, other), RefusedWith(Reason::kRequestIdReused));
    }
    EXPECT_EQ(Footprint(), after);
    return real.order();
  }

  // Refused with these reasons: of nobody, a stranger, both parties, an operator, a service.
  template <class Request>
  void ExpectCallers(const Request& request, const std::map<std::string, Reason>& refused) {
    SCOPED_TRACE(Request::descriptor()->name());
    const std::vector<int64_t> before = Footprint();
    for (const auto& [actor, reason] : refused) {
      Request fresh = request;
      fresh.set_request_id(NewRequestId());
      EXPECT_THAT(Take(actor, fresh), RefusedWith(reason)) << actor;
      fresh.set_validate_only(true);
      EXPECT_THAT(Take(actor, fresh), RefusedWith(reason)) << actor;
    }
    EXPECT_EQ(Footprint(), before);
  }

  // A message that is required has to have something to read; each has at most 2000 characters and nothing hidden.
  template <class Request>
  void ExpectMessage(const std::string& actor, Request request, bool required) {
    SCOPED_TRACE(Request::descriptor()->name());
    Lines bad = {std::string("x\u202ey"), std::string("a\0b", 3), std::string("over\rwritten"),
                 std::string(2001, 'x')};
    if (required) bad.insert(bad.end(), {"", "\n", "\u00a0", "\u3000\n\u200b"});
    for (const std::string& message : bad) {
      request.set_message(message);
      EXPECT_THAT(FieldsOf(Take(actor, request).status()), ElementsAre("message")) << message;
    }
    std::string longest;  // in characters, not in bytes
    for (int i = 0; i < 2000; ++i) longest += "ü";
    request.set_message(longest);
    request.set_validate_only(true);
    EXPECT_THAT(Take(actor, request), IsOk());
  }
};

TEST_F(WaysOutRequestsTest, W3_W7_PreviewReplayAndEtagOfEveryMethod) {
  const v1::Order previewed = Check(kBuyer, LateCancellationOf(Late(), 1));
  ExpectOver(previewed, type::v1::CANCELLATION_REASON_LATE_DELIVERY);
  for (const char* party : {kBuyer, kSeller}) {
    EXPECT_TRUE(Check(party, CancellationOf(Delivered().name(), 2500)).has_cancellation_request());
    EXPECT_EQ(Check(party, DisputeOf(Delivered().name(), 1)).state(), v1::ORDER_STATE_DISPUTED);
    EXPECT_EQ(Check(party, WithdrawalOf(Disputed(party).name(), 1)).state(), v1::ORDER_STATE_ACTIVE);
  }
  ExpectOver(Check(kOperator, CancellationOf(Delivered().name(), 2500)),
             type::v1::CANCELLATION_REASON_BY_OPERATOR);
  ExpectOver(Check(kSeller, CancellationOf(Disputed().name())),
             type::v1::CANCELLATION_REASON_REFUNDED_BY_SELLER);
  ExpectOver(Check(kSeller, AnswerTo(Asked().name(), kAgree)), type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(Check(kSeller, AnswerTo(Asked().name(), kReject)).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Check(kOperator, ReleaseOf(Disputed().name(), 1)).state(), v1::ORDER_STATE_AWAITING_NEXT);
  for (const bool split : {false, true}) {
    const std::string name = Disputed().name();
    ExpectOver(Check(kOperator, split ? SplitOf(name, 1, 3333) : RefundOf(name, 1)),
               type::v1::CANCELLATION_REASON_DISPUTE_RESOLVED);
  }
  EXPECT_EQ(Check(kBuyer, ApprovalOf(Disputed().name(), 1)).state(), v1::ORDER_STATE_AWAITING_NEXT);
}

TEST_F(WaysOutRequestsTest, W3_ARefusalIsPreviewedAsItWouldBe) {
  const std::string name = Active().name();
  const std::vector<int64_t> before = Footprint();
  const auto preview = [&](const std::string& actor, auto request) {
    request.set_validate_only(true);
    return Take(actor, request).status();
  };
  EXPECT_THAT(preview(kBuyer, LateCancellationOf(name, 1)), RefusedWith(Reason::kMilestoneNotLate));
  EXPECT_THAT(preview(kSeller, CancellationOf(name, 10001)), RefusedWith(Reason::kSellerAmountTooLarge));
  EXPECT_THAT(preview(kSeller, AnswerTo(name, kAgree)), RefusedWith(Reason::kNoCancellationRequested));
  EXPECT_THAT(preview(kSeller, DisputeOf(name, 2)), RefusedWith(Reason::kNotTheCurrentMilestone));
  EXPECT_THAT(preview(kSeller, WithdrawalOf(name, 1)), RefusedWith(Reason::kNotDisputed));
  EXPECT_THAT(preview(kOperator, SplitOf(name, 1, 1)), RefusedWith(Reason::kNotDisputed));
  EXPECT_EQ(Footprint(), before);
}

TEST_F(WaysOutRequestsTest, OnlyThoseWhomAMethodIsForMayCallIt) {
  const std::string late = Late(), asked = Asked().name(), disputed = Disputed().name();
  const std::map<std::string, Reason> parties = {{"", Reason::kActorMissing},
                                                 {kStranger, Reason::kOrderNotFound},
                                                 {kOperator, Reason::kNotAUser},
                                                 {kOfferServiceActor, Reason::kNotAUser}};
  std::map<std::string, Reason> buyer = parties;
  buyer[kSeller] = Reason::kNotTheBuyer;
  ExpectCallers(LateCancellationOf(late, 1), buyer);
  ExpectCallers(AnswerTo(asked, kAgree), parties);
  ExpectCallers(DisputeOf(late, 1), parties);
  ExpectCallers(WithdrawalOf(disputed, 1), parties);
  const absl::Status service = Take(kOfferServiceActor, CancellationOf(late)).status();
  EXPECT_TRUE(absl::IsPermissionDenied(service)) << service;
  ExpectCallers(CancellationOf(late), {{"", Reason::kActorMissing}, {kStranger, Reason::kOrderNotFound}});
  ExpectCallers(ReleaseOf(disputed, 1), {{"", Reason::kActorMissing},
                                         {kStranger, Reason::kNotAnOperator},
                                         {kBuyer, Reason::kNotAnOperator},
                                         {kSeller, Reason::kNotAnOperator},
                                         {kOfferServiceActor, Reason::kNotAnOperator}});
  const std::string nowhere = "orders/" + NewRequestId();
  EXPECT_THAT(Take(kOperator, CancellationOf(nowhere)), RefusedWith(Reason::kOrderNotFound));
  EXPECT_THAT(Take(kOperator, ReleaseOf(nowhere, 1)), RefusedWith(Reason::kOrderNotFound));
  EXPECT_THAT(Take(kBuyer, DisputeOf(nowhere, 1)), RefusedWith(Reason::kOrderNotFound));
}

TEST_F(WaysOutRequestsTest, MessagesAreOfBoundedLengthWithNothingHidden) {
  const std::string late = Late(), asked = Asked().name(), disputed = Disputed().name();
  const std::vector<int64_t> before = Footprint();
  ExpectMessage(kBuyer, LateCancellationOf(late, 1), /*required=*/false);
  ExpectMessage(kSeller, CancellationOf(late), /*required=*/true);
  ExpectMessage(kOperator, CancellationOf(late), /*required=*/true);
  ExpectMessage(kSeller, AnswerTo(asked, kReject), /*required=*/false);
  ExpectMessage(kBuyer, DisputeOf(late, 1), /*required=*/true);
  ExpectMessage(kOperator, ReleaseOf(disputed, 1), /*required=*/true);
  EXPECT_EQ(Footprint(), before);
}

TEST_F(WaysOutRequestsTest, MoneyIsWholeCentsOfTheOrdersCurrency) {
  const std::string name = Active().name(), disputed = Disputed().name();
  const std::vector<int64_t> before = Footprint();
  const auto ask = [&](const std::function<void(google::type::Money&)>& write) {
    v1::RequestCancellationRequest request = CancellationOf(name, 100);
    write(*request.mutable_seller_amount());
    return Take(kBuyer, request).status();
  };
  const auto split = [&](const std::function<void(google::type::Money&)>& write) {
    v1::ResolveDisputeRequest request = SplitOf(disputed, 1, 100);
    write(*request.mutable_split()->mutable_seller_amount());
    return Take(kOperator, request).status();
  };
  const std::vector<std::function<void(google::type::Money&)>> wrong = {
      [](auto& money) { money.set_units(-1); },
      [](auto& money) { money.set_nanos(-10'000'000); },
      [](auto& money) { money.set_nanos(1); },
      [](auto& money) { money.set_nanos(1'000'000'000); },
      [](auto& money) { money.set_units(10'000'000'001); },
      [](auto& money) { money.set_currency_code("usd"); },
      [](auto& money) { money.set_currency_code("XYZ"); },
      [](auto& money) { money.clear_currency_code(); }};
  for (const auto& write : wrong) {
    EXPECT_THAT(ask(write), RefusedWith(Reason::kInvalidFields));
    EXPECT_THAT(split(write), RefusedWith(Reason::kInvalidFields));
  }
  for (const absl::Status& other : {ask([](auto& money) { money.set_currency_code("EUR"); }),
                                    split([](auto& money) { money.set_currency_code("EUR"); })}) {
    EXPECT_THAT(other, RefusedWith(Reason::kCurrencyMismatch));
    EXPECT_EQ(RefusalOf(other)->detail("currency"), "USD");
  }
  EXPECT_THAT(split([](auto& money) { money.set_units(0); }), RefusedWith(Reason::kInvalidFields));
  v1::ResolveDisputeRequest nothing_said = SplitOf(disputed, 1, 100);
  nothing_said.mutable_split()->clear_seller_amount();
  EXPECT_THAT(FieldsOf(Take(kOperator, nothing_said).status()), ElementsAre("split.seller_amount"));
  EXPECT_EQ(Footprint(), before);
  EXPECT_EQ(ask([](auto& money) { money.set_units(0); }), absl::OkStatus()) << "zero is an amount";
}

TEST_F(WaysOutRequestsTest, UnknownNumbersOfEnumsAreRefused) {
  const std::string asked = Asked().name(), disputed = Disputed().name();
  const std::vector<int64_t> before = Footprint();
  for (const int number : {0, 3, 17, -1}) {
    const auto answer = static_cast<v1::CancellationAnswer>(number);
    EXPECT_THAT(FieldsOf(Take(kSeller, AnswerTo(asked, answer)).status()), ElementsAre("answer")) << number;
  }
  v1::ResolveDisputeRequest undecided = ReleaseOf(disputed, 1);
  undecided.clear_decision();
  EXPECT_THAT(FieldsOf(Take(kOperator, undecided).status()), ElementsAre("decision"));
  EXPECT_EQ(Footprint(), before);
}

TEST_F(WaysOutRequestsTest, AllThatIsWrongIsNamedAtOnce) {
  const auto bad = [](auto request) {
    request.set_name("orders/1");
    request.set_request_id("42");
    return request;
  };
  v1::RequestCancellationRequest cancellation = bad(CancellationOf("orders/1"));
  cancellation.clear_message();
  cancellation.mutable_seller_amount()->set_units(-5);
  const Lines fields = FieldsOf(Take(kBuyer, cancellation).status());
  EXPECT_THAT(Lines(fields.begin(), fields.end()),
              ::testing::IsSupersetOf({"name", "message", "request_id"}));
  EXPECT_GE(fields.size(), 4u);
  v1::AnswerCancellationRequest answer = bad(AnswerTo("orders/1", v1::CANCELLATION_ANSWER_UNSPECIFIED));
  answer.set_message(std::string(2001, 'x'));
  EXPECT_THAT(FieldsOf(Take(kBuyer, answer).status()),
              UnorderedElementsAre("name", "answer", "message", "request_id"));
  v1::OpenDisputeRequest dispute = bad(DisputeOf("orders/1", 1));
  dispute.clear_message();
  EXPECT_THAT(FieldsOf(Take(kBuyer, dispute).status()),
              UnorderedElementsAre("name", "message", "request_id"));
  EXPECT_THAT(FieldsOf(Take(kBuyer, bad(WithdrawalOf("orders/1", 1))).status()),
              UnorderedElementsAre("name", "request_id"));
  EXPECT_THAT(FieldsOf(Take(kBuyer, bad(LateCancellationOf("orders/1", 1))).status()),
              UnorderedElementsAre("name", "request_id"));
  v1::ResolveDisputeRequest resolution = bad(ReleaseOf("orders/1", 1));
  resolution.clear_decision();
  resolution.clear_message();
  EXPECT_THAT(FieldsOf(Take(kOperator, resolution).status()),
              UnorderedElementsAre("name", "decision", "message", "request_id"));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

}  // namespace
}  // namespace milepost::billing
