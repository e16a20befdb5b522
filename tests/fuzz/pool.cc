#include "tests/fuzz/pool.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace milepost::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kLongestText = 4096;
constexpr size_t kKindsMax = 64;

bool IsCollection(absl::string_view segment) {
  return !segment.empty() &&
         segment.find_first_not_of("abcdefghijklmnopqrstuvwxyzP") == absl::string_view::npos;
}

// Every text of the message itself, by field; of a repeated one each.
template <class F>
void ForEachText(const Message& message, F&& f) {
  std::vector<const FieldDescriptor*> fields;
  const Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string name(field->name());
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i)
      f(name, field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                   : reflection.GetString(message, field));
  }
}

template <class F>
void ForEachPart(const Message& message, F&& f) {
  std::vector<const FieldDescriptor*> fields;
  const Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i)
      f(std::string(field->name()), field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                         : reflection.GetMessage(message, field));
  }
}

}  // namespace

std::string KindOf(absl::string_view name_or_pattern) {
  const std::vector<absl::string_view> segments = absl::StrSplit(name_or_pattern, '/');
  if (segments.size() < 2 || segments.size() > 4) return "";
  std::string kind;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (i % 2 == 0 ? !IsCollection(segments[i]) : segments[i].empty()) return "";
    absl::StrAppend(&kind, i > 0 ? "/" : "", i % 2 == 0 ? segments[i] : "{}");
  }
  return kind;
}

template <class T>
size_t Pool::Kept<T>::Next() const {
  return items.size() < kFirst + kLatest ? items.size() : kFirst + static_cast<size_t>(seen % kLatest);
}

template <class T>
size_t Pool::Kept<T>::Add(T item) {
  const size_t place = Next();
  ++seen;
  if (place == items.size())
    items.push_back(std::move(item));
  else
    items[place] = std::move(item);
  return place;
}

void Pool::Learn(const Message& message, const std::string& caller) {
  constexpr size_t kHoldersMax = 10'000;
  LearnPart(message, "", {});
  if (holders_.size() > kHoldersMax) holders_.clear();
  ForEachText(message, [&](const std::string& field, const std::string& text) {
    if (field == "quote" || field == "next_page_token") holders_[text] = caller;
  });
}

void Pool::LearnTexts(const Message& request) {
  ForEachText(request, [&](const std::string& field, const std::string& text) { LearnText(field, text); });
  ForEachPart(request, [&](const std::string&, const Message& part) { LearnTexts(part); });
}

void Pool::LearnPart(const Message& message, const std::string& holder, const Parties& inherited) {
  std::map<std::string, std::string> texts;
  ForEachText(message, [&](const std::string& field, const std::string& text) {
    texts[field] = text;
    LearnText(field, text);
    if (!holder.empty()) LearnText(absl::StrCat(holder, ".", field), text);
  });
  Parties parties = inherited;
  for (const char* party : {"seller", "buyer"})
    if (const auto found = texts.find(party); found != texts.end()) parties[party] = found->second;
  for (const auto& [field, text] : texts) {
    if (!parties.empty()) break;
    // A charge names its order, and the order has the parties.
    const auto known = places_.find(text);
    if (known == places_.end()) continue;
    const Resource& other = resources_[KindOf(text)].items[known->second];
    for (const char* party : {"seller", "buyer"})
      if (const auto who = other.texts.find(party); who != other.texts.end()) parties[party] = who->second;
  }
  for (const auto& [field, text] : texts) {
    const std::string kind = KindOf(text);
    // Not every text with a slash names a resource, and there are no end of texts.
    if (kind.empty() || (resources_.size() >= kKindsMax && !resources_.contains(kind))) continue;
    Resource& resource = Learn(text);
    for (const auto& [party, who] : parties) resource.texts[party] = who;
    if (field != "name") continue;
    kind_of_type_[message.GetDescriptor()] = KindOf(text);
    for (const auto& [own, value] : texts) resource.texts[own] = value;
  }
  ForEachPart(message,
              [&](const std::string& field, const Message& part) { LearnPart(part, field, parties); });
}

Resource& Pool::Learn(const std::string& name) {
  const std::string kind = KindOf(name);
  Kept<Resource>& kept = resources_[kind];
  if (const auto known = places_.find(name); known != places_.end()) return kept.items[known->second];
  if (const size_t next = kept.Next(); next < kept.items.size()) places_.erase(kept.items[next].name);
  const size_t place = kept.Add(Resource{.name = name, .texts = {}});
  places_[name] = place;
  return kept.items[place];
}

void Pool::LearnText(const std::string& field, const std::string& text) {
  if (text.empty() || text.size() > kLongestText) return;
  std::set<std::string>& distinct = distinct_[field];
  if (!distinct.insert(text).second) return;
  Kept<std::string>& kept = texts_[field];
  kept.Add(text);
  if (distinct.size() > 2 * (Kept<std::string>::kFirst + Kept<std::string>::kLatest))
    distinct = std::set<std::string>(kept.items.begin(), kept.items.end());
}

void Pool::LearnWork(const Message& request, const std::string& actor) {
  constexpr size_t kWorkKept = 16;  // of each type
  LearnTexts(request);
  std::vector<Sent>& work = work_[std::string(request.GetDescriptor()->full_name())];
  if (work.size() >= kWorkKept) work.erase(work.begin());
  work.push_back({.bytes = request.SerializeAsString(), .actor = actor});
}

const Sent* Pool::PickWork(const google::protobuf::Descriptor& type, Random& random) const {
  const auto work = work_.find(std::string(type.full_name()));
  return work == work_.end() ? nullptr : &random.Pick(work->second);
}

const Resource* Pool::Pick(const std::string& kind, Random& random) const {
  const auto kept = resources_.find(kind);
  if (kept == resources_.end() || kept->second.items.empty()) return nullptr;
  return &random.Pick(kept->second.items);
}

const Resource* Pool::PickAny(Random& random) const {
  return resources_.empty() ? nullptr : Pick(random.Pick(resources_).first, random);
}

const std::string* Pool::PickText(const std::string& field, Random& random) const {
  const auto kept = texts_.find(field);
  return kept == texts_.end() || kept->second.items.empty() ? nullptr : &random.Pick(kept->second.items);
}

const std::string* Pool::PickAnyText(Random& random) const {
  return texts_.empty() ? nullptr : PickText(random.Pick(texts_).first, random);
}

std::string Pool::HolderOf(const std::string& token) const {
  const auto holder = holders_.find(token);
  return holder == holders_.end() ? "" : holder->second;
}

std::string Pool::KindOfType(const google::protobuf::Descriptor& type) const {
  const auto kind = kind_of_type_.find(&type);
  return kind == kind_of_type_.end() ? "" : kind->second;
}

std::vector<const Resource*> Pool::All(const std::string& kind) const {
  std::vector<const Resource*> all;
  if (const auto kept = resources_.find(kind); kept != resources_.end())
    for (const Resource& resource : kept->second.items) all.push_back(&resource);
  return all;
}

}  // namespace milepost::fuzz
