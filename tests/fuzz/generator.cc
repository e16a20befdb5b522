#include "tests/fuzz/generator.h"

#include <array>
#include <limits>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/money.pb.h"
#include "re2/re2.h"

namespace milepost::fuzz {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

constexpr int kDeepest = 8;

const type::v1::FieldRules& RulesOf(const FieldDescriptor& field) {
  return field.options().GetExtension(type::v1::rules);
}

// Amounts in cents on both sides of the rules' thresholds (S3: 100.00), and any other.
int64_t Cents(const type::v1::MoneyRules& rules, Random& random) {
  const int64_t least = rules.has_min_minor() ? rules.min_minor() : 1;
  const int64_t greatest = rules.has_max_minor() ? rules.max_minor() : 1'000'000'000'000;
  constexpr std::array<int64_t, 5> kUsual = {5'000, 10'000, 10'001, 15'000, 50'000};
  const int64_t usual = random.Pick(kUsual);
  if (random.OneIn(2) && usual >= least && usual <= greatest) return usual;
  return random.AnyMagnitude(std::max<int64_t>(least, 1),
                             random.OneIn(8) ? greatest : std::min<int64_t>(greatest, 1'000'000));
}

void SetInteger(Message& message, const FieldDescriptor& field, int64_t value) {
  const Reflection& reflection = *message.GetReflection();
  const bool more = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto number = static_cast<int32_t>(value);
      more ? reflection.AddInt32(&message, &field, number) : reflection.SetInt32(&message, &field, number);
      return;
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto number = static_cast<uint32_t>(value);
      more ? reflection.AddUInt32(&message, &field, number) : reflection.SetUInt32(&message, &field, number);
      return;
    }
    case FieldDescriptor::CPPTYPE_INT64:
      more ? reflection.AddInt64(&message, &field, value) : reflection.SetInt64(&message, &field, value);
      return;
    default: {
      const auto number = static_cast<uint64_t>(value);
      more ? reflection.AddUInt64(&message, &field, number) : reflection.SetUInt64(&message, &field, number);
    }
  }
}

int64_t IntegerIn(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.GetInt64(message, &field);
    default:
      return static_cast<int64_t>(reflection.GetUInt64(message, &field));
  }
}

// Among the fields of the message, the resource that an Update changes: the first that is a message of ours.
const Descriptor* UpdatedType(const Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    const Descriptor* type = request.field(i)->message_type();
    if (type != nullptr && type->file()->package() == request.file()->package()) return type;
  }
  return nullptr;
}

// "refund" of GetRefund.
std::string NounOf(const std::string& method) {
  size_t start = method.size();
  while (start > 0 && !absl::ascii_isupper(static_cast<unsigned char>(method[start - 1]))) --start;
  return absl::AsciiStrToLower(method.substr(start == 0 ? 0 : start - 1));
}

}  // namespace

Request Generator::Make(const Method& method, const std::string& party) {
  Request request{.message = method.NewRequest(), .actor = "", .party = ""};
  noun_ = NounOf(std::string(method.descriptor->name()));
  Fill(*request.message, 0);
  SetActor(method.callers(), party, request);
  return request;
}

void Generator::Fill(Message& message, int depth) {
  const Descriptor& type = *message.GetDescriptor();
  std::set<const OneofDescriptor*> done;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (const OneofDescriptor* oneof = field.real_containing_oneof()) {
      if (done.insert(oneof).second) FillOneof(message, *oneof, depth);
      continue;
    }
    if (field.is_repeated()) {
      FillList(message, field, depth);
      continue;
    }
    // A number that can't be unset is always checked, so it is always set.
    const bool is_number = !field.has_presence() && field.cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
                           field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM;
    const bool names_it = depth > 0 && field.name() == "name";
    if (RulesOf(field).required() || is_number || names_it || random_.OneIn(2)) Set(message, field, depth);
  }
  KeepBelow(message);
}

// The rule lte_field.
void Generator::KeepBelow(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (RulesOf(field).lte_field().empty()) continue;
    const int64_t most = IntegerIn(message, *type.FindFieldByName(RulesOf(field).lte_field()));
    if (IntegerIn(message, field) > most) SetInteger(message, field, most);
  }
}

