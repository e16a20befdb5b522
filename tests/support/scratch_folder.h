// Folders that a test program works in and leaves nothing of, however it ends.
//
// They lie below the temporary folder (TMPDIR; ./dev test sets it to the clone's var/test) and carry the process's id:
// "<name>.<pid>.…". What a program that was killed could not remove, the next one that makes such a folder does.
#pragma once

#include <filesystem>
#include <string>

#include "absl/strings/string_view.h"

namespace milepost::testing {

// Removed with the object, or with the process where the object is never destroyed. Thread-safe to construct.
class ScratchFolder {
 public:
  // Dies where it can't be made.
  explicit ScratchFolder(const std::string& name)
      : ScratchFolder(name, std::filesystem::temp_directory_path()) {}
  // Below `parent`: for what must not lie deep, as a unix socket.
  ScratchFolder(const std::string& name, const std::filesystem::path& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Removes what is called "<name>.<pid>" or "<name>.<pid>.…" in `parent` and whose process is gone.
void RemoveLeftBehind(const std::filesystem::path& parent, absl::string_view name);

}  // namespace milepost::testing
