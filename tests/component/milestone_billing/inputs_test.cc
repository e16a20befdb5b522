// What a caller may write into a request's fields: texts, names, etags, tokens, currencies and accounts, at their edges. Each
// refusal names its field, and writes nothing.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

using Stub = v1::MilestoneBilling::Stub;
using ::testing::UnorderedElementsAre;

class InputsTest : public BillingTest {
 protected:
  template <class Response>
  static std::vector<std::string> FieldsOf(const absl::StatusOr<Response>& answer) {
    EXPECT_THAT(answer, RefusedWith(Reason::kInvalidFields));
    std::vector<std::string> fields;
    if (const std::optional<Refusal> refusal = RefusalOf(answer.status()))
      for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
    return fields;
  }
  absl::StatusOr<v1::DeliverMilestoneResponse> Deliver(const std::string& name, const std::string& message,
                                                       const std::string& etag = "") {
    v1::DeliverMilestoneRequest request;
    request.set_name(name);
    request.set_message(message);
    request.set_etag(etag);
    request.set_request_id(NewRequestId());
    return client_->Billing(kSeller, &Stub::DeliverMilestone, request);
  }
  absl::StatusOr<v1::RequestRevisionResponse> Revise(const std::string& order, const std::string& message) {
    v1::RequestRevisionRequest request;
    request.set_name(MilestoneName(order, 1));
    request.set_message(message);
    request.set_request_id(NewRequestId());
    return client_->Billing(kBuyer, &Stub::RequestRevision, request);
  }
  absl::StatusOr<v1::GetBalanceResponse> Balance(const std::string& account,
                                                 const std::string& currency = "") {
    v1::GetBalanceRequest request;
    request.set_account(account);
    request.set_currency_code(currency);
    return client_->Call(kOperator, client_->ledger(), &v1::Ledger::Stub::GetBalance, request);
  }
  absl::StatusOr<v1::ListEntriesResponse> Entries(const std::string& account) {
    v1::ListEntriesRequest request;
    request.set_account(account);
    return client_->Call(kOperator, client_->ledger(), &v1::Ledger::Stub::ListEntries, request);
  }
};

TEST_F(InputsTest, MessagesHaveLinesAndNothingHidden) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string first = MilestoneName(order.name(), 1);
  for (const std::string& message : {std::string("x\u202ey"), std::string("x\u2069y"), std::string("a\0b", 3),
                                     std::string("bell\a"), std::string("over\rwritten")})
    EXPECT_THAT(FieldsOf(Deliver(first, message)), ElementsAre("message")) << message;
  Must(Deliver(first, "First line\n\tsecond\r\nthird \u200f"));
  for (const std::string& blank :
       {std::string("\u00a0"), std::string("\u3000\n\u200b"), std::string("\u2800")})
    EXPECT_THAT(FieldsOf(Revise(order.name(), blank)), ElementsAre("message"));
  Must(Revise(order.name(), "Please:\n- brighter"));
}

TEST_F(InputsTest, AnEtagIsComparedByteForByte) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string first = MilestoneName(order.name(), 1);
  for (const std::string& etag : {" " + order.etag(), order.etag() + " ", "0" + order.etag(),
                                  "+" + order.etag(), std::string("abc"), std::string(100, '1')})
    EXPECT_THAT(Deliver(first, "", etag), RefusedWith(Reason::kEtagMismatch)) << etag;
  EXPECT_THAT(Deliver(first, "", order.etag()), IsOk());
}

TEST_F(InputsTest, AResourceHasOneName) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string shout = "orders/" + absl::AsciiStrToUpper(order.name().substr(7));
  ASSERT_NE(shout, order.name()) << "an id without a letter";
  EXPECT_THAT(FieldsOf(client_->Get(shout)), ElementsAre("name"));
  for (const std::string& name :
       {shout + "/milestones/1", order.name() + "/milestones/01", order.name() + "/milestones/+1",
        order.name() + "/milestones/ 1", order.name() + "/milestones/1 ", order.name() + "/milestones/1/"})
    EXPECT_THAT(FieldsOf(Deliver(name, "")), ElementsAre("name")) << name;
}

