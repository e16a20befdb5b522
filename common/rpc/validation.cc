#include "common/rpc/validation.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/text.h"
#include "common/core/utf8.h"
#include "common/rpc/resource_pattern.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/money.pb.h"
#include "milepost/type/v1/rules.pb.h"
#include "re2/re2.h"

namespace milepost::rpc {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using milepost::type::v1::FieldRules;
using milepost::type::v1::OneofRules;

// One field that has something to be checked.
struct MessageRules::Field {
  const FieldDescriptor* descriptor;
  FieldRules rules;
  std::unique_ptr<RE2> pattern;
  std::optional<ResourcePattern> resource;
  const MessageRules* message = nullptr;     // of a message field
  const FieldDescriptor* at_most = nullptr;  // of lte_field
};

// Where a check stands: a list on the stack, turned into text only for a violation.
struct MessageRules::Path {
  const Path* parent;
  absl::string_view name;
  int index;  // -1 = not an element

  std::string ToString() const {
    std::string text = parent ? absl::StrCat(parent->ToString(), ".", name) : std::string(name);
    if (index >= 0) absl::StrAppend(&text, "[", index, "]");
    return text;
  }
};

struct MessageRules::Report {
  Author author = Author::kAnyone;
  std::vector<FieldViolation> violations = {};

  // Whether what people may write is asked, too.
  bool asks_for_content() const { return author == Author::kAnyone; }

