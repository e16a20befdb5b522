// TCP ports of 127.0.0.1 for servers that must know theirs before they start.
#pragma once

namespace milepost::testing {

// One that nobody listens on, and another at every call. Below the kernel's own range, so that no connection takes it
// before its server starts, or while its server is dead. One thread at a time.
int PickPort();

}  // namespace milepost::testing
