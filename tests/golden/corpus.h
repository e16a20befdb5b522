// The corpus as files in a folder: one a story, below a folder for each kind of it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/golden/rows.h"

namespace milepost::golden {

// All files, by name.
absl::StatusOr<std::vector<StoryFile>> ReadCorpus(const std::string& folder);

struct Written {
  std::vector<std::string> added;
  std::vector<std::string> kept;       // was there, with these very bytes
  std::vector<std::string> different;  // was there and says something else; kept all the same
};
// Adds the stories that have no file yet. Never writes over a file.
absl::StatusOr<Written> WriteCorpus(const std::string& folder, const std::vector<StoryFile>& stories);

}  // namespace milepost::golden
