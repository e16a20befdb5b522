// Converts structs to stored messages and back, by one list of fields for both directions.
//
// A struct's list is one function template, in the struct's namespace (not in an unnamed one: it is found by its arguments).
// It names each member once, with the field that holds it:
//
//   template <class C>
//   void Fields(C& c, codec::Struct<C, LastPayment>& payment, codec::Message<C, pb::OfferPayment>& stored) {
//     c.All(payment, MILEPOST_FIELD(payment.state, stored, state),
//               MILEPOST_FIELD(payment.reason, stored, reason), …);
//   }
//
// All() does not compile unless as many members are listed as the struct has. Encode() and Decode() run the list.
//
// What a member may be: a number, a string, an instant or a duration (in microseconds), an id, an actor, a currency, an
// enum with a list (common/core/enum_list.h), a struct or a variant with a list of its own, a container of those in a repeated
// field (of maps, Entry(c, key, value, message) lists the fields), or an optional of any of these.
//   An optional is stored by the field's own presence (`optional`, or a message). Ids and enums need none: they are never
// empty or 0.
//   A message of a struct that is no optional is always written.
//
// What else may stand in a list: Inline, Group, PresentWhen and NotStored (below), and any object with kMembers, Write(Writer&)
// and Read(Reader&).
//
// Writing never fails. Reading never stops: a value that was never written marks the Reader and leaves the member at its
// default, and Decode() returns DATA_LOSS at its end. Nothing here allocates beside what messages and structs need.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/clock.h"
#include "common/core/enum_list.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/stack.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/repeated_field.h"

// How a field of a message is read and written: the only macro that pastes names. MILEPOST_FIELD is one member in a field,
// MILEPOST_CASE one alternative of a variant in a field of a oneof, MILEPOST_PART a message inside the message.
#define MILEPOST_ACCESS(field)                                             \
  []([[maybe_unused]] auto verb, [[maybe_unused]] auto& message,           \
     [[maybe_unused]] auto&&... value) -> decltype(auto) {                 \
    using ::milepost::codec::internal::Verb;                               \
    if constexpr (decltype(verb)::value == Verb::kGet) {                   \
      return message.field();                                              \
    } else if constexpr (decltype(verb)::value == Verb::kSet) {            \
      return message.set_##field(std::forward<decltype(value)>(value)...); \
    } else if constexpr (decltype(verb)::value == Verb::kMutable) {        \
      return message.mutable_##field();                                    \
    } else if constexpr (decltype(verb)::value == Verb::kHas) {            \
      return message.has_##field();                                        \
    } else {                                                               \
      constexpr bool has = requires {                                      \
        message.has_##field();                                             \
      };                                                                   \
      return std::bool_constant<has>();                                    \
    }                                                                      \
  }
