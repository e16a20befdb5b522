// A client that attacks: one connection over which it sends whatever bytes a test likes, and which it reads or leaves unread.
//
//   Attacker attacker(port);
//   attacker.Send(http2::Frame(http2::kHeaders, 0, 1, block));
//   EXPECT_TRUE(attacker.AwaitClose(absl::Seconds(3)));
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace milepost::attacks {

// One thread's.
class Attacker {
 public:
  enum class Reading { kAtOnce, kNever };

  // Connects, and sends preface and SETTINGS (of one frame, with this payload).
  explicit Attacker(int port, absl::string_view settings = "", Reading reading = Reading::kAtOnce);
  ~Attacker();
  Attacker(Attacker&& other) noexcept;
  Attacker& operator=(Attacker&&) = delete;

  // Sends all of it. False when the server has closed the connection, or takes nothing for two seconds.
  bool Send(absl::string_view bytes);
  // Reads until the server has closed the connection; false when it has not by then.
  bool AwaitClose(absl::Duration patience);
  // Reads until so many frames of the type have come; false when they have not by then.
  bool AwaitFrames(uint8_t type, int count, absl::Duration patience);
  // How many frames of the type have been read.
  int frames(uint8_t type) const;
  // How many calls the server has ended, of all that have been read: by trailers, or a reset.
  int ended() const { return ended_; }
  bool is_closed() const { return is_closed_; }

 private:
  // Waits until the socket is ready for one of `events`, reads what is there, and returns what it is ready for.
  short Await(short events, absl::Duration patience);
  void Read();

  int socket_ = -1;
  const Reading reading_;
  bool is_closed_ = false;
  std::string unparsed_;
  std::map<uint8_t, int> frames_;
  int ended_ = 0;
};

}  // namespace milepost::attacks
