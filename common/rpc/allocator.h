// The allocator of the servers: gperftools' tcmalloc, because messages and rows are many small strings, allocated on one
// thread and freed on another (docs/PERFORMANCE.md). glibc's where the build is for a sanitizer, which brings its own.
#pragma once

namespace milepost::rpc {

// Bounds what threads keep for themselves, and returns what is free to the system. Once, at the start of a server.
void SetUpAllocator();

}  // namespace milepost::rpc
