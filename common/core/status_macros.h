// Macros that return early on an error, or assign the value of a StatusOr; for functions and for coroutines.
//
//   MILEPOST_RETURN_IF_ERROR(Check(order));
//   MILEPOST_ASSIGN_OR_RETURN(Order order, Load(id));
//   MILEPOST_CO_RETURN_IF_ERROR(co_await Notify(order));
//   MILEPOST_CO_ASSIGN(Order order, co_await Submit(command));
//
// The enclosing function returns absl::Status or absl::StatusOr<…> (a coroutine: an awaitable of it). The
// assigning ones are several statements: not for the body of an unbraced if. A left side with a comma needs
// `auto`.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MILEPOST_JOIN_INNER(a, b) a##b
#define MILEPOST_JOIN(a, b) MILEPOST_JOIN_INNER(a, b)

#define MILEPOST_RETURN_IF_ERROR(...)                                                                \
  do {                                                                                               \
    if (absl::Status milepost_status = (__VA_ARGS__); !milepost_status.ok()) return milepost_status; \
  } while (false)

// Two statements, not an if-initializer: a co_await in a condition is what gcc 12 miscompiles.
#define MILEPOST_CO_RETURN_IF_ERROR(...)                  \
  do {                                                    \
    absl::Status milepost_status = __VA_ARGS__;           \
    if (!milepost_status.ok()) co_return milepost_status; \
  } while (false)

#define MILEPOST_ASSIGN_WITH(return_word, name, lhs, ...) \
  auto name = __VA_ARGS__;                                \
  if (!name.ok()) return_word name.status();              \
  lhs = *std::move(name)

#define MILEPOST_ASSIGN_OR_RETURN(lhs, ...) \
  MILEPOST_ASSIGN_WITH(return, MILEPOST_JOIN(milepost_value_, __COUNTER__), lhs, __VA_ARGS__)

#define MILEPOST_CO_ASSIGN(lhs, ...) \
  MILEPOST_ASSIGN_WITH(co_return, MILEPOST_JOIN(milepost_value_, __COUNTER__), lhs, __VA_ARGS__)
