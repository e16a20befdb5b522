#include "tests/support/scratch_folder.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <set>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace milepost::testing {
namespace {

namespace fs = std::filesystem;

// The folders of this process that are there. Never destroyed: objects that outlive main may still be.
struct Living {
  std::mutex mutex;
  std::set<std::string> paths;
  const pid_t process = ::getpid();
};

void RemoveLiving();

Living& TheLiving() {
  static Living* const living = [] {
    std::atexit(RemoveLiving);
    return new Living;
  }();
  return *living;
}

void RemoveLiving() {
  Living& living = TheLiving();
  if (::getpid() != living.process) return;  // a fork of it, as death tests make
  std::error_code ignored;
  for (const std::string& path : living.paths) fs::remove_all(path, ignored);
}

bool IsGone(pid_t process) {
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace

ScratchFolder::ScratchFolder(const std::string& name, const fs::path& parent) {
  RemoveLeftBehind(parent, name);
  path_ = (parent / absl::StrCat(name, ".", ::getpid(), ".XXXXXX")).string();
  if (::mkdtemp(path_.data()) == nullptr) {
    std::fprintf(stderr, "can't make a folder like %s\n", path_.c_str());
    std::abort();
  }
  const std::lock_guard lock(TheLiving().mutex);
  TheLiving().paths.insert(path_);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  const std::lock_guard lock(TheLiving().mutex);
  TheLiving().paths.erase(path_);
}

void RemoveLeftBehind(const fs::path& parent, absl::string_view name) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
    const std::string file = entry.path().filename().string();
    absl::string_view rest = file;
    int process = 0;
    if (!absl::ConsumePrefix(&rest, name) || !absl::ConsumePrefix(&rest, ".")) continue;
    if (!absl::SimpleAtoi(rest.substr(0, rest.find('.')), &process) || process <= 0) continue;
    if (IsGone(process)) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace milepost::testing
