// Lists of types: how a variant is put together from the lists of several headers.
#pragma once

#include <cstddef>
#include <type_traits>
#include <variant>

namespace milepost {

template <class... Types>
struct TypeList {};

namespace type_list {

template <class... Lists>
struct Joined;
template <class... Types>
struct Joined<TypeList<Types...>> {
  using Variant = std::variant<Types...>;
};
template <class... A, class... B, class... More>
struct Joined<TypeList<A...>, TypeList<B...>, More...> : Joined<TypeList<A..., B...>, More...> {};

template <class Type, class Variant>
struct Index;
template <class Type, class... More>
struct Index<Type, std::variant<Type, More...>> : std::integral_constant<size_t, 0> {};
template <class Type, class First, class... More>
struct Index<Type, std::variant<First, More...>>
    : std::integral_constant<size_t, 1 + Index<Type, std::variant<More...>>::value> {};

}  // namespace type_list

// The variant of all types of the lists, in their order.
template <class... Lists>
using VariantOf = typename type_list::Joined<Lists...>::Variant;

// The place of a type among a variant's alternatives.
template <class Type, class Variant>
inline constexpr size_t kIndexIn = type_list::Index<Type, Variant>::value;

}  // namespace milepost