void Generator::FillOneof(Message& message, const OneofDescriptor& oneof, int depth) {
  const bool is_required = oneof.options().GetExtension(type::v1::oneof_rules).required();
  if (!is_required && random_.OneIn(2)) return;
  Set(message, *oneof.field(static_cast<int>(random_.Below(static_cast<uint64_t>(oneof.field_count())))),
      depth);
}

void Generator::FillList(Message& message, const FieldDescriptor& field, int depth) {
  const type::v1::FieldRules& rules = RulesOf(field);
  const uint64_t least = std::max<uint64_t>(rules.min_items(), rules.required() ? 1 : 0);
  const uint64_t most = rules.max_items() > 0 ? rules.max_items() : least + 3;
  if (least == 0 && random_.OneIn(2)) return;
  const uint64_t count = least + random_.Below(std::min<uint64_t>(most - least, 4) + 1);
  if (rules.unique() && field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const EnumDescriptor& type = *field.enum_type();
    const auto known = static_cast<uint64_t>(type.value_count() - 1);
    const uint64_t start = random_.Below(known);
    for (uint64_t i = 0; i < std::min(count, known); ++i)
      message.GetReflection()->AddEnum(&message, &field,
                                       type.value(static_cast<int>(1 + (start + i) % known)));
    return;
  }
  for (uint64_t i = 0; i < count; ++i) Set(message, field, depth);
  MakeDistinct(message, field);
  if (rules.unique()) DropRepeats(message, field);
}

// Where names of a request's subject were drawn, one is left.
void Generator::DropRepeats(Message& message, const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return;
  const Reflection& reflection = *message.GetReflection();
  std::set<std::string> kept;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i)
    kept.insert(reflection.GetRepeatedString(message, &field, i));
  reflection.ClearField(&message, &field);
  for (const std::string& text : kept) reflection.AddString(&message, &field, text);
}

// Elements of a list are about different things: where their first field is an enum, each gets another value.
void Generator::MakeDistinct(Message& message, const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field.message_type()->field_count() == 0)
    return;
  const FieldDescriptor& first = *field.message_type()->field(0);
  if (first.cpp_type() != FieldDescriptor::CPPTYPE_ENUM || first.is_repeated()) return;
  const Reflection& reflection = *message.GetReflection();
  const EnumDescriptor& type = *first.enum_type();
  const int known = type.value_count() - 1,
            start = static_cast<int>(random_.Below(static_cast<uint64_t>(known)));
  for (int i = 0; i < std::min(known, reflection.FieldSize(message, &field)); ++i) {
    Message& element = *reflection.MutableRepeatedMessage(&message, &field, i);
    element.GetReflection()->SetEnum(&element, &first, type.value(1 + (start + i) % known));
  }
}

void Generator::Set(Message& message, const FieldDescriptor& field, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const bool more = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (depth >= kDeepest) return;
      Message& part =
          more ? *reflection.AddMessage(&message, &field) : *reflection.MutableMessage(&message, &field);
      if (!FillWellKnown(part, field)) Fill(part, depth + 1);
      return;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = Text(message, field);
      more ? reflection.AddString(&message, &field, text) : reflection.SetString(&message, &field, text);
      return;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      more ? reflection.AddEnumValue(&message, &field, EnumNumber(field))
           : reflection.SetEnumValue(&message, &field, EnumNumber(field));
      return;
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool value = field.name() == "validate_only" ? random_.OneIn(8) : random_.OneIn(2);
      more ? reflection.AddBool(&message, &field, value) : reflection.SetBool(&message, &field, value);
      return;
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return more ? reflection.AddDouble(&message, &field, 0.5) : reflection.SetDouble(&message, &field, 0.5);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return more ? reflection.AddFloat(&message, &field, 0.5) : reflection.SetFloat(&message, &field, 0.5);
    default:
      SetInteger(message, field, Integer(field));
  }
}

