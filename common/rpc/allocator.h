// Sets up the allocator of the servers: gperftools' tcmalloc, because messages and rows are many small strings,
// allocated on one thread and freed on another (docs/PERFORMANCE.md). A sanitizer build uses the sanitizer's own
// allocator.
#pragma once

namespace milepost::rpc {

// Bounds the threads' caches and returns free memory to the system. Call it once, at the start of a server.
void SetUpAllocator();

}  // namespace milepost::rpc
