#include "tests/simulation/story.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/core/status_macros.h"

namespace milepost::simulation {
namespace {

constexpr absl::string_view kHead = "milepost-story";

absl::Status Unreadable(absl::string_view line) {
  return absl::InvalidArgumentError(absl::StrCat("this line is of no story: ", line));
}

// "milepost-story 42 network store provider"
absl::StatusOr<Story> HeadIn(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  Story story;
  if (words.size() < 2 || words[0] != kHead || !absl::SimpleAtoi(words[1], &story.seed))
    return Unreadable(line);
  story.faults = {false, false, false};
  for (size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "network") story.faults.network = true;
    if (words[i] == "store") story.faults.store = true;
    if (words[i] == "provider") story.faults.provider = true;
  }
  return story;
}

// "+86400000000 step 1234 5678": microseconds since the start, act, subject, seed
absl::StatusOr<Entry> EntryIn(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  Entry entry;
  int64_t after_us = 0;
  if (words.size() != 4 || !absl::SimpleAtoi(words[0], &after_us) ||
      !absl::SimpleAtoi(words[2], &entry.subject) || !absl::SimpleAtoi(words[3], &entry.seed))
    return Unreadable(line);
  const std::optional<Act> act = EnumFromName<Act>(words[1]);
  if (!act) return Unreadable(line);
  entry.act = *act;
  entry.at = StoryStart() + absl::Microseconds(after_us);
  return entry;
}

}  // namespace

absl::Time StoryStart() {
  return absl::FromUnixSeconds(1'750'000'000);
}

std::string TextOf(const Story& story) {
  std::string text =
      absl::StrCat(kHead, " ", story.seed, story.faults.network ? " network" : "",
                   story.faults.store ? " store" : "", story.faults.provider ? " provider" : "", "\n");
  for (const Entry& entry : story.entries) {
    absl::StrAppend(&text, absl::ToInt64Microseconds(entry.at - StoryStart()), " ", EntryOf(entry.act).name,
                    " ", entry.subject, " ", entry.seed, "\n");
  }
  return text;
}

absl::StatusOr<Story> StoryIn(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n', absl::SkipWhitespace());
  if (lines.empty()) return Unreadable("");
  MILEPOST_ASSIGN_OR_RETURN(Story story, HeadIn(lines[0]));
  for (size_t i = 1; i < lines.size(); ++i) {
    MILEPOST_ASSIGN_OR_RETURN(const Entry entry, EntryIn(lines[i]));
    story.entries.push_back(entry);
  }
  return story;
}

absl::Status WriteStory(const Story& story, const std::string& path) {
  std::ofstream file(path);
  file << TextOf(story);
  file.flush();
  return file ? absl::OkStatus() : absl::InternalError(absl::StrCat("can't write ", path));
}

absl::StatusOr<Story> ReadStory(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("there is no file ", path));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return StoryIn(text);
}

}  // namespace milepost::simulation
