#include "tests/golden/corpus.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"

namespace milepost::golden {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".rows";

std::optional<std::string> ContentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Fails where the file is there.
absl::Status Create(const fs::path& path, const std::string& content) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::FILE* file = std::fopen(path.c_str(), "wbx");
  if (file == nullptr) return absl::InternalError(absl::StrCat("can't create ", path.string()));
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  if (std::fclose(file) != 0 || !written)
    return absl::InternalError(absl::StrCat("can't write ", path.string()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<StoryFile>> ReadCorpus(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == kSuffix) paths.push_back(entry->path());
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  std::sort(paths.begin(), paths.end());
  std::vector<StoryFile> files;
  for (const fs::path& path : paths) {
    const std::string name = fs::relative(path, folder).replace_extension().generic_string();
    MILEPOST_ASSIGN_OR_RETURN(StoryFile file, FileFrom(name, ContentOf(path).value_or("")));
    files.push_back(std::move(file));
  }
  return files;
}

absl::StatusOr<Written> WriteCorpus(const std::string& folder, const std::vector<StoryFile>& stories) {
  Written written;
  for (const StoryFile& story : stories) {
    MILEPOST_RETURN_IF_ERROR(story.told);
    const fs::path path = fs::path(folder) / (story.name + kSuffix);
    const std::string content = TextOf(story);
    if (const std::optional<std::string> present = ContentOf(path)) {
      (*present == content ? written.kept : written.different).push_back(story.name);
      continue;
    }
    MILEPOST_RETURN_IF_ERROR(Create(path, content));
    written.added.push_back(story.name);
  }
  return written;
}

}  // namespace milepost::golden