TEST_F(InputsTest, CurrenciesAndAccountsThatDontExistAreNoZeros) {
  PlaceOrder({5000, 5000});
  for (const char* currency : {"XYZ", "ABC", "XTS", "usd", "US", "USDX"})
    EXPECT_THAT(FieldsOf(Balance("suspense", currency)), ElementsAre("currency_code")) << currency;
  for (const std::string& account :
       {std::string("nonsense"), std::string("escrow"), std::string("escrow:"), std::string("escrow:42"),
        "escrow:" + absl::AsciiStrToUpper("0190b5a4-0000-7000-8000-00000000000a"), std::string("seller:sam"),
        std::string("seller::clearing"), std::string("seller:users/sam:clearing"),
        std::string("seller:sam:available"), "seller:" + std::string(65, 'x') + ":clearing",
        std::string("Suspense"), std::string(" suspense"), std::string("suspense\n"),
        std::string("revenue:other")}) {
    EXPECT_THAT(FieldsOf(Balance(account)), ElementsAre("account")) << account;
    EXPECT_THAT(FieldsOf(Entries(account)), ElementsAre("account")) << account;
  }
  EXPECT_THAT(FieldsOf(Balance("nonsense", "XYZ")), UnorderedElementsAre("account", "currency_code"));
}

TEST_F(InputsTest, EveryAccountThatEntriesHaveIsOneThatCanBeAskedFor) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  v1::ListEntriesRequest of_order;
  of_order.set_order(order.name());
  const auto entries =
      Must(client_->Call(kOperator, client_->ledger(), &v1::Ledger::Stub::ListEntries, of_order)).entries();
  EXPECT_GE(entries.size(), 5);
  for (const v1::Entry& entry : entries) {
    EXPECT_THAT(Balance(entry.account()), IsOk()) << entry.account();
    EXPECT_GE(Must(Entries(entry.account())).entries_size(), 1) << entry.account();
  }
  // Accounts that may exist, and have no entries yet.
  for (const std::string& account : {std::string("refund:transit"), std::string("seller:nobody-yet:clearing"),
                                     "escrow:" + NewRequestId(), std::string("suspense")}) {
    EXPECT_EQ(Cents(Must(Balance(account, "JPY")).balance()), 0) << account;
    EXPECT_THAT(Entries(account), IsOk()) << account;
  }
}

// As gigs and offers refuse them.
TEST_F(InputsTest, AmountsInTwoCurrencies) {
  v1::PlaceOrderRequest placing = AcceptanceOf(NewOffer({5000, 5000}), 1);
  placing.mutable_milestones()->mutable_milestones(1)->mutable_amount()->set_currency_code("EUR");
  EXPECT_THAT(FieldsOf(PlaceOffer(placing)), ElementsAre("milestones.milestones[1].amount.currency_code"));
  placing.mutable_milestones()->mutable_milestones(0)->mutable_amount()->set_currency_code("EUR");
  EXPECT_THAT(PlaceOffer(placing), RefusedWith(Reason::kCurrencyNotEligible));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

TEST_F(InputsTest, TokensHaveOneSpelling) {
  const v1::Order order = PlaceOrder({5000, 5000});
  v1::ListEntriesRequest request;
  request.set_order(order.name());
  request.set_page_size(1);
  const std::string token =
      Must(client_->Call(kBuyer, client_->ledger(), &v1::Ledger::Stub::ListEntries, request))
          .next_page_token();
  ASSERT_FALSE(token.empty());
  for (const std::string& other : {token + "=", token + " ", "\n" + token, std::string(600, 'A')}) {
    request.set_page_token(other);
    EXPECT_THAT(client_->Call(kBuyer, client_->ledger(), &v1::Ledger::Stub::ListEntries, request),
                RefusedWith(Reason::kInvalidPageToken))
        << other;
  }
}

}  // namespace
}  // namespace milepost::billing