  bool full() const { return violations.size() >= kMaxViolations; }
  void Add(const Path& path, std::string description) {
    if (!full()) violations.push_back({path.ToString(), std::move(description)});
  }
};

namespace {

using Path = MessageRules::Path;
using Report = MessageRules::Report;

[[noreturn]] void Bug(absl::string_view field, absl::string_view what) {
  std::fprintf(stderr, "milepost: bug: the rules of %s: %s\n", std::string(field).c_str(),
               std::string(what).c_str());
  std::abort();
}

constexpr int64_t kNoLeast = INT64_MIN, kNoGreatest = INT64_MAX;

// "1 to 30", "at least 1", "at most 30", "exactly 3".
std::string Range(int64_t least, int64_t greatest) {
  if (least == greatest) return absl::StrCat("exactly ", least);
  if (greatest == kNoGreatest) return absl::StrCat("at least ", least);
  if (least == kNoLeast) return absl::StrCat("at most ", greatest);
  return absl::StrCat(least, " to ", greatest);
}

// "2 to 4 characters", "at least 1 element"; 0 means no limit.
std::string SizeRange(uint32_t least, uint32_t greatest, absl::string_view unit) {
  const bool is_one = (greatest > 0 ? greatest : least) == 1;
  return absl::StrCat(
      Range(least > 0 ? int64_t{least} : kNoLeast, greatest > 0 ? int64_t{greatest} : kNoGreatest), " ", unit,
      is_one ? "" : "s");
}

// ---- strings and bytes

void CheckLength(int64_t length, absl::string_view unit, const FieldRules& rules, const Path& path,
                 Report& report) {
  if (length >= rules.min_len() && (rules.max_len() == 0 || length <= rules.max_len())) return;
  report.Add(path,
             absl::StrCat("must have ", SizeRange(rules.min_len(), rules.max_len(), unit), "; has ", length));
}

// A string that its rules make no id, name or token of: people read it.
bool IsText(const MessageRules::Field& field) {
  const FieldRules& rules = field.rules;
  return !rules.opaque() && !rules.uuid() && !rules.currency() && !field.pattern && !field.resource;
}

void CheckCharacters(const std::string& text, const FieldRules& rules, const Path& path, Report& report) {
  const std::optional<char32_t> forbidden =
      FirstForbidden(text, rules.multiline() ? Lines::kMany : Lines::kOne);
  if (!forbidden) return;
  const auto code = static_cast<uint32_t>(*forbidden);
  if (IsDirectionBracket(*forbidden))
    return report.Add(path, absl::StrFormat("must close each change of the writing direction that it opens; "
                                            "has U+%04X without its other half",
                                            code));
  report.Add(path, absl::StrFormat("must be %s without control or hidden characters; has U+%04X",
                                   rules.multiline() ? "text" : "one line of text", code));
}

constexpr absl::string_view kNoCurrency = "must be a currency of ISO 4217, like USD";

void CheckString(const std::string& text, const MessageRules::Field& field, const Path& path,
                 Report& report) {
  const std::optional<size_t> characters = CountCharacters(text);
  if (!characters) return report.Add(path, "must be UTF-8");
  const FieldRules& rules = field.rules;
  if (report.asks_for_content() && rules.required() && !rules.opaque() && !text.empty() && IsBlank(text))
    return report.Add(path, "must not be blank");
  CheckLength(static_cast<int64_t>(*characters), "character", rules, path, report);
  if (report.asks_for_content() && IsText(field)) CheckCharacters(text, rules, path, report);
  if (rules.currency() && !Currency::IsIso4217(text)) report.Add(path, std::string(kNoCurrency));
  if (rules.uuid() && !Uuid::ParseAnyCase(text).ok())
    report.Add(path, "must be a UUID in the form 8-4-4-4-12");
  if (field.resource && !field.resource->Matches(text))
    report.Add(path, absl::StrCat("must be a resource name like ", field.resource->text()));
  if (field.pattern && !RE2::FullMatch(text, *field.pattern))
    report.Add(path, absl::StrCat("must match ", rules.pattern()));
}

// ---- numbers and enums

bool KeepsItsRange(int64_t value, const FieldRules& rules) {
  return value >= (rules.has_gte() ? rules.gte() : kNoLeast) &&
         value <= (rules.has_lte() ? rules.lte() : kNoGreatest);
}

void CheckInteger(int64_t value, const FieldRules& rules, const Path& path, Report& report) {
  if (KeepsItsRange(value, rules)) return;
  const int64_t least = rules.has_gte() ? rules.gte() : kNoLeast;
  const int64_t greatest = rules.has_lte() ? rules.lte() : kNoGreatest;
  report.Add(path, absl::StrCat("must be ", Range(least, greatest), "; was ", value));
}

std::string KnownValues(const EnumDescriptor& type) {
  constexpr size_t kShown = 12;
  std::vector<absl::string_view> names;
  for (int i = 0; i < type.value_count() && names.size() < kShown; ++i)
    if (type.value(i)->number() != 0) names.push_back(type.value(i)->name());
  return absl::StrCat(absl::StrJoin(names, ", "),
                      type.value_count() > static_cast<int>(kShown) + 1 ? ", …" : "");
}

void CheckEnum(int number, const EnumDescriptor& type, bool zero_allowed, const Path& path, Report& report) {
  if (number == 0 ? zero_allowed : type.FindValueByNumber(number) != nullptr) return;
  report.Add(path, absl::StrCat("must be one of ", KnownValues(type), "; was ", number));
}

// ---- messages that everyone knows

int64_t NanosPerMinor(const Currency& currency) {
  int64_t nanos = 1'000'000'000;
  for (int i = 0; i < currency.minor_digits(); ++i) nanos /= 10;
  return nanos;
}

// A Money in minor units; nothing, and a violation, when it is not well-formed.
std::optional<Money> ReadMoney(const google::type::Money& wire, const Path& path, Report& report) {
  const absl::StatusOr<Currency> currency = Currency::Parse(wire.currency_code());
  if (!currency.ok() || (report.asks_for_content() && !Currency::IsIso4217(wire.currency_code()))) {
    report.Add({&path, "currency_code", -1}, std::string(kNoCurrency));
    return std::nullopt;
  }
  if (std::abs(int64_t{wire.nanos()}) > 999'999'999 || (wire.units() > 0 && wire.nanos() < 0) ||
      (wire.units() < 0 && wire.nanos() > 0)) {
    report.Add({&path, "nanos", -1}, "must be -999999999 to 999999999 with the sign of units");
    return std::nullopt;
  }
  const int64_t nanos_per_minor = NanosPerMinor(*currency);
  if (wire.nanos() % nanos_per_minor != 0) {
    report.Add({&path, "nanos", -1},
               absl::StrCat("must be a multiple of ", nanos_per_minor, ": ", currency->code(), " has ",
                            currency->minor_digits(), " decimal places"));
    return std::nullopt;
  }
  const int64_t minor_per_unit = 1'000'000'000 / nanos_per_minor;
  const int64_t most_units = kMaxMinor / minor_per_unit;
  if (wire.units() > most_units || wire.units() < -most_units ||
      std::abs(wire.units() * minor_per_unit + wire.nanos() / nanos_per_minor) > kMaxMinor) {
    report.Add(path, absl::StrCat("must be at most ", Money{kMaxMinor, *currency}.ToString()));
    return std::nullopt;
  }
  return Money{wire.units() * minor_per_unit + wire.nanos() / nanos_per_minor, *currency};
}

void CheckMoney(const google::type::Money& wire, const FieldRules& rules, const Path& path, Report& report) {
  const std::optional<Money> amount = ReadMoney(wire, path, report);
  if (!amount || !report.asks_for_content()) return;
  const auto limit = [&](int64_t minor) { return Money{minor, amount->currency}.ToString(); };
  if (rules.money().has_min_minor() && amount->minor < rules.money().min_minor())
    report.Add(path, absl::StrCat("must be at least ", limit(rules.money().min_minor()), "; was ",
                                  amount->ToString()));
  if (rules.money().has_max_minor() && amount->minor > rules.money().max_minor())
    report.Add(path, absl::StrCat("must be at most ", limit(rules.money().max_minor()), "; was ",
                                  amount->ToString()));
}

void CheckTimestamp(const google::protobuf::Timestamp& time, const Path& path, Report& report) {
  constexpr int64_t kFirst = -62'135'596'800, kLast = 253'402'300'799;  // 0001-01-01 to 9999-12-31
  if (time.seconds() < kFirst || time.seconds() > kLast || time.nanos() < 0 || time.nanos() > 999'999'999)
    report.Add(path, "must be a valid Timestamp (years 1 to 9999, nanos 0 to 999999999)");
}

void CheckDuration(const google::protobuf::Duration& duration, const Path& path, Report& report) {
  constexpr int64_t kMost = 315'576'000'000;  // about 10,000 years
  const bool opposed =
      (duration.seconds() > 0 && duration.nanos() < 0) || (duration.seconds() < 0 && duration.nanos() > 0);
  const bool too_long = duration.seconds() > kMost || duration.seconds() < -kMost;
  if (too_long || std::abs(int64_t{duration.nanos()}) > 999'999'999 || opposed)
    report.Add(path, "must be a valid Duration (at most 315576000000 s, seconds and nanos of one sign)");
}

// True when the type was one of these and is thereby done with.
bool CheckWellKnown(const Message& message, const FieldRules& rules, const Path& path, Report& report) {
  const Descriptor* type = message.GetDescriptor();
  if (type == google::type::Money::descriptor())
    CheckMoney(static_cast<const google::type::Money&>(message), rules, path, report);
  else if (type == google::protobuf::Timestamp::descriptor())
    CheckTimestamp(static_cast<const google::protobuf::Timestamp&>(message), path, report);
  else if (type == google::protobuf::Duration::descriptor())
    CheckDuration(static_cast<const google::protobuf::Duration&>(message), path, report);
  else
    return false;
  return true;
}

bool IsWellKnown(const Descriptor* type) {
  return type == google::type::Money::descriptor() || type == google::protobuf::Timestamp::descriptor() ||
         type == google::protobuf::Duration::descriptor();
}

// ---- one value, wherever it stands

int64_t Integer(const Message& message, const FieldDescriptor* field, int index) {
  const google::protobuf::Reflection* r = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return index < 0 ? r->GetInt32(message, field) : r->GetRepeatedInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return index < 0 ? r->GetInt64(message, field) : r->GetRepeatedInt64(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return index < 0 ? r->GetUInt32(message, field) : r->GetRepeatedUInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT64: {
      const uint64_t value =
          index < 0 ? r->GetUInt64(message, field) : r->GetRepeatedUInt64(message, field, index);
      return static_cast<int64_t>(std::min<uint64_t>(value, INT64_MAX));
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return index < 0 ? r->GetEnumValue(message, field) : r->GetRepeatedEnumValue(message, field, index);
    default:
      return 0;
  }
}

bool IsInteger(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return true;
    default:
      return false;
  }
}

bool IsString(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

const std::string& Text(const Message& message, const FieldDescriptor* field, int index,
                        std::string& scratch) {
  const google::protobuf::Reflection* r = message.GetReflection();
  return index < 0 ? r->GetStringReference(message, field, &scratch)
                   : r->GetRepeatedStringReference(message, field, index, &scratch);
}

// Whether a singular field has a value that rules can be about: present, or not the zero of a type without
// presence.
bool IsSet(const Message& message, const FieldDescriptor* field) {
  return message.GetReflection()->HasField(message, field);
}

// The rule lte_field. The other field's own faults are reported with that field.
void CheckAtMostField(const MessageRules::Field& field, const Message& message, const Path& path,
                      Report& report) {
  const FieldDescriptor& greatest = *field.at_most;
  const int64_t value = Integer(message, field.descriptor, -1);
  const int64_t limit = Integer(message, &greatest, -1);
  const bool both_in_range = KeepsItsRange(value, field.rules) &&
                             KeepsItsRange(limit, greatest.options().GetExtension(milepost::type::v1::rules));
  if (!both_in_range || !IsSet(message, &greatest) || value <= limit) return;
  report.Add(path, absl::StrCat("must be at most ", greatest.name(), " (", limit, "); was ", value));
}

void CheckUnique(const MessageRules::Field& field, const Message& message, int size, const Path& path,
                 Report& report) {
  std::set<std::string> seen;
  std::string scratch;
  for (int i = 0; i < size; ++i) {
    const std::string key = IsString(field.descriptor) ? Text(message, field.descriptor, i, scratch)
                                                       : absl::StrCat(Integer(message, field.descriptor, i));
    if (!seen.insert(key).second) report.Add({path.parent, path.name, i}, "must not occur twice");
  }
}

}  // namespace

// Compiles the rules of a type and of every type within it. All of them are made under one lock, so that
// types that contain themselves find their own, unfinished rules.
class RuleCompiler {
 public:
  static const MessageRules& Compile(const Descriptor& type) {
    static std::mutex mutex;
    static auto* const compiled = new std::map<const Descriptor*, std::unique_ptr<MessageRules>>();
    const std::lock_guard lock(mutex);
    return *Compile(type, *compiled);
  }

