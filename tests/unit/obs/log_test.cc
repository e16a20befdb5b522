#include "common/obs/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace milepost::obs {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string Json(absl::string_view text) {
  std::string out;
  AppendJson(out, text);
  return out;
}

TEST(AppendJson, EscapesWhatWouldBreakALine) {
  EXPECT_EQ(Json("a\"b\\c\nd\te"), R"("a\"b\\c\nd\u0009e")");
  EXPECT_EQ(Json(absl::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(Json("Käufer €"), "\"Käufer €\"");
}

TEST(AppendJson, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(Json("a\xff"
                 "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(Json("\xc0\xaf"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");  // overlong
}

class LogTest : public ::testing::Test {
 protected:
  // What is written to stderr while `work` runs.
  template <class Work>
  std::string Written(Level least, Work work) {
    StartLogging("gig-catalog", least);
    FlushLog();
    ::testing::internal::CaptureStderr();
    work();
    FlushLog();
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesOneObjectALine) {
  const std::string line = Written(Level::kInfo, [] {
    Log(Level::kInfo, "hello")
        .With("port", 7001)
        .With("ok", true)
        .With("who", "a\nb")
        .With("took", absl::Milliseconds(1500));
  });
  EXPECT_THAT(line, MatchesRegex("\\{\"time\":\"20[0-9-]+T[0-9:]+\\.[0-9]{6}Z\",.*\n"));
  EXPECT_THAT(
      line,
      EndsWith("\"level\":\"info\",\"service\":\"gig-catalog\",\"msg\":\"hello\",\"port\":7001,\"ok\":true,"
               "\"who\":\"a\\nb\",\"took\":1.500000}\n"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  const std::string lines = Written(Level::kWarn, [] {
    Log(Level::kInfo, "quiet").With("n", 1);
    Log(Level::kWarn, "loud");
  });
  EXPECT_THAT(lines, Not(HasSubstr("quiet")));
  EXPECT_THAT(lines, HasSubstr("loud"));
  EXPECT_FALSE(IsLogged(Level::kInfo));
}

TEST_F(LogTest, WarningsAreWrittenAtOnceWithWhatWasHeldBefore) {
  StartLogging("gig-catalog", Level::kInfo);
  ::testing::internal::CaptureStderr();
  Log(Level::kInfo, "before");
  Log(Level::kWarn, "now");
  const std::string lines = ::testing::internal::GetCapturedStderr();  // no flush
  EXPECT_THAT(lines, HasSubstr("before"));
  EXPECT_THAT(lines, HasSubstr("now"));
}

}  // namespace
}  // namespace milepost::obs