bool Generator::FillWellKnown(Message& message, const FieldDescriptor& field) {
  if (auto* money = dynamic_cast<google::type::Money*>(&message)) {
    const int64_t cents = Cents(RulesOf(field).money(), random_);
    money->set_currency_code("USD");
    money->set_units(cents / 100);
    money->set_nanos(static_cast<int32_t>(cents % 100) * 10'000'000);
    return true;
  }
  if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) {
    time->set_seconds(absl::ToUnixSeconds(now_) + random_.Between(-86'400, 60 * 86'400));
    time->set_nanos(static_cast<int32_t>(random_.Below(1'000'000)) * 1000);
    return true;
  }
  if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&message)) {
    duration->set_seconds(random_.AnyMagnitude(1, 3 * 86'400) - 1);
    return true;
  }
  if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(&message)) {
    FillMask(*mask, *field.containing_type());
    return true;
  }
  return false;
}

// Some fields of the resource that stands beside the mask; more often those that have rules, because people write them.
void Generator::FillMask(google::protobuf::FieldMask& mask, const Descriptor& request) {
  const Descriptor* updated = UpdatedType(request);
  for (int i = 0; updated != nullptr && i < updated->field_count(); ++i)
    if (random_.OneIn(updated->field(i)->options().HasExtension(type::v1::rules) ? 3 : 60))
      mask.add_paths(std::string(updated->field(i)->name()));
}

std::string Generator::Text(const Message& message, const FieldDescriptor& field) {
  const type::v1::FieldRules& rules = RulesOf(field);
  const std::string name(field.name());
  if (rules.uuid()) return random_.Uuid();
  if (rules.currency()) return "USD";
  if (!rules.resource().empty()) return Name(rules.resource(), name);
  if (rules.opaque()) return Token(name, rules.required());
  if (!rules.pattern().empty()) return Matching(rules.pattern(), name);
  if (name == "name") {
    if (const std::string kind = pool_.KindOfType(*message.GetDescriptor()); !kind.empty())
      return Name(kind, name);
  }
  // What some field of this name had before: ids of subcategories, types of events.
  const bool is_prose = rules.multiline() || name == "title";
  const std::string of_one = field.is_repeated() ? name.substr(0, name.size() - 1) : name;  // types: type
  if (const std::string* known = pool_.PickText(of_one, random_);
      known != nullptr && !is_prose && (rules.max_len() == 0 || known->size() <= rules.max_len()))
    return *known;
  return Words(std::max<uint32_t>(rules.min_len(), rules.required() ? 1 : 0), rules.max_len());
}

std::string Generator::Name(const std::string& pattern, const std::string& field) {
  const std::string kind = KindOf(pattern);
  if (subject_ != nullptr) {
    if (KindOf(subject_->name) == kind) return subject_->name;
    if (const auto own = subject_->texts.find(field);
        own != subject_->texts.end() && KindOf(own->second) == kind && !random_.OneIn(8))
      return own->second;
  }
  if (kind == "orders/{}/milestones/{}") return MilestoneName();
  const Resource* found = pool_.Pick(kind, random_);
  if (found == nullptr) return absl::StrCat(kind.substr(0, kind.find('/')), "/", random_.Uuid());
  if (kind != "users/{}" && subject_ == nullptr) subject_ = found;
  return found->name;
}

// One of the first of an order, which is then what the request is about.
std::string Generator::MilestoneName() {
  const std::string order = Name("orders/{order}", "order");
  return absl::StrCat(order, "/milestones/", random_.OneIn(2) ? 1 : 1 + random_.Below(4));
}

