#include "common/core/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace milepost {

void OpenStandardStreams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    // The lowest number that is free is this one.
    if (::open("/dev/null", O_RDWR) != stream) std::abort();
  }
}

}  // namespace milepost
