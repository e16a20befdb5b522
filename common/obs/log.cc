#include "common/obs/log.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/core/clock.h"
#include "common/core/utf8.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/base_sink.h"
#include "spdlog/spdlog.h"

namespace milepost::obs {
namespace {

constexpr size_t kHeldBytesMax = 64 << 10;
constexpr std::chrono::seconds kHeldTimeMax{1};

// Collects lines and writes many with one system call; spdlog's own stderr sink makes one a line.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  ~StderrSink() override { WriteOut(); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    held_.append(message.payload.data(), message.payload.size());
    held_.push_back('\n');
    if (held_.size() >= kHeldBytesMax) WriteOut();
  }
  void flush_() override { WriteOut(); }

 private:
  // A log that can't be written must not stop the service: what is left is dropped.
  void WriteOut() {
    absl::string_view rest = held_;
    while (!rest.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      rest.remove_prefix(written);
    }
    held_.clear();
  }

  std::string held_;
};

spdlog::level::level_enum Spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

struct Logger {
  std::shared_ptr<spdlog::logger> lines;
  std::string service_field;       // `,"service":"gig-catalog"`
  const Logger* before = nullptr;  // the one that this replaced: kept, some thread may still be writing to it

  Logger(absl::string_view service, Level least)
      : lines(std::make_shared<spdlog::logger>("milepost", std::make_shared<StderrSink>())) {
    lines->set_level(Spdlog(least));
    lines->flush_on(spdlog::level::warn);
    service_field = ",\"service\":";
    AppendJson(service_field, service);
  }
};

// Replaced by StartLogging, never freed: lines of threads that outlive main still have somewhere to go.
std::atomic<Logger*> current{nullptr};

Logger& Current() {
  if (Logger* logger = current.load(std::memory_order_acquire)) return *logger;
  static Logger* const before_start = new Logger("milepost", Level::kInfo);
  return *before_start;
}

// 2025-06-01T12:00:00.000001Z. The seconds' part is kept by thread: formatting a date costs more than the
// rest.
void AppendTime(std::string& out, absl::Time time) {
  thread_local int64_t shown_second = -1;
  thread_local std::string shown;
  const int64_t us = ToMicros(time);
  const int64_t second = us / 1'000'000;
  if (second != shown_second) {
    shown = absl::FormatTime("%Y-%m-%dT%H:%M:%S", FromMicros(second * 1'000'000), absl::UTCTimeZone());
    shown_second = second;
  }
  absl::StrAppend(&out, shown, ".", absl::Dec(us % 1'000'000, absl::kZeroPad6), "Z");
}

// How many characters at the start of `text` need no thought: nearly all.
size_t PlainLength(absl::string_view text) {
  size_t length = 0;
  while (length < text.size() && text[length] >= 0x20 && text[length] < 0x7f && text[length] != '"' &&
         text[length] != '\\') {
    ++length;
  }
  return length;
}

// Appends the first character of `text`, one that needs thought; answers how many bytes it had.
size_t AppendSpecial(std::string& out, absl::string_view text) {
  const unsigned char c = static_cast<unsigned char>(text[0]);
  const size_t length = Utf8Length(text);
  if (length == 0) {
    out.append("\xEF\xBF\xBD");  // U+FFFD
    return 1;
  }
  if (c == '"' || c == '\\') {
    out.push_back('\\');
    out.push_back(static_cast<char>(c));
  } else if (c == '\n') {
    out.append("\\n");
  } else if (c < 0x20 || c == 0x7f) {
    absl::StrAppend(&out, "\\u", absl::Hex(c, absl::kZeroPad4));
  } else {
    out.append(text.data(), length);
  }
  return length;
}

}  // namespace

absl::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

void StartLogging(absl::string_view service, Level least) {
  auto* logger = new Logger(service, least);
  static const bool flushed_at_exit = std::atexit(FlushLog) == 0;
  static_cast<void>(flushed_at_exit);
  Current().lines->flush();
  logger->before = current.load(std::memory_order_acquire);
  current.store(logger, std::memory_order_release);
  spdlog::set_default_logger(logger->lines);
  spdlog::flush_every(kHeldTimeMax);
}

bool IsLogged(Level level) {
  return Current().lines->should_log(Spdlog(level));
}

void FlushLog() {
  Current().lines->flush();
}

void AppendJson(std::string& out, absl::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const size_t plain = PlainLength(text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(AppendSpecial(out, text));
  }
  out.push_back('"');
}

Log::Log(Level level, absl::string_view message) : level_(level), logged_(IsLogged(level)) {
  if (!logged_) return;
  line_.reserve(320);
  line_.append("{\"time\":\"");
  AppendTime(line_, WallNow());
  absl::StrAppend(&line_, "\",\"level\":\"", LevelName(level), "\"", Current().service_field, ",\"msg\":");
  AppendJson(line_, message);
}

Log::~Log() {
  if (!logged_) return;
  line_.push_back('}');
  Current().lines->log(Spdlog(level_), spdlog::string_view_t(line_.data(), line_.size()));
}

Log& Log::With(absl::string_view key, absl::string_view value) {
  if (!logged_) return *this;
  line_.push_back(',');
  AppendJson(line_, key);
  line_.push_back(':');
  AppendJson(line_, value);
  return *this;
}

Log& Log::With(absl::string_view key, bool value) {
  if (!logged_) return *this;
  line_.push_back(',');
  AppendJson(line_, key);
  line_.append(value ? ":true" : ":false");
  return *this;
}

Log& Log::With(absl::string_view key, absl::Duration value) {
  if (!logged_) return *this;
  line_.push_back(',');
  AppendJson(line_, key);
  absl::StrAppendFormat(&line_, ":%.6f", absl::ToDoubleSeconds(value));
  return *this;
}

Log& Log::WithNumber(absl::string_view key, int64_t value) {
  if (!logged_) return *this;
  line_.push_back(',');
  AppendJson(line_, key);
  absl::StrAppend(&line_, ":", value);
  return *this;
}

}  // namespace milepost::obs