 private:
  using Compiled = std::map<const Descriptor*, std::unique_ptr<MessageRules>>;

  static const MessageRules* Compile(const Descriptor& type, Compiled& compiled) {
    const auto [entry, is_new] = compiled.try_emplace(&type, nullptr);
    if (!is_new) return entry->second.get();
    MessageRules* const rules = (entry->second = std::unique_ptr<MessageRules>(new MessageRules())).get();
    for (int i = 0; i < type.field_count(); ++i) {
      MessageRules::Field field = FieldOf(*type.field(i));
      if (const Descriptor* inner = type.field(i)->message_type(); inner && !IsWellKnown(inner))
        field.message = Compile(*inner, compiled);
      if (NeedsChecking(field)) rules->fields_.push_back(std::move(field));
    }
    for (int i = 0; i < type.real_oneof_decl_count(); ++i)
      if (type.oneof_decl(i)->options().GetExtension(milepost::type::v1::oneof_rules).required())
        rules->required_oneofs_.push_back(type.oneof_decl(i));
    return rules;
  }

  static MessageRules::Field FieldOf(const FieldDescriptor& descriptor) {
    MessageRules::Field field{&descriptor, descriptor.options().GetExtension(milepost::type::v1::rules),
                              nullptr,     std::nullopt,
                              nullptr,     nullptr};
    CheckFits(field);
    if (!field.rules.pattern().empty()) {
      field.pattern = std::make_unique<RE2>(field.rules.pattern(), RE2::Quiet);
      if (!field.pattern->ok()) Bug(descriptor.full_name(), field.pattern->error());
    }
    if (!field.rules.resource().empty()) {
      absl::StatusOr<ResourcePattern> resource = ResourcePattern::Compile(field.rules.resource());
      if (!resource.ok()) Bug(descriptor.full_name(), resource.status().message());
      field.resource = *std::move(resource);
    }
    if (!field.rules.lte_field().empty()) field.at_most = OtherIntegerOf(descriptor, field.rules.lte_field());
    return field;
  }

