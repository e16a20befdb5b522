// Ends a test program whose surroundings fail: a database that does not start, a socket that can't be made.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace milepost::testing {

[[noreturn]] inline void Die(const std::string& why) {
  std::fprintf(stderr, "test support: %s\n", why.c_str());
  std::abort();
}

// The same, with the text of errno.
[[noreturn]] inline void DieOfErrno(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace milepost::testing
