// The names of this service's enums, as stored, logged and shown: UPPER_SNAKE.
#pragma once

#include "common/core/enum_list.h"

namespace milepost::billing {

template <ListedEnum E>
constexpr absl::string_view NameOf(E value) {
  return EntryOf(value).name;
}

}  // namespace milepost::billing
