// The log: one JSON object a line on stderr, for machines; fields beside the message, never inside it.
//
//   obs::Log(obs::Level::kInfo, "gig catalog started").With("port", port).With("schema", version);
//   {"time":"2025-06-01T12:00:00.000001Z","level":"info","service":"gig-catalog","msg":"…","port":7001,"schema":3}
//
// A line is written when the temporary is destroyed. Lines of level info and below may be held back for up to a
// second; warnings and errors are written at once, after the lines held back before them. Thread-safe. Never log a
// password, a token or a payment method.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace milepost::obs {

enum class Level { kDebug, kInfo, kWarn, kError };

// "debug", "info", "warn", "error".
absl::string_view LevelName(Level level);

// Sets the service's name and the lowest level that is written. Before this call: level info, service "milepost".
// Call it once, at the start; lines still held back are written at exit().
void StartLogging(absl::string_view service, Level least);
bool IsLogged(Level level);
// Writes the lines that are held back.
void FlushLog();

class Log {
 public:
  Log(Level level, absl::string_view message);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Text is escaped; bytes that are not UTF-8 become U+FFFD.
  Log& With(absl::string_view key, absl::string_view value);
  Log& With(absl::string_view key, const char* value) { return With(key, absl::string_view(value)); }
  Log& With(absl::string_view key, const std::string& value) { return With(key, absl::string_view(value)); }
  Log& With(absl::string_view key, bool value);
  Log& With(absl::string_view key, absl::Duration value);  // as seconds, a number
  template <class Integer>
  requires std::is_integral_v<Integer> Log& With(absl::string_view key, Integer value) {
    return WithNumber(key, static_cast<int64_t>(value));
  }

 private:
  Log& WithNumber(absl::string_view key, int64_t value);

  const Level level_;
  const bool logged_;
  std::string line_;
};

// Appends `text` as a JSON string with its quotes.
void AppendJson(std::string& out, absl::string_view text);

}  // namespace milepost::obs
