#include "common/rpc/allocator.h"

#if MILEPOST_TCMALLOC
#include <gperftools/malloc_extension.h>

#include <cstddef>
#endif

namespace milepost::rpc {

void SetUpAllocator() {
#if MILEPOST_TCMALLOC
  // The default is 32 MiB: 16 MiB more resident under load, and no faster.
  constexpr size_t kThreadCachesMax = size_t{4} << 20;
  MallocExtension::instance()->SetNumericProperty("tcmalloc.max_total_thread_cache_bytes", kThreadCachesMax);
  MallocExtension::instance()->SetMemoryReleaseRate(10);
#endif
}

}  // namespace milepost::rpc
