#include "common/rpc/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "milepost/testing/v1/test_clock.pb.h"
#include "sample.h"

namespace milepost::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<FieldViolation> Check(const std::string& name, const std::string& text) {
  const auto message = NewSample(name, text);
  return MessageRules::Of(*message->GetDescriptor()).Violations(*message);
}

struct Case {
  const char* message;      // of sample.proto
  const char* value;        // the request, as text
  const char* description;  // of its only violation, at path "f"; "" = none
};

class Rules : public ::testing::TestWithParam<Case> {};

TEST_P(Rules, HoldAtTheirEdge) {
  const std::vector<FieldViolation> violations = Check(GetParam().message, GetParam().value);
  if (*GetParam().description == '\0') {
    EXPECT_THAT(violations, IsEmpty()) << violations[0].field << ": " << violations[0].description;
  } else {
    EXPECT_THAT(violations, ElementsAre(FieldViolation{"f", GetParam().description}));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Strings, Rules,
    ::testing::Values(
        Case{"Text", "", ""},  // unset, and not required
        Case{"Text", "f: 'a'", "must have 2 to 4 characters; has 1"}, Case{"Text", "f: 'ab'", ""},
        Case{"Text", "f: 'abcd'", ""}, Case{"Text", "f: 'abcde'", "must have 2 to 4 characters; has 5"},
        Case{"Text", "f: 'äöü€'", ""},  // 4 characters, 9 bytes
        Case{"Text", "f: '\\xff\\xfe'", "must be UTF-8"},
        Case{"Text", "f: 'a\\xed\\xa0\\x80'", "must be UTF-8"},  // a surrogate
        Case{"RequiredText", "", "is required"}, Case{"RequiredText", "f: ' \\t'", "must not be blank"},
        Case{"RequiredText", "f: 'x'", ""},
        Case{"RequiredText", "f: '\u00a0\u3000\u200b'", "must not be blank"},
        Case{"RequiredText", "f: '\u3164\u2800\ufe0f'", "must not be blank"},
        Case{"RequiredText", "f: '\\x00'", "must not be blank"},
        Case{"RequiredText", "f: 'x\\x00'",
             "must be one line of text without control or hidden characters; has U+0000"},
        Case{"PlainText", "f: 'a\\nb'",
             "must be one line of text without control or hidden characters; has U+000A"},
        Case{"PlainText", "f: 'a\u202eb'",
             "must be one line of text without control or hidden characters; has U+202E"},
        Case{"LongLines", "f: 'a\\n\\tb\\r\\n'", ""},
        Case{"LongLines", "f: ' \\n\u200b'", "must not be blank"},
        Case{"LongLines", "f: 'a\u202db'", "must be text without control or hidden characters; has U+202D"},
        Case{"LongLines", "f: 'a\u2067b'",
             "must close each change of the writing direction that it opens; has U+2067 without its other "
             "half"},
        Case{"PlainText", "f: 'a\u2067b\u2069'", ""}, Case{"Token", "f: ' \\n'", ""},
        Case{"Token", "f: '\\x00'", ""}, Case{"Token", "", "is required"},
        Case{"Token", "f: '\\xff'", "must be UTF-8"}, Case{"CurrencyCode", "", ""},
        Case{"CurrencyCode", "f: 'BHD'", ""},
        Case{"CurrencyCode", "f: 'ABC'", "must be a currency of ISO 4217, like USD"},
        Case{"CurrencyCode", "f: 'usd'", "must be a currency of ISO 4217, like USD"},
        Case{"LongText", "f: 'ab'", "must have at least 3 characters; has 2"},
        Case{"ShortText", "f: 'abcd'", "must have at most 3 characters; has 4"},
        Case{"CodeText", "f: 'ab'", "must have exactly 3 characters; has 2"},
        Case{"OptionalText", "f: ''", "must have at least 1 character; has 0"}, Case{"OptionalText", "", ""},
        Case{"Pattern", "f: 'abc'", ""}, Case{"Pattern", "f: 'abC'", "must match [a-z]+"},
        Case{"PlainText", "f: '\\xff'", "must be UTF-8"}, Case{"PlainBytes", "f: '\\xff'", ""},
        Case{"ShortBytes", "f: '\\xff\\xff'", "must have at most 1 byte; has 2"}));

INSTANTIATE_TEST_SUITE_P(
    NamesAndIds, Rules,
    ::testing::Values(
        Case{"UuidText", "f: '0190b5a4-0000-7000-8000-00000000000A'", ""},
        Case{"UuidText", "f: '0190b5a400007000800000000000000A'", "must be a UUID in the form 8-4-4-4-12"},
        Case{"MilestoneName", "f: 'orders/0190b5a4-0000-7000-8000-000000000001/milestones/2'", ""},
        Case{"MilestoneName", "f: 'orders/0190b5a4-0000-7000-8000-000000000001/milestones/0'",
             "must be a resource name like orders/{order}/milestones/{number}"},
        Case{"MilestoneName", "f: 'orders/0190b5a4-0000-7000-8000-000000000001/milestones/02'",
             "must be a resource name like orders/{order}/milestones/{number}"},
        Case{"MilestoneName", "f: 'orders/0190b5a4-0000-7000-8000-000000000001/milestones'",
             "must be a resource name like orders/{order}/milestones/{number}"},
        Case{"MilestoneName", "f: 'orders/0190b5a4-0000-7000-8000-000000000001/milestones/2/'",
             "must be a resource name like orders/{order}/milestones/{number}"},
        Case{"MilestoneName", "f: 'orders/-/milestones/2'",
             "must be a resource name like orders/{order}/milestones/{number}"},
        Case{"MilestoneName", "f: 'orders/0190B5A4-0000-7000-8000-000000000001/milestones/2'",
             "must be a resource name like orders/{order}/milestones/{number}"},
        Case{"UserName", "f: 'users/alice'", ""},
        Case{"UserName", "f: 'users/'", "must be a resource name like users/{user}"},
        Case{"UserName", "f: 'users/a b'", "must be a resource name like users/{user}"},
        Case{"UserName", "f: 'alice'", "must be a resource name like users/{user}"},
        Case{"PayoutName", "f: 'payouts/p_1'", ""}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, Rules,
    ::testing::Values(Case{"Days", "", "must be 1 to 30; was 0"}, Case{"Days", "f: 1", ""},
                      Case{"Days", "f: 30", ""}, Case{"Days", "f: 31", "must be 1 to 30; was 31"},
                      Case{"Days", "f: -1", "must be 1 to 30; was -1"}, Case{"OptionalDays", "", ""},
                      Case{"OptionalDays", "f: 0", "must be 1 to 30; was 0"},
                      Case{"AtLeast", "f: -1", "must be at least 0; was -1"},
                      Case{"AtMost", "f: 18446744073709551615", "must be at most 5; was 9223372036854775807"},
                      Case{"Numbers", "f: [1, 2]", ""}, Case{"RequiredNumber", "", "is required"},
                      Case{"PresentNumber", "f: 0", ""}, Case{"PresentBool", "", "is required"}));

INSTANTIATE_TEST_SUITE_P(
    Enums, Rules,
    ::testing::Values(Case{"RequiredColor", "", "is required: one of COLOR_RED, COLOR_BLUE"},
                      Case{"RequiredColor", "f: COLOR_BLUE", ""},
                      Case{"RequiredColor", "f: 3", "must be one of COLOR_RED, COLOR_BLUE; was 3"},
                      Case{"PlainColor", "", ""},
                      Case{"PlainColor", "f: 3", "must be one of COLOR_RED, COLOR_BLUE; was 3"},
                      Case{"Colors", "f: [COLOR_RED, COLOR_BLUE]", ""}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Rules,
    ::testing::Values(Case{"Two", "", "is required: at least one"}, Case{"Two", "f: ['a','b']", ""},
                      Case{"Two", "f: ['a','b','c']", "must have at most 2 elements; has 3"},
                      Case{"TwoOrMore", "f: 'a'", "must have at least 2 elements; has 1"}));

INSTANTIATE_TEST_SUITE_P(
    Messages, Rules,
    ::testing::Values(
        Case{"Price", "", "is required"}, Case{"Price", "f {currency_code: 'USD' units: 150}", ""},
        Case{"Price", "f {currency_code: 'USD' nanos: 10000000}", ""},
        Case{"Price", "f {currency_code: 'USD'}", "must be at least 0.01 USD; was 0.00 USD"},
        Case{"Price", "f {currency_code: 'USD' units: 150 nanos: 10000000}",
             "must be at most 150.00 USD; was 150.01 USD"},
        Case{"Price", "f {currency_code: 'JPY' units: 15000}", ""},
        Case{"PlainMoney", "f {currency_code: 'USD' units: 10000000000}", ""},
        Case{"PlainMoney", "f {currency_code: 'USD' units: 10000000000 nanos: 10000000}",
             "must be at most 10000000000.00 USD"},
        Case{"PlainMoney", "f {currency_code: 'USD' units: 9223372036854775807}",
             "must be at most 10000000000.00 USD"},
        Case{"PlainMoney", "f {currency_code: 'USD' units: -9223372036854775808}",
             "must be at most 10000000000.00 USD"},
        Case{"Time", "f {seconds: 253402300799 nanos: 999999999}", ""},
        Case{"Time", "f {seconds: 253402300800}",
             "must be a valid Timestamp (years 1 to 9999, nanos 0 to 999999999)"},
        Case{"Time", "f {nanos: -1}", "must be a valid Timestamp (years 1 to 9999, nanos 0 to 999999999)"},
        Case{"Length", "f {seconds: 315576000000}", ""},
        Case{"Length", "f {seconds: 315576000001}",
             "must be a valid Duration (at most 315576000000 s, seconds and nanos of one sign)"},
        Case{"Length", "f {seconds: -9223372036854775808}",
             "must be a valid Duration (at most 315576000000 s, seconds and nanos of one sign)"},
        Case{"Length", "f {seconds: 1 nanos: -1}",
             "must be a valid Duration (at most 315576000000 s, seconds and nanos of one sign)"}));

TEST(Validation, MoneyNamesThePartThatIsWrong) {
  EXPECT_THAT(Check("PlainMoney", "f {units: 1}"),
              ElementsAre(FieldViolation{"f.currency_code", "must be a currency of ISO 4217, like USD"}));
  EXPECT_THAT(Check("PlainMoney", "f {currency_code: 'ABC' units: 1}"),
              ElementsAre(FieldViolation{"f.currency_code", "must be a currency of ISO 4217, like USD"}));
  EXPECT_THAT(Check("PlainMoney", "f {currency_code: 'BHD' nanos: 1000000}"), IsEmpty()) << "a thousandth";
  EXPECT_THAT(
      Check("PlainMoney", "f {currency_code: 'USD' nanos: 1000000}"),
      ElementsAre(FieldViolation{"f.nanos", "must be a multiple of 10000000: USD has 2 decimal places"}));
  EXPECT_THAT(
      Check("PlainMoney", "f {currency_code: 'JPY' nanos: 500000000}"),
      ElementsAre(FieldViolation{"f.nanos", "must be a multiple of 1000000000: JPY has 0 decimal places"}));
  EXPECT_THAT(
      Check("PlainMoney", "f {currency_code: 'USD' units: 1 nanos: -10000000}"),
      ElementsAre(FieldViolation{"f.nanos", "must be -999999999 to 999999999 with the sign of units"}));
}

TEST(Validation, NamesElementsOfLists) {
  EXPECT_THAT(Check("Elements", "names: ['a', '', 'a'] colors: [COLOR_RED, COLOR_UNSPECIFIED]"),
              ElementsAre(FieldViolation{"names[1]", "must have at least 1 character; has 0"},
                          FieldViolation{"names[2]", "must not occur twice"},
                          FieldViolation{"colors[1]", "must be one of COLOR_RED, COLOR_BLUE; was 0"}));
}

TEST(Validation, ReportsEverythingAtOnceWithPathsFromTheRoot) {
  EXPECT_THAT(Check("OfferRequest",
                    R"(offer { milestones { milestones {days: 1 name: 'a'} milestones {days: 30 name: 'b'}
                                                    milestones {days: 31} } } other { seller: 'x' })"),
              ElementsAre(FieldViolation{"offer.seller", "is required"},
                          FieldViolation{"offer.milestones.milestones[2].days", "must be 1 to 30; was 31"},
                          FieldViolation{"offer.milestones.milestones[2].name", "is required"},
                          FieldViolation{"other.terms", "is required: one of one_time, milestones"}));
  EXPECT_THAT(Check("OfferRequest", ""), ElementsAre(FieldViolation{"offer", "is required"}));
}

TEST(Validation, FollowsTypesThatContainThemselves) {
  EXPECT_THAT(Check("Nested", "inner { inner { n: 4 } n: 3 }"),
              ElementsAre(FieldViolation{"inner[0].inner[0].n", "must be at most 3; was 4"}));
}

// It hands on what it took under other rules: how a value looks is asked, not what people may write.
TEST(Validation, OfOneOfOurServicesAsksForTheShapeAlone) {
  const auto of_ours = [](const std::string& name, const std::string& text) {
    const auto message = NewSample(name, text);
    return MessageRules::Of(*message->GetDescriptor())
        .Violations(*message, MessageRules::Author::kOurService);
  };
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"RequiredText", "f: '\u3000'"},
           {"PlainText", "f: 'a\\nb\u202e'"},
           {"LongLines", "f: 'a\u2067b'"},
           {"Price", "f {currency_code: 'USD' units: 151}"},
           {"Price", "f {currency_code: 'USD'}"},
           {"AtMostAnother", "f: 8 most: 7"},
           {"PlainMoney", "f {currency_code: 'ABC' units: 1}"}}) {
    EXPECT_THAT(Check(name, text), SizeIs(1)) << name << " " << text;
    EXPECT_THAT(of_ours(name, text), IsEmpty()) << name << " " << text;
  }
  for (const auto& [name, text] :
       std::vector<std::pair<std::string, std::string>>{{"RequiredText", ""},
                                                        {"PlainText", "f: '\\xff'"},
                                                        {"Text", "f: 'abcde'"},
                                                        {"Price", ""},
                                                        {"PlainMoney", "f {currency_code: 'abc' units: 1}"},
                                                        {"UserName", "f: 'users/a b'"},
                                                        {"Days", "f: 31"}})
    EXPECT_THAT(of_ours(name, text), SizeIs(1)) << name << " " << text;
}

