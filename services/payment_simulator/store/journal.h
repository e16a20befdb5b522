// An append-only file of batches of records, durable when Append returns. Not thread-safe: one thread owns
// it.
//
// The file is a sequence of frames, one a batch:
//   4 bytes  "MPJ1"
//   4 bytes  length of the body, little-endian
//   8 bytes  the first of SHA-256(length, body)
//   body     records, each 4 bytes of length, little-endian, and its bytes
// Only the last frame can be torn, by a crash during Append, and then no answer relied on it: Open cuts it off. A
// damaged frame before a sound one is not a torn tail: Open refuses it (DATA_LOSS).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace milepost::payment_simulator {

class Journal {
 public:
  // Opens or creates the file, calls `replay` with every record in it, oldest first, and cuts off a torn
  // tail. An error of `replay` is returned as it is. Holds an exclusive lock on the file: a second process
  // gets FAILED_PRECONDITION.
  static absl::StatusOr<Journal> Open(const std::string& path,
                                      absl::FunctionRef<absl::Status(absl::string_view record)> replay);

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  // Writes the records as one batch and flushes it to the disk. An empty batch does nothing. After an error the
  // file's content is unknown, so every later call returns that error too, until the journal is opened again.
  absl::Status Append(const std::vector<std::string>& records);

  // The number of bytes that Open cut off.
  uint64_t torn_bytes() const { return torn_bytes_; }

 private:
  Journal(int file, uint64_t torn_bytes) : file_(file), torn_bytes_(torn_bytes) {}

  int file_;
  uint64_t torn_bytes_;
  absl::Status broken_;
};

// The limits of a frame: far larger than a batch needs, and small enough to detect a damaged length.
inline constexpr uint32_t kMaxBodyBytes = 64 << 20;

}  // namespace milepost::payment_simulator
