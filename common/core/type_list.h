// Lists of types, from which a variant is built out of several headers.
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
  using List = TypeList<Types...>;
  using Variant = std::variant<Types...>;
};
template <class... A, class... B, class... More>
struct Joined<TypeList<A...>, TypeList<B...>, More...> : Joined<TypeList<A..., B...>, More...> {};

template <class Type, class Types>
struct Index;
template <class Type, template <class...> class Types, class... More>
struct Index<Type, Types<Type, More...>> : std::integral_constant<size_t, 0> {};
template <class Type, template <class...> class Types, class First, class... More>
struct Index<Type, Types<First, More...>>
    : std::integral_constant<size_t, 1 + Index<Type, Types<More...>>::value> {};

}  // namespace type_list

// Concatenates the lists, in order: as a list, and as a variant.
template <class... Lists>
using ListOf = typename type_list::Joined<Lists...>::List;
template <class... Lists>
using VariantOf = typename type_list::Joined<Lists...>::Variant;

// The index of a type in a list, or among a variant's alternatives. A missing type does not compile.
template <class Type, class Types>
inline constexpr size_t kIndexIn = type_list::Index<Type, Types>::value;

}  // namespace milepost
