// The actor under which MilestoneBilling calls its peers.
#pragma once

namespace milepost::billing {

inline constexpr char kSelf[] = "services/milestone-billing";

}  // namespace milepost::billing
