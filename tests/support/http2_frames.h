// The bytes of HTTP/2 (RFC 9113) and of HPACK (RFC 7541), valid or not: what is given is what is sent.
//
//   const std::string block = http2::CallHeaders("/package.Service/Method") + http2::Literal("x-name", "value");
//   const std::string call = http2::Frame(http2::kHeaders, http2::kEndHeaders, 1, block);
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace milepost::testing::http2 {

// What a client sends first.
inline constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Types of frames.
inline constexpr uint8_t kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kPing = 6, kGoaway = 7,
                         kWindowUpdate = 8, kContinuation = 9;
// Flags of frames.
inline constexpr uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4, kPadded = 8, kPriority = 32;
// Settings.
inline constexpr uint16_t kInitialWindowSize = 4;

std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload = "");
// A whole header block in HEADERS and, where it is long, CONTINUATION frames; the call's message is still to come.
std::string HeaderFrames(uint32_t stream, absl::string_view block);
// One setting, as the payload of a SETTINGS frame has it.
std::string Setting(uint16_t setting, uint32_t value);

// 32 bits, the highest first.
std::string BigEndian(uint32_t number);
uint32_t Number(absl::string_view big_endian);

// An HPACK integer whose first byte has `bits` bits for it and the others of `first`.
std::string Integer(uint8_t first, int bits, size_t number);
// A header that is not kept in the table; one that is; one that is in it (62 is the newest that is not static).
std::string Literal(absl::string_view name, absl::string_view value);
std::string KeptLiteral(absl::string_view name, absl::string_view value);
std::string Indexed(size_t index);
// The headers that every gRPC call has. `te` and `scheme` may be wrong.
std::string CallHeaders(absl::string_view path, absl::string_view te = "trailers",
                        absl::string_view scheme = "http");

}  // namespace milepost::testing::http2
