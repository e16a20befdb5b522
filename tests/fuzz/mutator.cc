#include "tests/fuzz/mutator.h"

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/type/money.pb.h"
#include "milepost/type/v1/rules.pb.h"

namespace milepost::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

using Spot = std::pair<Message*, const FieldDescriptor*>;

const type::v1::FieldRules& FieldRulesOf(const FieldDescriptor& field) {
  return field.options().GetExtension(type::v1::rules);
}

// Every field of the message and of the parts that it has, set or not.
void CollectSpots(Message& message, std::vector<Spot>& spots) {
  constexpr size_t kMost = 400;
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count() && spots.size() < kMost; ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    spots.emplace_back(&message, field);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (field->is_repeated()) {
      for (int at = 0; at < reflection.FieldSize(message, field); ++at)
        CollectSpots(*reflection.MutableRepeatedMessage(&message, field, at), spots);
    } else if (reflection.HasField(message, field)) {
      CollectSpots(*reflection.MutableMessage(&message, field), spots);
    }
  }
}

// Of a field with that number; whatever it has is gone.
void SetNumber(Message& message, const FieldDescriptor& field, int64_t value) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) reflection.ClearField(&message, &field);
  const bool more = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return more ? reflection.AddInt32(&message, &field, static_cast<int32_t>(value))
                  : reflection.SetInt32(&message, &field, static_cast<int32_t>(value));
    case FieldDescriptor::CPPTYPE_UINT32:
      return more ? reflection.AddUInt32(&message, &field, static_cast<uint32_t>(value))
                  : reflection.SetUInt32(&message, &field, static_cast<uint32_t>(value));
    case FieldDescriptor::CPPTYPE_INT64:
      return more ? reflection.AddInt64(&message, &field, value)
                  : reflection.SetInt64(&message, &field, value);
    case FieldDescriptor::CPPTYPE_UINT64:
      return more ? reflection.AddUInt64(&message, &field, static_cast<uint64_t>(value))
                  : reflection.SetUInt64(&message, &field, static_cast<uint64_t>(value));
    case FieldDescriptor::CPPTYPE_ENUM:
      return more ? reflection.AddEnumValue(&message, &field, static_cast<int>(value))
                  : reflection.SetEnumValue(&message, &field, static_cast<int>(value));
    case FieldDescriptor::CPPTYPE_BOOL:
      return more ? reflection.AddBool(&message, &field, value % 2 != 0)
                  : reflection.SetBool(&message, &field, value % 2 != 0);
    default:
      return;
  }
}

// The first half, in whole characters: what is no UTF-8 is made of the serialised bytes, because protobuf complains of it here.
std::string HalfOf(const std::string& text) {
  size_t end = text.size() / 2;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

void Mutator::Mutate(Message& message, size_t room) {
  std::vector<Spot> spots;
  CollectSpots(message, spots);
  if (spots.empty() || random_.OneIn(16)) return AddUnknown(message, room);
  const auto [part, field] = random_.Pick(spots);
  MutateField(*part, *field, room);
}

void Mutator::MutateField(Message& message, const FieldDescriptor& field, size_t room) {
  if (random_.OneIn(8)) return message.GetReflection()->ClearField(&message, &field);
  if (field.is_repeated() && random_.OneIn(2)) return MutateList(message, field, room);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return MutateText(message, field, room);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MutatePart(message, field, room);
    default:
      return SetNumber(message, field, Edge(field));
  }
}

void Mutator::MutateText(Message& message, const FieldDescriptor& field, size_t room) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated())
    return reflection.SetString(&message, &field,
                                BadText(field, reflection.GetString(message, &field), room));
  const int count = reflection.FieldSize(message, &field);
  if (count == 0) return reflection.AddString(&message, &field, BadText(field, "", room));
  const int at = static_cast<int>(random_.Below(static_cast<uint64_t>(count)));
  reflection.SetRepeatedString(&message, &field, at,
                               BadText(field, reflection.GetRepeatedString(message, &field, at), room));
}

