// Who we are to our peers.
#pragma once

namespace milepost::billing {

inline constexpr char kSelf[] = "services/milestone-billing";

}  // namespace milepost::billing
