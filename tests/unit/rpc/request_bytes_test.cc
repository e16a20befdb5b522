// Bytes that are no request: what is wrong with them, wherever it stands.
#include "common/rpc/request_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sample.pb.h"

namespace milepost::rpc {
namespace {

using Request = sample::OfAnyActorRequest;

constexpr int kNestedOfRequest = 1, kColors = 4, kWords = 5, kMeasures = 6;
constexpr int kTextOfNested = 1, kNestedOfNested = 2, kNumbersOfNested = 3;
constexpr char kNotUtf8[] = "\xE9";

// A length-delimited field.
std::string Field(int number, const std::string& value) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  size_t length = value.size();
  for (; length >= 0x80; length >>= 7) bytes += static_cast<char>(length | 0x80);
  bytes += static_cast<char>(length);
  return bytes + value;
}

// A message within so many others.
std::string Nested(int times, std::string bytes) {
  for (int i = 0; i < times; ++i) bytes = Field(kNestedOfNested, bytes);
  return bytes;
}

std::string PathOf(int times) {
  std::string path;
  for (int i = 0; i < times; ++i) path += ".nested";
  return path;
}

FieldViolation WrongWith(const grpc::ByteBuffer& bytes) {
  Request request;
  EXPECT_FALSE(ParseRequest(bytes, request));
  return FirstMalformed(*Request::descriptor(), bytes);
}

FieldViolation WrongWith(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return WrongWith(grpc::ByteBuffer(&slice, 1));
}

TEST(RequestBytes, TheWayToTheFaultIsNamedHoweverDeepItLies) {
  const std::string bytes =
      Field(kNestedOfRequest, "") + Field(kNestedOfRequest, Nested(90, Field(kTextOfNested, kNotUtf8)));
  EXPECT_EQ(WrongWith(bytes),
            (FieldViolation{absl::StrCat("nested[1]", PathOf(90), ".text"), "is not UTF-8"}));
}

// Each message was copied once for each one around it.
TEST(RequestBytes, ALargeRequestIsWalkedInPlace) {
  const std::string text(4 << 20, 'x');
  EXPECT_EQ(WrongWith(Field(kNestedOfRequest, Nested(90, Field(kTextOfNested, text + kNotUtf8)))).description,
            "is not UTF-8");
  // A field that nobody knows is stepped over.
  EXPECT_EQ(WrongWith(Field(15, text) + Field(kNestedOfRequest, Field(kTextOfNested, kNotUtf8))),
            (FieldViolation{"nested[0].text", "is not UTF-8"}));
}

TEST(RequestBytes, WhatProtobufReadsNoFurtherIsNestedTooDeeply) {
  EXPECT_EQ(WrongWith(Field(kNestedOfRequest, Nested(150, ""))).description, "is nested too deeply");
}

TEST(RequestBytes, ALengthThatGoesPastItsMessageIsCutOff) {
  const std::string past = "\x0a\x7f";
  const std::vector<std::string> wrong = {past, past + "ab", "\x0a\xff\xff\xff\xff\x0f",
                                          Field(kNestedOfRequest, past)};
  for (const std::string& bytes : wrong)
    EXPECT_EQ(WrongWith(bytes).description, "is cut off, or is not protobuf");
  EXPECT_EQ(WrongWith(Field(kNestedOfRequest, past)).field, "nested[0].text");
}

std::string Repeated(int times, const std::string& bytes) {
  std::string all;
  for (int i = 0; i < times; ++i) all += bytes;
  return all;
}

bool IsParsed(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  Request request;
  return ParseRequest(grpc::ByteBuffer(&slice, 1), request);
}

// The fuzzing found it: a request of 4 MiB, of elements of two bytes, made a server 130 MiB larger, whoever sent it.
TEST(RequestBytes, HaveABoundOfFieldsAndElementsInAllPartsTogether) {
  const std::string element = Field(kNestedOfRequest, "");
  const std::string long_text = Field(15, std::string(3 * kPartsMax, 'x'));
  EXPECT_TRUE(IsParsed(Repeated(kPartsMax, element)));
  EXPECT_TRUE(IsParsed(Repeated(kPartsMax - 1, element) + long_text));
  const std::string unknown = "\x7a" + std::string(1, '\0');                      // field 15, empty
  const std::string group = "\x7b\x7c";                                           // group 15, empty
  const std::string parts = Field(kNestedOfRequest, Field(kNestedOfNested, ""));  // two
  // The group has a field of its own, of the number of a message and not one: its bytes are not to end the count.
  const std::string misleading = "\x7b" + Field(kNestedOfRequest, "\xff") + "\x7c";
  for (const std::string& bytes :
       {Repeated(kPartsMax + 1, element), Repeated(kPartsMax, element) + long_text,
        Repeated(kPartsMax + 1, unknown), Repeated(kPartsMax + 1, group), Repeated(kPartsMax / 2 + 1, parts),
        Field(kNestedOfRequest, Repeated(kPartsMax, Field(kNestedOfNested, ""))),
        misleading + Repeated(kPartsMax, element)})
    EXPECT_EQ(WrongWith(bytes), (FieldViolation{"", "has more than 10000 fields and elements of lists"}));
}

// A million numbers come as one field of the wire, a byte each.
TEST(RequestBytes, HaveTheElementsOfPackedListsInTheirBound) {
  const auto bytes = [](int count) { return std::string(static_cast<size_t>(count), '\x01'); };
  const int room = kPartsMax - 1;  // beside the list's own field
  EXPECT_TRUE(IsParsed(Field(kColors, bytes(room))));
  EXPECT_TRUE(IsParsed(Field(kWords, bytes(4 * room))));
  EXPECT_TRUE(IsParsed(Field(kMeasures, bytes(8 * room))));
  EXPECT_TRUE(IsParsed(Field(kNestedOfRequest, Field(kNumbersOfNested, bytes(room - 1)))));
  const std::string long_number = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  EXPECT_TRUE(IsParsed(Field(kColors, Repeated(room, long_number)))) << "its bytes are not what is counted";
  const FieldViolation too_many{"", "has more than 10000 fields and elements of lists"};
  for (const std::string& list :
       {Field(kColors, bytes(room + 1)), Field(kWords, bytes(4 * (room + 1))),
        Field(kMeasures, bytes(8 * (room + 1))), Field(kColors, Repeated(room + 1, long_number)),
        Field(kNestedOfRequest, Field(kNumbersOfNested, bytes(room))),
        Field(kColors, bytes(room / 2)) + Field(kColors, bytes(room / 2 + 1)),
        Field(kColors, bytes(4 << 20))})
    EXPECT_EQ(WrongWith(list), too_many);
  // A text is no list, and an element that is cut off is a fault.
  EXPECT_TRUE(IsParsed(Field(2, bytes(2 * kPartsMax))));
  EXPECT_EQ(
      WrongWith(Field(kColors, bytes(kPartsMax / 2) + "\xff") + Repeated(kPartsMax, Field(kColors, ""))),
      (FieldViolation{"", "is cut off, or is not protobuf"}));
}

// Behind a fault nothing is counted, and nothing is parsed.
TEST(RequestBytes, EndAtTheirFirstFault) {
  const std::string fault = Field(kNestedOfRequest, "\x0a\x7f");
  Request request;
  const std::string bytes = fault + Repeated(kPartsMax + 1, Field(kNestedOfRequest, ""));
  const grpc::Slice slice(bytes);
  EXPECT_FALSE(ParseRequest(grpc::ByteBuffer(&slice, 1), request));
  EXPECT_LE(request.nested_size(), 1);
}

TEST(RequestBytes, ComeInAnyNumberOfSlices) {
  std::vector<grpc::Slice> slices;
  for (const char byte : Field(kNestedOfRequest, Field(kTextOfNested, kNotUtf8)))
    slices.emplace_back(std::string(1, byte));
  EXPECT_EQ(WrongWith(grpc::ByteBuffer(slices.data(), slices.size())),
            (FieldViolation{"nested[0].text", "is not UTF-8"}));
}

}  // namespace
}  // namespace milepost::rpc