// The same element many times, or none.
void Mutator::MutateList(Message& message, const FieldDescriptor& field, size_t room) {
  const Reflection& reflection = *message.GetReflection();
  const int count = reflection.FieldSize(message, &field);
  if (count == 0 || random_.OneIn(6)) return reflection.ClearField(&message, &field);
  const auto times = static_cast<size_t>(random_.AnyMagnitude(1, random_.OneIn(8) ? 1'000'000 : 100));
  const int at = static_cast<int>(random_.Below(static_cast<uint64_t>(count)));
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const std::unique_ptr<Message> element(reflection.GetRepeatedMessage(message, &field, at).New());
    element->CopyFrom(reflection.GetRepeatedMessage(message, &field, at));
    if (random_.OneIn(4)) element->Clear();  // two bytes each, and objects of a hundred once they are parsed
    const size_t bytes = element->ByteSizeLong() + 2;
    for (size_t i = 0; i < std::min(times, room / bytes); ++i)
      reflection.AddMessage(&message, &field)->CopyFrom(*element);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const std::string text = reflection.GetRepeatedString(message, &field, at);
    for (size_t i = 0; i < std::min(times, room / (text.size() + 8)); ++i)
      reflection.AddString(&message, &field, text);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const int number = reflection.GetRepeatedEnumValue(message, &field, at);
    const size_t bytes = number >= 0 && number < 0x80 ? 1 : 10;  // packed
    for (size_t i = 0; i < std::min(times, room / bytes); ++i)
      reflection.AddEnumValue(&message, &field, number);
  } else {
    SetNumber(message, field, Edge(field));
  }
}

void Mutator::MutatePart(Message& message, const FieldDescriptor& field, size_t room) {
  const Reflection& reflection = *message.GetReflection();
  Message& part = field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                      : *reflection.MutableMessage(&message, &field);
  const std::string type(part.GetDescriptor()->full_name());
  if (type == "google.type.Money") return MutateMoney(part);
  if (type == "google.protobuf.Timestamp" || type == "google.protobuf.Duration") return SetTime(part);
  if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(&part)) {
    static constexpr std::array<const char*, 8> kPaths = {
        "*", "", ".", "name", "etag", "a.b.c", "gig.title", "packages.price.units"};
    constexpr size_t kLongestPath = 24;
    const auto count = static_cast<size_t>(random_.OneIn(16) ? 20'000 : random_.AnyMagnitude(1, 20));
    for (size_t i = 0; i < std::min(count, room / kLongestPath); ++i) mask->add_paths(random_.Pick(kPaths));
    return;
  }
  part.Clear();  // set, and empty
}

void Mutator::MutateMoney(Message& message) {
  auto& money = static_cast<google::type::Money&>(message);
  static constexpr std::array<const char*, 9> kCurrencies = {"",    "USD", "usd", "EUR",         "JPY",
                                                             "KWD", "XTS", "US",  "USDUSDUSDUSD"};
  static constexpr std::array<int64_t, 9> kUnits = {0,
                                                    -1,
                                                    1,
                                                    99,
                                                    100,
                                                    5'000'000'000,
                                                    10'000'000'000,
                                                    std::numeric_limits<int64_t>::max(),
                                                    std::numeric_limits<int64_t>::min()};
  static constexpr std::array<int32_t, 8> kNanos = {0,
                                                    1,
                                                    -1,
                                                    10'000'000,
                                                    -10'000'000,
                                                    999'999'999,
                                                    std::numeric_limits<int32_t>::max(),
                                                    std::numeric_limits<int32_t>::min()};
  if (random_.OneIn(2)) money.set_currency_code(random_.Pick(kCurrencies));
  if (random_.OneIn(2)) money.set_units(random_.Pick(kUnits));
  if (random_.OneIn(2)) money.set_nanos(random_.Pick(kNanos));
}

