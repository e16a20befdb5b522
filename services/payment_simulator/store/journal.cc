#include "services/payment_simulator/store/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/id.h"

namespace milepost::payment_simulator {
namespace {

constexpr absl::string_view kMagic = "MPJ1";
constexpr size_t kHeaderBytes = 16;
constexpr size_t kDigestBytes = 8;

std::string LengthOf(absl::string_view bytes) {
  const uint32_t length = static_cast<uint32_t>(bytes.size());
  std::string encoded(4, '\0');
  for (int i = 0; i < 4; ++i) encoded[i] = static_cast<char>(length >> (8 * i));
  return encoded;
}

uint32_t DecodeLength(absl::string_view bytes) {
  uint32_t length = 0;
  for (int i = 0; i < 4; ++i) length |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return length;
}

std::string Digest(absl::string_view body) {
  return Sha256(absl::StrCat(LengthOf(body), body)).substr(0, kDigestBytes);
}

std::string Frame(const std::vector<std::string>& records) {
  std::string body;
  for (const std::string& record : records) absl::StrAppend(&body, LengthOf(record), record);
  return absl::StrCat(kMagic, LengthOf(body), Digest(body), body);
}

// The body of the frame that `bytes` begins with; nothing unless it is whole and sound.
std::optional<absl::string_view> SoundBody(absl::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !absl::StartsWith(bytes, kMagic)) return std::nullopt;
  const uint32_t length = DecodeLength(bytes.substr(4));
  if (length > kMaxBodyBytes || bytes.size() - kHeaderBytes < length) return std::nullopt;
  const absl::string_view body = bytes.substr(kHeaderBytes, length);
  if (Digest(body) != bytes.substr(8, kDigestBytes)) return std::nullopt;
  return body;
}

bool HasSoundFrame(absl::string_view bytes) {
  for (size_t at = bytes.find(kMagic); at != bytes.npos; at = bytes.find(kMagic, at + 1))
    if (SoundBody(bytes.substr(at))) return true;
  return false;
}

absl::Status ReplayBody(absl::string_view body, absl::FunctionRef<absl::Status(absl::string_view)> replay) {
  while (!body.empty()) {
    if (body.size() < 4 || body.size() - 4 < DecodeLength(body))
      return absl::DataLossError("a record is longer than its sound frame");
    const uint32_t length = DecodeLength(body);
    if (absl::Status status = replay(body.substr(4, length)); !status.ok()) return status;
    body.remove_prefix(4 + length);
  }
  return absl::OkStatus();
}

// Replays the sound frames; returns how many bytes they take.
absl::StatusOr<size_t> Replay(absl::string_view bytes,
                              absl::FunctionRef<absl::Status(absl::string_view)> replay) {
  absl::string_view left = bytes;
  while (std::optional<absl::string_view> body = SoundBody(left)) {
    if (absl::Status status = ReplayBody(*body, replay); !status.ok()) return status;
    left.remove_prefix(kHeaderBytes + body->size());
  }
  const size_t sound = bytes.size() - left.size();
  if (left.size() > 1 && HasSoundFrame(left.substr(1)))
    return absl::DataLossError(
        absl::StrCat("the journal is damaged at byte ", sound, ", before sound records"));
  return sound;
}

absl::StatusOr<std::string> ReadAll(int file) {
  std::string bytes;
  std::string chunk(1 << 20, '\0');
  while (true) {
    const ssize_t read = ::read(file, chunk.data(), chunk.size());
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return absl::ErrnoToStatus(errno, "reading the journal");
    if (read == 0) return bytes;
    bytes.append(chunk, 0, static_cast<size_t>(read));
  }
}

absl::Status WriteAll(int file, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "writing the journal");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Makes the file's name durable too.
absl::Status SyncFolder(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("opening ", folder));
  const int failed = ::fsync(file) < 0 ? errno : 0;
  ::close(file);
  return failed == 0 ? absl::OkStatus() : absl::ErrnoToStatus(failed, absl::StrCat("flushing ", folder));
}

}  // namespace

absl::StatusOr<Journal> Journal::Open(const std::string& path,
                                      absl::FunctionRef<absl::Status(absl::string_view record)> replay) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("opening ", path));
  Journal journal(file, 0);
  if (::flock(file, LOCK_EX | LOCK_NB) < 0)
    return absl::FailedPreconditionError(absl::StrCat(path, " is in use by another process"));
  if (absl::Status status = SyncFolder(path); !status.ok()) return status;
  absl::StatusOr<std::string> bytes = ReadAll(file);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<size_t> sound = Replay(*bytes, replay);
  if (!sound.ok()) return sound.status();
  journal.torn_bytes_ = bytes->size() - *sound;
  if (journal.torn_bytes_ > 0 && ::ftruncate(file, static_cast<off_t>(*sound)) < 0)
    return absl::ErrnoToStatus(errno, "cutting the journal's torn tail");
  // What was just replayed may have been written but not flushed by the process before: answers rest on it
  // from now on.
  if (::fdatasync(file) < 0) return absl::ErrnoToStatus(errno, "flushing the journal");
  return journal;
}

Journal::Journal(Journal&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      torn_bytes_(other.torn_bytes_),
      broken_(std::move(other.broken_)) {}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

absl::Status Journal::Append(const std::vector<std::string>& records) {
  if (!broken_.ok() || records.empty()) return broken_;
  broken_ = WriteAll(file_, Frame(records));
  if (broken_.ok() && ::fdatasync(file_) < 0) broken_ = absl::ErrnoToStatus(errno, "flushing the journal");
  return broken_;
}

}  // namespace milepost::payment_simulator
