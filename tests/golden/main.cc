// golden_test: checks the corpus in this folder. golden_test --regenerate=FOLDER: writes the stories that FOLDER has no file of,
// as today's code stores them, and says which of the others today's code would store differently. It overwrites nothing.
#include <gmock/gmock.h>

#include <cstdio>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/obs/standard_streams.h"
#include "tests/golden/corpus.h"
#include "tests/golden/stories.h"

namespace {

int Regenerate(const std::string& folder) {
  const absl::StatusOr<milepost::golden::Written> written =
      milepost::golden::WriteCorpus(folder, milepost::golden::AllStories());
  if (!written.ok()) {
    std::fprintf(stderr, "golden_test: %s\n", written.status().ToString().c_str());
    return 1;
  }
  for (const std::string& name : written->added) std::printf("added    %s\n", name.c_str());
  for (const std::string& name : written->kept) std::printf("kept     %s\n", name.c_str());
  for (const std::string& name : written->different)
    std::printf("kept     %s: today's code would store other rows\n", name.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  ::testing::InitGoogleMock(&argc, argv);
  if (argc == 1) return RUN_ALL_TESTS();
  absl::string_view argument = argv[1];
  if (argc == 2 && absl::ConsumePrefix(&argument, "--regenerate=") && !argument.empty())
    return Regenerate(std::string(argument));
  std::fprintf(stderr, "usage: %s [--regenerate=FOLDER]\n", argv[0]);
  return 2;
}
