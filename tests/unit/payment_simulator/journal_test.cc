#include "services/payment_simulator/store/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace milepost::payment_simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "journal_test.XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ + "/journal";
  }
  ~JournalTest() override { std::filesystem::remove_all(folder_); }

  // Opens the journal; `replayed_` is then what was in it.
  absl::StatusOr<Journal> Open() {
    replayed_.clear();
    return Journal::Open(path_, [this](absl::string_view record) {
      replayed_.emplace_back(record);
      return absl::OkStatus();
    });
  }
  void Write(std::vector<std::vector<std::string>> batches) {
    absl::StatusOr<Journal> journal = Open();
    ASSERT_TRUE(journal.ok()) << journal.status();
    for (const std::vector<std::string>& batch : batches) ASSERT_TRUE(journal->Append(batch).ok());
  }
  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  void SetBytes(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  std::string folder_;
  std::string path_;
  std::vector<std::string> replayed_;
};

TEST_F(JournalTest, ReplaysRecordsInOrder) {
  Write({{"one", "two"}, {}, {std::string("\0three", 6), ""}});
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(replayed_, ElementsAre("one", "two", std::string("\0three", 6), ""));
}

TEST_F(JournalTest, AppendsAfterWhatIsThere) {
  Write({{"one"}});
  Write({{"two"}});
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(replayed_, ElementsAre("one", "two"));
}

// A crash during Append leaves any prefix of the frame.
TEST_F(JournalTest, CutsOffEveryTornTail) {
  Write({{"one", "two"}});
  const std::string sound = Bytes();
  Write({{"three", "four"}});
  const std::string whole = Bytes();
  for (size_t size = sound.size(); size < whole.size(); ++size) {
    SetBytes(whole.substr(0, size));
    {
      const absl::StatusOr<Journal> journal = Open();
      ASSERT_TRUE(journal.ok()) << journal.status();
      EXPECT_THAT(replayed_, ElementsAre("one", "two"));
      EXPECT_EQ(journal->torn_bytes(), size - sound.size());
    }
    EXPECT_EQ(Bytes(), sound);
  }
}

// A power failure can leave the right length with the wrong bytes.
TEST_F(JournalTest, CutsOffALastFrameOfGarbage) {
  Write({{"one"}});
  const std::string sound = Bytes();
  Write({{"two"}});
  std::string bytes = Bytes();
  for (size_t at = sound.size(); at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(~damaged[at]);
    SetBytes(damaged);
    ASSERT_TRUE(Open().ok());
    EXPECT_THAT(replayed_, ElementsAre("one"));
  }
}

TEST_F(JournalTest, WritesOnAfterATornTail) {
  Write({{"one"}, {"two"}});
  SetBytes(Bytes().substr(0, Bytes().size() - 1));
  Write({{"three"}});
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(replayed_, ElementsAre("one", "three"));
}

// Records that were answered upon must never be dropped silently.
TEST_F(JournalTest, RefusesDamageBeforeSoundFrames) {
  Write({{"one"}});
  const size_t first = Bytes().size();
  Write({{"two"}, {"three"}});
  const std::string whole = Bytes();
  for (size_t at = 0; at < first; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    SetBytes(damaged);
    EXPECT_TRUE(absl::IsDataLoss(Open().status())) << at;
    EXPECT_EQ(Bytes(), damaged) << "the evidence was changed";
  }
}

TEST_F(JournalTest, PassesOnTheErrorOfReplay) {
  Write({{"one"}});
  const absl::Status status =
      Journal::Open(path_, [](absl::string_view) { return absl::DataLossError("makes no sense"); }).status();
  EXPECT_EQ(status, absl::DataLossError("makes no sense"));
}

TEST_F(JournalTest, BelongsToOneProcessAtATime) {
  const absl::StatusOr<Journal> first = Open();
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Open().status()));
}

TEST_F(JournalTest, SaysWhatItCannotOpen) {
  path_ = folder_ + "/nowhere/journal";
  const absl::Status status = Open().status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(path_));
}

TEST_F(JournalTest, StaysBrokenAfterAFailedWriteAndKeepsWhatWasDurable) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  {
    absl::StatusOr<Journal> journal = Open();
    ASSERT_TRUE(journal->Append({"one"}).ok());
    const rlimit tight{.rlim_cur = Bytes().size() + 20, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    EXPECT_FALSE(journal->Append({std::string(100, 'x')}).ok());
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_FALSE(journal->Append({"two"}).ok()) << "a record behind a torn frame would be lost";
    EXPECT_FALSE(journal->Append({}).ok());
  }
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(replayed_, ElementsAre("one"));
}

TEST_F(JournalTest, ThousandsOfRecordsComeBack) {
  std::vector<std::string> all;
  std::vector<std::vector<std::string>> batches(20);
  for (int i = 0; i < 4000; ++i) {
    all.push_back(std::string(i % 300, 'a' + i % 26) + std::to_string(i));
    batches[i / 200].push_back(all.back());
  }
  Write(batches);
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(replayed_, ElementsAreArray(all));
}

}  // namespace
}  // namespace milepost::payment_simulator
