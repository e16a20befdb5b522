#include "tests/attacks/attacker.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/stopwatch.h"
#include "tests/support/http2.h"
#include "tests/support/http2_frames.h"

namespace milepost::attacks {
namespace {

namespace http2 = ::milepost::testing::http2;

constexpr absl::Duration kStuck = absl::Seconds(2);
constexpr size_t kFrameHead = 9;

}  // namespace

Attacker::Attacker(int port, absl::string_view settings, Reading reading)
    : socket_(testing::ConnectTo(port)), reading_(reading) {
  Send(absl::StrCat(http2::kPreface, http2::Frame(http2::kSettings, 0, 0, settings)));
}

Attacker::~Attacker() {
  if (socket_ >= 0) ::close(socket_);
}

Attacker::Attacker(Attacker&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      reading_(other.reading_),
      is_closed_(other.is_closed_),
      unparsed_(std::move(other.unparsed_)),
      frames_(std::move(other.frames_)),
      ended_(other.ended_) {}

bool Attacker::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const short ready = Await(POLLOUT, kStuck);
    if (is_closed_ || (ready & POLLOUT) == 0) return false;
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    if (sent < 0 && errno != EAGAIN) is_closed_ = true;
  }
  return !is_closed_;
}

bool Attacker::AwaitClose(absl::Duration patience) {
  const Stopwatch waited;
  while (!is_closed_ && waited.elapsed() < patience) Await(POLLIN, patience - waited.elapsed());
  return is_closed_;
}

bool Attacker::AwaitFrames(uint8_t type, int count, absl::Duration patience) {
  const Stopwatch waited;
  while (frames(type) < count && !is_closed_ && waited.elapsed() < patience)
    Await(POLLIN, patience - waited.elapsed());
  return frames(type) >= count;
}

int Attacker::frames(uint8_t type) const {
  const auto found = frames_.find(type);
  return found == frames_.end() ? 0 : found->second;
}

// Who never reads still notices that the connection is gone, by POLLHUP or POLLERR.
short Attacker::Await(short events, absl::Duration patience) {
  const Stopwatch waited;
  const bool is_for_reading = (events & POLLIN) != 0;
  while (!is_closed_) {
    pollfd polled{.fd = socket_, .events = events};
    if (reading_ == Reading::kAtOnce) polled.events |= POLLIN;
    const absl::Duration left = std::max(absl::ZeroDuration(), patience - waited.elapsed());
    if (::poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(left))) <= 0) return 0;
    if (polled.revents & (POLLHUP | POLLERR)) is_closed_ = true;
    if (polled.revents & POLLIN) Read();
    if ((polled.revents & events) != 0 || is_for_reading) return polled.revents;
  }
  return 0;
}

void Attacker::Read() {
  char bytes[1 << 16];
  const ssize_t size = ::recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    is_closed_ = true;
    return;
  }
  unparsed_.append(bytes, static_cast<size_t>(size));
  absl::string_view left = unparsed_;
  while (left.size() >= kFrameHead) {
    const size_t whole = kFrameHead + http2::Number(left.substr(0, 3));
    if (left.size() < whole) break;
    const uint8_t type = static_cast<uint8_t>(left[3]), flags = static_cast<uint8_t>(left[4]);
    ++frames_[type];
    if (type == http2::kReset || (type == http2::kHeaders && (flags & http2::kEndStream) != 0)) ++ended_;
    left.remove_prefix(whole);
  }
  unparsed_.erase(0, unparsed_.size() - left.size());
}

}  // namespace milepost::attacks