  static const FieldDescriptor* OtherIntegerOf(const FieldDescriptor& descriptor, const std::string& name) {
    const FieldDescriptor* other = descriptor.containing_type()->FindFieldByName(name);
    const bool fits = other && other != &descriptor && IsInteger(other) && !other->is_repeated() &&
                      IsInteger(&descriptor) && !descriptor.is_repeated();
    if (!fits) Bug(descriptor.full_name(), "lte_field is for an integer and names another one beside it");
    return other;
  }

  static void CheckFits(const MessageRules::Field& field) {
    const FieldDescriptor& d = *field.descriptor;
    const FieldRules& rules = field.rules;
    const bool is_text = d.type() == FieldDescriptor::TYPE_STRING;
    const auto demand = [&](bool fits, absl::string_view what) {
      if (!fits) Bug(d.full_name(), what);
    };
    if (rules.min_len() > 0 || rules.max_len() > 0)
      demand(IsString(&d), "min_len and max_len are for strings and bytes");
    const bool has_form = !rules.pattern().empty() || rules.uuid() || !rules.resource().empty() ||
                          rules.currency() || rules.opaque();
    if (has_form) demand(is_text, "pattern, uuid, resource, currency and opaque are for strings");
    if (rules.multiline())
      demand(is_text && !has_form,
             "multiline is for strings without pattern, uuid, resource, currency, opaque");
    if (rules.has_gte() || rules.has_lte()) demand(IsInteger(&d), "gte and lte are for integers");
    if (rules.min_items() > 0 || rules.max_items() > 0 || rules.unique())
      demand(d.is_repeated(), "min_items, max_items and unique are for repeated fields");
    if (rules.unique())
      demand(IsString(&d) || IsInteger(&d) || d.enum_type(), "unique is for strings, integers and enums");
    if (rules.has_money())
      demand(d.message_type() == google::type::Money::descriptor(), "money is for google.type.Money");
    if (rules.max_len() > 0) demand(rules.min_len() <= rules.max_len(), "min_len is greater than max_len");
    if (rules.max_items() > 0)
      demand(rules.min_items() <= rules.max_items(), "min_items is greater than max_items");
    if (rules.has_gte() && rules.has_lte()) demand(rules.gte() <= rules.lte(), "gte is greater than lte");
  }