// A24: a cycle's days against its interval.
TEST(Validation, AnIntegerIsAtMostAnotherOfItsMessage) {
  EXPECT_THAT(Check("AtMostAnother", "f: 7 most: 7"), IsEmpty());
  EXPECT_THAT(Check("AtMostAnother", "f: 8 most: 7"),
              ElementsAre(FieldViolation{"f", "must be at most most (7); was 8"}));
  EXPECT_THAT(Check("AtMostAnother", "f: 31 most: 7"), SizeIs(1)) << "its own range alone";
  EXPECT_THAT(Check("AtMostAnother", "f: 30"), IsEmpty()) << "there is no other";
  EXPECT_THAT(Check("AtMostAnother", "f: 30 most: 93"),
              ElementsAre(FieldViolation{"most", "must be at most 92; was 93"}));
}

TEST(Validation, StopsAtItsLimit) {
  std::string numbers;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&numbers, "f: 1 ");
  EXPECT_THAT(Check("Negatives", numbers), SizeIs(MessageRules::kMaxViolations));
}

TEST(Validation, LooksNoFurtherThanTheAllowedElements) {
  EXPECT_THAT(Check("AtMostOne", "f: 1 f: 1"),
              ElementsAre(FieldViolation{"f", "must have at most 1 element; has 2"},
                          FieldViolation{"f[0]", "must be at most 0; was 1"}));
}

TEST(Validation, KnowsTheRulesOfGeneratedMessages) {
  const milepost::testing::v1::AdvanceClockRequest request;
  const absl::Status status = MessageRules::Of(*request.GetDescriptor()).Check(request);
  const auto refusal = RefusalOf(status);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, Reason::kInvalidFields);
  EXPECT_THAT(refusal->fields, ElementsAre(FieldViolation{"target", "is required: one of by, to"}));
}

// A rule that does not fit its field is a bug in the .proto: it must not start.
TEST(ValidationDeathTest, RefusesRulesThatDoNotFit) {
  for (const char* name : {"LengthOfANumber", "LeastText", "BrokenPattern", "ItemsOfOne", "UuidBytes",
                           "BrokenResource", "MoneyRulesOfText", "NoLengthFits", "LinesOfACode",
                           "LinesOfBytes", "OpaqueBytes", "AtMostNothing", "AtMostItself", "AtMostAText"}) {
    const auto message = NewSample(name);
    EXPECT_DEATH(MessageRules::Of(*message->GetDescriptor()),
                 HasSubstr(absl::StrCat("milepost: bug: the rules of milepost.sample.", name, ".f")));
  }
}

}  // namespace
}  // namespace milepost::rpc