#define MILEPOST_FIELD(member, message, field) \
  ::milepost::codec::internal::Field(member, message, #field, MILEPOST_ACCESS(field))
#define MILEPOST_CASE(Alternative, field) \
  ::milepost::codec::internal::CaseOf<Alternative>(MILEPOST_ACCESS(field))
#define MILEPOST_PART(c, message, field) (c).Part(message, MILEPOST_ACCESS(field))

namespace milepost::codec {

class Writer;
class Reader;

// The struct and the message of a list. The source is const, the destination is not.
template <class C, class T>
using Struct = std::conditional_t<C::kWrites, const T, T>;
template <class C, class M>
using Message = std::conditional_t<C::kWrites, M, const M>;

namespace internal {

enum class Verb { kGet, kSet, kMutable, kHas, kHasPresence };
template <Verb verb>
using As = std::integral_constant<Verb, verb>;
template <class M, class Access>
using FieldType = std::remove_cvref_t<decltype(std::declval<Access>()(As<Verb::kGet>(), std::declval<M&>()))>;
template <class M, class Access>
inline constexpr bool kHasPresence =
    decltype(std::declval<Access>()(As<Verb::kHasPresence>(), std::declval<M&>()))::value;

// Members that are one value of a field. `From` returns false for a value that no release wrote.
template <class T>
struct Scalar;
template <class T>
requires std::is_arithmetic_v<T>
struct Scalar<T> {
  static T To(T value) { return value; }
  template <class Stored>
  static bool From(Stored stored, T& value) {
    value = static_cast<T>(stored);
    return true;
  }
};
template <ListedEnum T>
struct Scalar<T> {
  static int To(T value) { return EntryOf(value).number; }
  static bool From(int stored, T& value) {
    const std::optional<T> known = EnumFromNumber<T>(stored);
    if (known) value = *known;
    return known.has_value();
  }
};
template <>
struct Scalar<std::string> {
  static const std::string& To(const std::string& value) { return value; }
  static bool From(const std::string& stored, std::string& value) {
    value = stored;
    return true;
  }
};
template <>
struct Scalar<absl::Time> {
  static int64_t To(absl::Time value) { return ToMicros(value); }
  static bool From(int64_t stored, absl::Time& value) {
    value = FromMicros(stored);
    return true;
  }
};
template <>
struct Scalar<absl::Duration> {
  static int64_t To(absl::Duration value) { return absl::ToInt64Microseconds(value); }
  static bool From(int64_t stored, absl::Duration& value) {
    value = absl::Microseconds(stored);
    return true;
  }
};
template <class T>
bool Take(absl::StatusOr<T> parsed, T& value) {
  if (parsed.ok()) value = *std::move(parsed);
  return parsed.ok();
}
template <>
struct Scalar<Uuid> {
  static std::string To(const Uuid& value) { return value.ToBytes(); }
  static bool From(const std::string& stored, Uuid& value) { return Take(Uuid::FromBytes(stored), value); }
};
template <class Tag>
struct Scalar<Id<Tag>> {
  static std::string To(const Id<Tag>& value) { return value.uuid().ToBytes(); }
  static bool From(const std::string& stored, Id<Tag>& value) {
    const absl::StatusOr<Uuid> uuid = Uuid::FromBytes(stored);
    if (uuid.ok()) value = Id<Tag>(*uuid);
    return uuid.ok();
  }
};
template <>
struct Scalar<Actor> {
  static const std::string& To(const Actor& value) { return value.name; }
  static bool From(const std::string& stored, Actor& value) { return Take(Actor::Parse(stored), value); }
};
template <>
struct Scalar<Currency> {
  static std::string To(const Currency& value) { return std::string(value.code()); }
  static bool From(const std::string& stored, Currency& value) {
    return Take(Currency::Parse(stored), value);
  }
};
template <class T>
concept IsScalar = requires(const T& value) {
  Scalar<T>::To(value);
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class F>
concept IsRepeated = requires(F field) {
  field.Add();
  field.size();
};
template <class T>
concept IsMap = requires {
  typename T::mapped_type;
};
// Values that are never stored as the field's default value.
template <class T>
inline constexpr bool kNeverEmpty = false;
template <ListedEnum T>
inline constexpr bool kNeverEmpty<T> = [] {
  for (const T value : kValuesOf<T>)
    if (EntryOf(value).number == 0) return false;
  return true;
}();
template <class Tag>
inline constexpr bool kNeverEmpty<Id<Tag>> = true;

template <class M, class Access>
bool IsThere(const M& message, Access access) {
  if constexpr (kHasPresence<M, Access>) {
    return access(As<Verb::kHas>(), message);
  } else {
    return access(As<Verb::kGet>(), message) != FieldType<const M, Access>();
  }
}

// Converts to any member type; used to count the members of a struct.
struct AnyMember {
  template <class T>
  operator T() const;
};
template <size_t>
using AnyMemberAt = AnyMember;
template <class T, size_t... I>
constexpr bool TakesMembers(std::index_sequence<I...>) {
  return requires {
    T{AnyMemberAt<I>()...};
  };
}
template <class T, size_t count>
inline constexpr bool kHasMembers = TakesMembers<T>(std::make_index_sequence<count>()) &&
                                    !TakesMembers<T>(std::make_index_sequence<count + 1>());

template <class T, class... Items>
constexpr void CheckList() {
  static_assert(kHasMembers<std::remove_const_t<T>, (size_t{0} + ... + Items::kMembers)>,
                "as many members are listed as the struct has");
}

template <class T, class M, class Access>
class Field {
 public:
  static constexpr size_t kMembers = 1;
  Field(T& member, M& message, const char* name, Access access)
      : member_(member), message_(message), name_(name), access_(access) {}
  void Write(Writer& writer) const;
  void Read(Reader& reader) const;
  // Whether the message has it.
  bool IsThere() const { return internal::IsThere(message_, access_); }
  static constexpr bool kHasPresence = internal::kHasPresence<M, Access>;
  const char* name() const { return name_; }

 private:
  T& member_;
  M& message_;
  const char* name_;
  [[no_unique_address]] Access access_;
};

template <class Alternative, class Access>
struct Case {
  using Type = Alternative;
  [[no_unique_address]] Access access;
};
template <class Alternative, class Access>
Case<Alternative, Access> CaseOf(Access access) {
  return {access};
}

template <class V, class... Cases, size_t... I>
constexpr bool AreAlternatives(std::index_sequence<I...>) {
  return (std::is_same_v<std::variant_alternative_t<I, V>, typename Cases::Type> && ...);
}
template <class V, class... Cases>
constexpr void CheckCases() {
  static_assert(std::variant_size_v<V> == sizeof...(Cases), "an alternative of the variant has no case");
  static_assert(AreAlternatives<V, Cases...>(std::index_sequence_for<Cases...>()),
                "cases stand in the order of the variant's alternatives");
}

}  // namespace internal

class Writer {
 public:
  static constexpr bool kWrites = true;

  // All members of `whole`.
  template <class T, class... Items>
  void All(const T&, const Items&... items) {
    internal::CheckList<T, Items...>();
    (items.Write(*this), ...);
  }

  // The same without counting: for keys of maps, and for types that are not C++ aggregates.
  template <class... Items>
  void Some(const Items&... items) {
    (items.Write(*this), ...);
  }

  // The alternative that `what` holds, in its field of the message's oneof: one case for each, in the variant's
  // order. An alternative's list may take the whole message as a fourth argument, for values stored beside the oneof.
  // One without a list has no member, or one, which is stored in the field itself.
  template <class V, class M, class... Cases>
  void OneOf(const V& what, M& message, const Cases&... cases) {
    internal::CheckCases<V, Cases...>();
    [&]<size_t... I>(std::index_sequence<I...>) {
      ((what.index() == I ? WriteCase(std::get<I>(what), message, cases.access) : void()), ...);
    }
    (std::index_sequence_for<Cases...>());
  }

  template <class M, class Access>
  auto& Part(M& message, Access access) {
    return *access(internal::As<internal::Verb::kMutable>(), message);
  }

  template <class T, class M, class Access>
  void Write(const T& member, M& message, Access access) {
    using Type = internal::FieldType<M, Access>;
    if constexpr (internal::kIsOptional<T>) {
      static_assert(internal::kHasPresence<M, Access> || internal::kNeverEmpty<typename T::value_type>,
                    "an optional of this type needs a field with presence");
      if (member) Write(*member, message, access);
    } else if constexpr (internal::IsScalar<T> && std::is_same_v<Type, std::string>) {
      access(internal::As<internal::Verb::kSet>(), message, internal::Scalar<T>::To(member));
    } else if constexpr (internal::IsScalar<T>) {
      access(internal::As<internal::Verb::kSet>(), message,
             static_cast<Type>(internal::Scalar<T>::To(member)));
    } else if constexpr (internal::IsRepeated<Type>) {
      for (const auto& element : member)
        AddElement(element, *access(internal::As<internal::Verb::kMutable>(), message),
                   std::bool_constant<internal::IsMap<T>>());
    } else {
      Fields(*this, member, *access(internal::As<internal::Verb::kMutable>(), message));
    }
  }

 private:
  template <class T, class R, class IsMap>
  void AddElement(const T& element, R& field, IsMap) {
    if constexpr (IsMap::value) {
      Entry(*this, element.first, element.second, *field.Add());
    } else if constexpr (internal::IsScalar<T> && std::is_same_v<typename R::value_type, std::string>) {
      *field.Add() = internal::Scalar<T>::To(element);
    } else if constexpr (internal::IsScalar<T>) {
      field.Add(internal::Scalar<T>::To(element));
    } else {
      Fields(*this, element, *field.Add());
    }
  }

  template <class T, class M, class Access>
  void WriteCase(const T& alternative, M& message, Access access) {
    using Type = internal::FieldType<M, Access>;
    if constexpr (requires(Type & part, Writer & writer) { Fields(writer, alternative, part, message); }) {
      Fields(*this, alternative, Part(message, access), message);
    } else if constexpr (requires(Type & part, Writer & writer) { Fields(writer, alternative, part); }) {
      Fields(*this, alternative, Part(message, access));
    } else if constexpr (std::is_empty_v<T>) {
      Part(message, access);
    } else {
      const auto& [only] = alternative;
      Write(only, message, access);
    }
  }
};

class Reader {
 public:
  static constexpr bool kWrites = false;
  // `subject` and the names given to Mark() are literals.
  explicit Reader(const char* subject) : subject_(subject) {}

  template <class T, class... Items>
  void All(T&, const Items&... items) {
    internal::CheckList<T, Items...>();
    (items.Read(*this), ...);
  }

  template <class... Items>
  void Some(const Items&... items) {
    (items.Read(*this), ...);
  }

  template <class V, class M, class... Cases>
  void OneOf(V& what, const M& message, const Cases&... cases) {
    internal::CheckCases<V, Cases...>();
    const bool found = [&]<size_t... I>(std::index_sequence<I...>) {
      return (ReadCase<I>(what, message, cases.access) || ...);
    }
    (std::index_sequence_for<Cases...>());
    if (!found) Mark("type");
  }

  template <class M, class Access>
  const auto& Part(const M& message, Access access) {
    return access(internal::As<internal::Verb::kGet>(), message);
  }

  template <class T, class M, class Access>
  void Read(T& member, const M& message, Access access, const char* name) {
    if constexpr (internal::kIsOptional<T>) {
      if (internal::IsThere(message, access)) Read(member.emplace(), message, access, name);
    } else {
      Take(access(internal::As<internal::Verb::kGet>(), message), member, name);
    }
  }

  // Records a value that no release wrote; status() names the first one.
  void Mark(const char* name) {
    if (damaged_ == nullptr) damaged_ = name;
  }

  // OK, or DATA_LOSS.
  absl::Status status() const {
    if (damaged_ == nullptr) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("a stored ", subject_, "'s ", damaged_, " is not one that was ever written"));
  }

 private:
  template <class Stored, class T>
  void Take(const Stored& stored, T& member, const char* name) {
    if constexpr (internal::IsScalar<T>) {
      if (!internal::Scalar<T>::From(stored, member)) Mark(name);
    } else if constexpr (internal::IsRepeated<Stored>) {
      if constexpr (requires { member.reserve(0); }) member.reserve(stored.size());
      for (const auto& element : stored) TakeElement(element, member, name);
    } else {
      Fields(*this, member, stored);
    }
  }

  template <class Stored, class T>
  void TakeElement(const Stored& stored, T& container, const char* name) {
    if constexpr (internal::IsMap<T>) {
      typename T::key_type key{};
      typename T::mapped_type value{};
      Entry(*this, key, value, stored);
      container.emplace(std::move(key), std::move(value));
    } else if constexpr (requires { container.emplace_back(); }) {
      Take(stored, container.emplace_back(), name);
    } else {
      typename T::value_type element{};
      Take(stored, element, name);
      container.insert(std::move(element));
    }
  }

  template <size_t I, class V, class M, class Access>
  bool ReadCase(V& what, const M& message, Access access) {
    if (!access(internal::As<internal::Verb::kHas>(), message)) return false;
    using T = std::variant_alternative_t<I, V>;
    using Type = internal::FieldType<const M, Access>;
    T& alternative = what.template emplace<I>();
    if constexpr (requires(const Type& part, Reader& r) { Fields(r, alternative, part, message); }) {
      Fields(*this, alternative, Part(message, access), message);
    } else if constexpr (requires(const Type& part, Reader& r) { Fields(r, alternative, part); }) {
      Fields(*this, alternative, Part(message, access));
    } else if constexpr (!std::is_empty_v<T>) {
      auto& [only] = alternative;
      Read(only, message, access, "value");
    }
    return true;
  }

  const char* subject_;
  const char* damaged_ = nullptr;
};

template <class T, class M, class Access>
void internal::Field<T, M, Access>::Write(Writer& writer) const {
  writer.Write(member_, message_, access_);
}
template <class T, class M, class Access>
void internal::Field<T, M, Access>::Read(Reader& reader) const {
  reader.Read(member_, message_, access_, name_);
}

// Several items as one argument, for a list that two structs share.
template <class... Items>
class Group {
 public:
  static constexpr size_t kMembers = (size_t{0} + ... + Items::kMembers);
  explicit Group(Items... items) : items_(std::move(items)...) {}
  void Write(Writer& writer) const {
    std::apply([&](const auto&... items) { (items.Write(writer), ...); }, items_);
  }
  void Read(Reader& reader) const {
    std::apply([&](const auto&... items) { (items.Read(reader), ...); }, items_);
  }

 private:
  std::tuple<Items...> items_;
};

// A member that is a struct, its own members in fields of the same message.
template <class T, class... Items>
class Inline {
 public:
  static constexpr size_t kMembers = 1;
  explicit Inline(T&, Items... items) : items_(std::move(items)...) { internal::CheckList<T, Items...>(); }
  void Write(Writer& writer) const { items_.Write(writer); }
  void Read(Reader& reader) const { items_.Read(reader); }

 private:
  Group<Items...> items_;
};

// A member that is stored if and only if `condition()` holds for the struct. If the field has no presence, list the
// members that the condition reads before it.
template <class Condition, class Item>
class PresentWhen {
 public:
  static constexpr size_t kMembers = Item::kMembers;
  PresentWhen(Condition condition, Item item) : condition_(condition), item_(std::move(item)) {}
  void Write(Writer& writer) const {
    if (condition_()) item_.Write(writer);
  }
  void Read(Reader& reader) const {
    if (Item::kHasPresence ? item_.IsThere() : condition_()) item_.Read(reader);
    if (Item::kHasPresence && item_.IsThere() != condition_()) reader.Mark(item_.name());
  }

 private:
  Condition condition_;
  Item item_;
};

// Members that are stored elsewhere: in a column of their own.
template <class... T>
class NotStored {
 public:
  static constexpr size_t kMembers = sizeof...(T);
  explicit NotStored(const T&...) {}
  void Write(Writer&) const {}
  void Read(Reader&) const {}
};

// A temporary message whose parts lie on the stack if they fit: an order has dozens of parts, and each would cost an
// allocation.
template <class M>
class OnStack {
 public:
  OnStack() : arena_(Options(block_)), message_(stack::CreateMessage<M>(arena_)) {}
  OnStack(const OnStack&) = delete;
  OnStack& operator=(const OnStack&) = delete;
  M& operator*() { return *message_; }
  M* operator->() { return message_; }

 private:
  static constexpr size_t kBytes = 8192;
  static google::protobuf::ArenaOptions Options(char* block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = kBytes;
    return options;
  }

  alignas(8) char block_[kBytes];
  google::protobuf::Arena arena_;
  M* const message_;
};

// A key and its value in any message with these two fields.
template <class C, class M>
requires requires(const M& stored) {
  stored.key();
  stored.value();
}
void Fields(C& c, Struct<C, std::pair<std::string, std::string>>& pair, M& stored) {
  c.Some(MILEPOST_FIELD(pair.first, stored, key), MILEPOST_FIELD(pair.second, stored, value));
}

template <class M, class T>
std::string Encode(const T& value) {
  OnStack<M> message;
  Writer writer;
  Fields(writer, value, *message);
  return message->SerializeAsString();
}

// DATA_LOSS for bytes that Encode can't have written: "a stored offer's state is not …".
template <class M, class T>
absl::StatusOr<T> Decode(const char* subject, absl::string_view bytes) {
  OnStack<M> message;
  Reader reader(subject);
  T value{};
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    Fields(reader, value, std::as_const(*message));
  } else {
    reader.Mark("body");
  }
  if (absl::Status damaged = reader.status(); !damaged.ok()) return damaged;
  return value;
}

}  // namespace milepost::codec

namespace milepost {

// An amount in any message with these two fields.
template <class C, class M>
requires requires(const M& stored) {
  stored.minor();
  stored.currency();
}
void Fields(C& c, codec::Struct<C, Money>& money, M& stored) {
  c.All(money, MILEPOST_FIELD(money.minor, stored, minor), MILEPOST_FIELD(money.currency, stored, currency));
}

}  // namespace milepost