// A Timestamp or a Duration, on the edges of their ranges and far outside.
void Mutator::SetTime(Message& time) {
  static constexpr std::array<int64_t, 12> kSeconds = {0,
                                                       1,
                                                       -1,
                                                       253'402'300'799,
                                                       253'402'300'800,
                                                       -62'135'596'800,
                                                       -62'135'596'801,
                                                       315'576'000'000,
                                                       315'576'000'001,
                                                       9'223'372'036'854,  // microseconds end here
                                                       std::numeric_limits<int64_t>::max(),
                                                       std::numeric_limits<int64_t>::min()};
  static constexpr std::array<int32_t, 6> kNanos = {
      0, 1, 999'999'999, 1'000'000'000, -1, std::numeric_limits<int32_t>::min()};
  const Reflection& reflection = *time.GetReflection();
  reflection.SetInt64(&time, time.GetDescriptor()->FindFieldByName("seconds"), random_.Pick(kSeconds));
  reflection.SetInt32(&time, time.GetDescriptor()->FindFieldByName("nanos"), random_.Pick(kNanos));
}

void Mutator::AddUnknown(Message& message, size_t room) {
  google::protobuf::UnknownFieldSet& unknown = *message.GetReflection()->MutableUnknownFields(&message);
  const int number = random_.OneIn(2) ? 536'870'911 : 90 + static_cast<int>(random_.Below(1000));
  switch (random_.Below(4)) {
    case 0:
      return unknown.AddVarint(number, std::numeric_limits<uint64_t>::max());
    case 1:
      return unknown.AddFixed64(number, 1);
    case 2:
      return unknown.AddLengthDelimited(
          number,
          random_.Bytes(std::min<size_t>(room, static_cast<size_t>(random_.AnyMagnitude(1, 10'000)))));
    default: {
      google::protobuf::UnknownFieldSet* group = &unknown;
      const int64_t depth = random_.AnyMagnitude(1, 90);
      for (int64_t i = 0; i < depth; ++i) group = group->AddGroup(number);
    }
  }
}

int64_t Mutator::Edge(const FieldDescriptor& field) {
  const type::v1::FieldRules& rules = FieldRulesOf(field);
  std::vector<int64_t> edges = {0,
                                1,
                                -1,
                                2,
                                1000,
                                1001,
                                std::numeric_limits<int32_t>::max(),
                                std::numeric_limits<int32_t>::min(),
                                std::numeric_limits<uint32_t>::max(),
                                std::numeric_limits<int64_t>::max(),
                                std::numeric_limits<int64_t>::min()};
  if (rules.has_gte()) edges.insert(edges.end(), {rules.gte() - 1, rules.gte(), rules.gte() + 1});
  if (rules.has_lte()) edges.insert(edges.end(), {rules.lte() - 1, rules.lte(), rules.lte() + 1});
  return random_.Pick(edges);
}

std::string Mutator::BadText(const FieldDescriptor& field, const std::string& was, size_t room) {
  static const std::array<std::string, 20> kBad = {std::string(),
                                                   " ",
                                                   "\t\n",
                                                   std::string("a\0b", 3),
                                                   "\u202Eevil",
                                                   "\u2066open",
                                                   "\uFEFF",
                                                   "\U0001F469\u200D\U0001F4BB",
                                                   "%s%n%x",
                                                   "' OR 1=1 --",
                                                   "../../etc/passwd",
                                                   "orders/",
                                                   "orders/0/milestones/0",
                                                   "orders/00000000-0000-0000-0000-000000000000",
                                                   "gigs/FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
                                                   "users/-",
                                                   "{user}",
                                                   "18446744073709551616",
                                                   "seller::clearing",
                                                   "\x7f"};
  const uint32_t longest = FieldRulesOf(field).max_len();
  switch (random_.Below(10)) {
    case 0:
      return absl::AsciiStrToUpper(was);
    case 1:
      return HalfOf(was);
    case 2:
      return absl::StrCat(was, was);
    case 3:  // exactly as long as allowed, or one more, in characters of four bytes
    case 4: {
      std::string text;
      const uint32_t wanted = longest == 0 ? 1000 : longest + static_cast<uint32_t>(random_.Below(2));
      for (uint32_t i = 0; i < wanted && text.size() + 4 <= room; ++i) text += "\U0001F3AC";
      return text;
    }
    case 5:
      if (!random_.OneIn(8)) break;
      return std::string(std::min(room, static_cast<size_t>(random_.AnyMagnitude(10'000, 4 << 20))), 'x');
    case 6:
      if (const Resource* other = pool_.PickAny(random_); other != nullptr) return other->name;
      break;
    case 7:  // a text of the same field of something else: request ids, etags, hashes
      if (const std::string* other = pool_.PickText(std::string(field.name()), random_); other != nullptr)
        return *other;
      break;
    case 8:
      if (const std::string* other = pool_.PickAnyText(random_); other != nullptr) return *other;
      break;
    default:
      break;
  }
  return random_.Pick(kBad);
}

void Mutator::MutateBytes(std::string& bytes) {
  const size_t at = bytes.empty() ? 0 : static_cast<size_t>(random_.Below(bytes.size()));
  switch (random_.Below(8)) {
    case 0:
      bytes.resize(at);
      return;
    case 1:  // no UTF-8, where it stands in a text
      if (!bytes.empty()) bytes[at] = static_cast<char>(0xff);
      return;
    case 2:
      if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_.Below(8)));
      return;
    case 3:
      bytes.insert(at, random_.Bytes(1 + static_cast<size_t>(random_.Below(16))));
      return;
    case 4:  // once more: the later value of a field wins, and parts are merged
      if (bytes.size() < 100'000) bytes += bytes.substr(at);
      return;
    case 5:  // many elements of a list, if field 1 is one; or groups in groups, which no message has
      if (random_.OneIn(2)) {
        for (int64_t i = random_.AnyMagnitude(1, 100'000); i > 0; --i) bytes += std::string("\x0a\0", 2);
        return;
      }
      bytes += std::string(static_cast<size_t>(random_.AnyMagnitude(1, 5'000)), '\x0b');
      return;
    case 6:  // field 1 as texts of which each promises more bytes than there are
      bytes += std::string("\x0a\xff\xff\xff\xff\x07", 6);
      return;
    default:
      bytes = random_.Bytes(static_cast<size_t>(random_.AnyMagnitude(1, 4096)));
  }
}

}  // namespace milepost::fuzz