  static bool NeedsChecking(const MessageRules::Field& field) {
    const FieldDescriptor& d = *field.descriptor;
    return field.rules.ByteSizeLong() > 0 || d.type() == FieldDescriptor::TYPE_STRING || d.enum_type() ||
           d.message_type();
  }
};

MessageRules::MessageRules() = default;
MessageRules::~MessageRules() = default;

const MessageRules& MessageRules::Of(const Descriptor& type) {
  return RuleCompiler::Compile(type);
}

std::vector<FieldViolation> MessageRules::Violations(const Message& message, Author author) const {
  Report report{author};
  CheckInto(message, nullptr, report);
  return std::move(report.violations);
}

absl::Status MessageRules::Check(const Message& message) const {
  std::vector<FieldViolation> violations = Violations(message);
  return violations.empty() ? absl::OkStatus() : RefuseFields(std::move(violations));
}

void MessageRules::CheckInto(const Message& message, const Path* path, Report& report) const {
  for (const Field& field : fields_) {
    if (report.full()) return;
    if (field.descriptor->is_repeated())
      CheckList(field, message, path, report);
    else
      CheckSingle(field, message, path, report);
  }
  for (const OneofDescriptor* oneof : required_oneofs_) {
    if (message.GetReflection()->HasOneof(message, oneof)) continue;
    std::vector<absl::string_view> names;
    for (int i = 0; i < oneof->field_count(); ++i) names.push_back(oneof->field(i)->name());
    report.Add({path, oneof->name(), -1}, absl::StrCat("is required: one of ", absl::StrJoin(names, ", ")));
  }
}

void MessageRules::CheckList(const Field& field, const Message& message, const Path* parent,
                             Report& report) const {
  const FieldRules& rules = field.rules;
  const Path path{parent, field.descriptor->name(), -1};
  const int size = message.GetReflection()->FieldSize(message, field.descriptor);
  if (size == 0 && rules.required()) return report.Add(path, "is required: at least one");
  if (static_cast<uint32_t>(size) < rules.min_items() ||
      (rules.max_items() > 0 && static_cast<uint32_t>(size) > rules.max_items())) {
    report.Add(path, absl::StrCat("must have ", SizeRange(rules.min_items(), rules.max_items(), "element"),
                                  "; has ", size));
  }
  // Elements beyond the limit are not looked at: the list is refused, and its length is the caller's choice.
  const int looked_at = rules.max_items() > 0 ? std::min<int>(size, rules.max_items()) : size;
  for (int i = 0; i < looked_at && !report.full(); ++i)
    CheckValue(field, message, i, {parent, field.descriptor->name(), i}, report);
  if (rules.unique()) CheckUnique(field, message, looked_at, path, report);
}

void MessageRules::CheckSingle(const Field& field, const Message& message, const Path* parent,
                               Report& report) const {
  const Path path{parent, field.descriptor->name(), -1};
  if (!IsSet(message, field.descriptor)) {
    if (field.rules.required()) {
      return report.Add(
          path, field.descriptor->enum_type()
                    ? absl::StrCat("is required: one of ", KnownValues(*field.descriptor->enum_type()))
                    : "is required");
    }
    if (!IsInteger(field.descriptor) || field.descriptor->has_presence()) return;
  }
  CheckValue(field, message, -1, path, report);
  if (field.at_most && report.asks_for_content()) CheckAtMostField(field, message, path, report);
}

void MessageRules::CheckValue(const Field& field, const Message& message, int index, const Path& path,
                              Report& report) const {
  const FieldDescriptor* d = field.descriptor;
  std::string scratch;
  switch (d->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (d->type() == FieldDescriptor::TYPE_STRING)
        return CheckString(Text(message, d, index, scratch), field, path, report);
      return CheckLength(static_cast<int64_t>(Text(message, d, index, scratch).size()), "byte", field.rules,
                         path, report);
    case FieldDescriptor::CPPTYPE_ENUM:
      return CheckEnum(static_cast<int>(Integer(message, d, index)), *d->enum_type(),
                       index < 0 && !field.rules.required(), path, report);
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const google::protobuf::Reflection* r = message.GetReflection();
      const Message& inner = index < 0 ? r->GetMessage(message, d) : r->GetRepeatedMessage(message, d, index);
      if (!CheckWellKnown(inner, field.rules, path, report)) field.message->CheckInto(inner, &path, report);
      return;
    }
    default:
      if (IsInteger(d)) CheckInteger(Integer(message, d, index), field.rules, path, report);
  }
}

}  // namespace milepost::rpc