// The pool's first; then some that patterns of the contract match.
std::string Generator::Matching(const std::string& pattern, const std::string& field) {
  std::vector<std::string> candidates;
  // The "key" of a "refund"; "charge_key": a "key" that somebody has.
  for (const std::string& name : {absl::StrCat(noun_, ".", field), field, field.substr(field.rfind('_') + 1)})
    if (const std::string* known = pool_.PickText(name, random_); known != nullptr)
      candidates.push_back(*known);
  if (const Resource* any = pool_.PickAny(random_); any != nullptr) candidates.push_back(any->name);
  if (subject_ != nullptr) candidates.push_back(subject_->name);
  if (field == "key" && random_.OneIn(2))
    candidates.insert(candidates.begin(), absl::StrCat("key-", random_.Below(100'000)));
  for (const char* usual : {"https://meet.example/room?id=1", "suspense", "inbox-thread-17"})
    candidates.emplace_back(usual);
  for (const std::string& candidate : candidates)
    if (RE2::FullMatch(candidate, pattern)) return candidate;
  return "";
}

// What a server issued: etags, quotes, hashes of terms, tokens of pages. An etag and a page token may be left out, and mostly are.
std::string Generator::Token(const std::string& field, bool is_required) {
  if (!is_required && random_.Percent(70)) return "";
  if (subject_ != nullptr)
    if (const auto own = subject_->texts.find(field); own != subject_->texts.end() && !random_.OneIn(10))
      return own->second;
  const std::string* known = pool_.PickText(field == "page_token" ? "next_page_token" : field, random_);
  if (known == nullptr) return is_required ? "unknown" : "";
  holder_ = pool_.HolderOf(*known);
  return *known;
}

std::string Generator::Words(uint32_t least, uint32_t most) {
  static constexpr std::array<const char*, 10> kWords = {"logo",  "Schnitt", "ночь",  "映画",  "🎬",
                                                         "draft", "final",   "Größe", "naïve", "step"};
  const uint64_t count = 1 + random_.Below(6);
  std::string text;
  uint32_t length = 0;  // in bytes; at most as many as the characters that are allowed
  for (uint64_t i = 0; i < count || length < least; ++i) {
    const std::string word = absl::StrCat(i == 0 ? "" : " ", random_.Pick(kWords));
    if (most > 0 && length + word.size() > most) break;
    text += word;
    length += static_cast<uint32_t>(word.size());
  }
  return text.empty() ? "x" : text;
}

int64_t Generator::Integer(const FieldDescriptor& field) {
  const type::v1::FieldRules& rules = RulesOf(field);
  if (!rules.has_gte() && !rules.has_lte())
    return static_cast<int64_t>(random_.Below(random_.OneIn(4) ? 1000 : 4));
  const int64_t least = rules.has_gte() ? rules.gte() : 0;
  const int64_t greatest = rules.has_lte() ? rules.lte() : least + 100;
  // Low numbers exist more often: places of milestones, attempts.
  return random_.OneIn(2) ? random_.Between(least, std::min(greatest, least + 1))
                          : random_.Between(least, greatest);
}

int Generator::EnumNumber(const FieldDescriptor& field) {
  const EnumDescriptor& type = *field.enum_type();
  return type.value(static_cast<int>(1 + random_.Below(static_cast<uint64_t>(type.value_count() - 1))))
      ->number();
}

void Generator::SetActor(const type::v1::Callers& callers, const std::string& party, Request& request) {
  std::vector<std::string> kinds;
  // Users more often: whose resource it is decides most.
  if (callers.users()) kinds.insert(kinds.end(), 4, "users");
  if (callers.operators()) kinds.emplace_back("operators");
  if (callers.services()) kinds.emplace_back("services");
  if (!callers.service().empty()) request.actor = absl::StrCat("services/", callers.service());
  if (kinds.empty()) return;
  const std::string kind = random_.Pick(kinds);
  if (!holder_.empty() && !random_.OneIn(8)) {
    request.actor = holder_;
    return;
  }
  if (kind != "users") {
    request.actor = absl::StrCat(kind, "/fuzz");
    return;
  }
  const Resource* user = pool_.Pick("users/{}", random_);
  request.actor = user == nullptr ? "users/fay" : user->name;
  if (subject_ == nullptr || random_.OneIn(16)) return;
  for (const std::string& side : {party, std::string("seller")}) {
    const auto who = subject_->texts.find(side);
    if (who == subject_->texts.end()) continue;
    request.actor = who->second;
    request.party = side;
    return;
  }
}

}  // namespace milepost::fuzz
