#include "tests/support/http2.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/http2_frames.h"

namespace milepost::testing {
namespace {

constexpr int kPatienceMs = 20'000;
constexpr size_t kFrameMax = 16384;
constexpr uint32_t kOurWindow = 1 << 30;  // we read everything at once

using http2::BigEndian;
using http2::kAck;
using http2::kContinuation;
using http2::kData;
using http2::kEndHeaders;
using http2::kEndStream;
using http2::kGoaway;
using http2::kHeaders;
using http2::kInitialWindowSize;
using http2::kPadded;
using http2::kPing;
using http2::kPreface;
using http2::kPriority;
using http2::kReset;
using http2::kSettings;
using http2::kWindowUpdate;
using http2::Literal;
using http2::Number;

size_t TakeInteger(absl::string_view& block, int bits) {
  const size_t max = (1u << bits) - 1;
  size_t number = static_cast<uint8_t>(block[0]) & max;
  block.remove_prefix(1);
  if (number < max) return number;
  for (int shift = 0; !block.empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(block[0]);
    block.remove_prefix(1);
    number += static_cast<size_t>(byte & 127) << shift;
    if ((byte & 128) == 0) break;
  }
  return number;
}

std::string TakeString(absl::string_view& block) {
  const size_t size = TakeInteger(block, 7);
  std::string text(block.substr(0, size));
  block.remove_prefix(std::min(size, block.size()));
  return text;
}

sockaddr_in6 Loopback6(int port) {
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<uint16_t>(port));
  address.sin6_addr = in6addr_loopback;
  return address;
}

}  // namespace

int ConnectTo(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  return socket;
}

bool HasIpv6() {
  const int socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in6 address = Loopback6(0);
  const bool has = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return has;
}

int ConnectOverIpv6To(int port) {
  const int socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in6 address = Loopback6(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  return socket;
}

std::string GrpcMessage(absl::string_view bytes, bool is_compressed) {
  return absl::StrCat(absl::string_view(is_compressed ? "\1" : "\0", 1),
                      BigEndian(static_cast<uint32_t>(bytes.size())), bytes);
}

std::string GzippedZeros(size_t size) {
  constexpr int kWithGzipHeader = MAX_WBITS + 16, kMemory = 9;
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kWithGzipHeader, kMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    std::abort();
  std::string zeros(1 << 20, '\0'), piece(1 << 16, '\0'), all;
  for (size_t left = size; left > 0;) {
    const size_t now = std::min(left, zeros.size());
    left -= now;
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(now);
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      deflate(&stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
      all.append(piece, 0, piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return all;
}

std::optional<int> Http2::Stream::grpc_status() const {
  int status = 0;
  const auto found = headers.find("grpc-status");
  if (found == headers.end() || !absl::SimpleAtoi(found->second, &status)) return std::nullopt;
  return status;
}

Http2::Http2(Role role, int socket) : role_(role), socket_(socket) {
  std::string hello;
  if (role_ == Role::kServer && (!Read(kPreface.size(), hello) || hello != kPreface)) over_ = true;
  if (role_ == Role::kClient) ::send(socket_, kPreface.data(), kPreface.size(), MSG_NOSIGNAL);
  Send(kSettings, 0, 0, http2::Setting(kInitialWindowSize, kOurWindow));
  Send(kWindowUpdate, 0, 0, BigEndian(kOurWindow));
}

Http2::~Http2() {
  ::close(socket_);
}

uint32_t Http2::Call(absl::string_view path, const Headers& more) {
  const uint32_t stream = next_stream_;
  next_stream_ += 2;
  Headers headers = {{":method", "POST"},         {":scheme", "http"}, {":path", std::string(path)},
                     {":authority", "localhost"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
  headers.insert(headers.end(), more.begin(), more.end());
  streams_[stream];
  SendHeaders(stream, headers, false);
  return stream;
}

void Http2::SendHeaders(uint32_t stream, const Headers& headers, bool end) {
  std::string block;
  for (const auto& [name, value] : headers) absl::StrAppend(&block, Literal(name, value));
  windows_.try_emplace(stream, initial_window_);
  Send(kHeaders, kEndHeaders | (end ? kEndStream : 0), stream, block);
}

void Http2::SendData(uint32_t stream, absl::string_view bytes, bool end) {
  while (!over_ && !streams_[stream].is_ended) {
    const int64_t room = std::min({static_cast<int64_t>(kFrameMax), window_, windows_[stream]});
    if (room <= 0 && !bytes.empty()) {
      if (!Next()) return;
      continue;
    }
    const absl::string_view piece = bytes.substr(0, static_cast<size_t>(std::max<int64_t>(room, 0)));
    bytes.remove_prefix(piece.size());
    window_ -= static_cast<int64_t>(piece.size());
    windows_[stream] -= static_cast<int64_t>(piece.size());
    Send(kData, bytes.empty() && end ? kEndStream : 0, stream, piece);
    if (bytes.empty()) return;
  }
}

bool Http2::Ping() {
  Send(kPing, 0, 0, absl::StrCat(BigEndian(0), BigEndian(static_cast<uint32_t>(++pings_))));
  while (pongs_ < pings_ && Next()) continue;
  return pongs_ == pings_;
}

const Http2::Stream& Http2::Answer(uint32_t stream) {
  while (!streams_[stream].is_ended && Next()) continue;
  return streams_[stream];
}

const Http2::Stream& Http2::FirstMessage(uint32_t stream) {
  const Stream& came = streams_[stream];
  const auto is_whole = [&] {
    return came.data.size() >= 5 && came.data.size() >= 5 + Number(absl::string_view(came.data).substr(1, 4));
  };
  while (!came.is_ended && !is_whole() && Next()) continue;
  return came;
}

std::optional<uint32_t> Http2::Accept() {
  while (opened_.empty() && Next()) continue;
  if (opened_.empty()) return std::nullopt;
  const uint32_t stream = opened_.front();
  opened_.pop_front();
  return stream;
}

void Http2::Send(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  SendBytes(http2::Frame(type, flags, stream, payload));
}

void Http2::SendBytes(absl::string_view bytes) {
  while (!over_ && !bytes.empty()) {
    const ssize_t now = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (now <= 0) return;  // what the other side has said before it went is still to be read
    bytes.remove_prefix(static_cast<size_t>(now));
  }
}

bool Http2::Read(size_t size, std::string& bytes) {
  bytes.resize(size);
  for (size_t read = 0; read < size;) {
    pollfd readable{.fd = socket_, .events = POLLIN};
    const ssize_t now =
        ::poll(&readable, 1, kPatienceMs) > 0 ? ::recv(socket_, bytes.data() + read, size - read, 0) : 0;
    if (now <= 0) return false;
    read += static_cast<size_t>(now);
  }
  return true;
}

bool Http2::Next() {
  std::string head;
  Frame frame;
  if (over_ || !Read(9, head) || !Read(Number(head.substr(0, 3)), frame.payload)) {
    over_ = true;
    for (auto& [number, stream] : streams_) stream.is_ended = true;
    return false;
  }
  frame.type = static_cast<uint8_t>(head[3]);
  frame.flags = static_cast<uint8_t>(head[4]);
  frame.stream = Number(head.substr(5)) & 0x7fffffff;
  switch (frame.type) {
    case kData:
      OnData(frame);
      break;
    case kHeaders:
    case kContinuation:
      OnHeaders(frame);
      break;
    case kReset:
      streams_[frame.stream].reset = Number(frame.payload);
      streams_[frame.stream].is_ended = true;
      break;
    case kSettings:
      OnSettings(frame);
      break;
    case kPing:
      if (frame.flags & kAck)
        ++pongs_;
      else
        Send(kPing, kAck, 0, frame.payload);
      break;
    case kGoaway:
      goaway_ = Goaway{Number(frame.payload.substr(4, 4)), frame.payload.substr(8)};
      break;
    case kWindowUpdate:
      OnWindowUpdate(frame);
      break;
    default:
      break;
  }
  return true;
}

void Http2::OnSettings(const Frame& frame) {
  if (frame.flags & kAck) return;
  for (size_t at = 0; at + 6 <= frame.payload.size(); at += 6) {
    if (Number(frame.payload.substr(at, 2)) != kInitialWindowSize) continue;
    const int64_t window = Number(frame.payload.substr(at + 2, 4));
    for (auto& [stream, left] : windows_) left += window - initial_window_;
    initial_window_ = window;
  }
  Send(kSettings, kAck, 0, "");
}

void Http2::OnHeaders(const Frame& frame) {
  absl::string_view block = frame.payload;
  if (frame.type == kHeaders) {
    const size_t padding = frame.flags & kPadded ? Number(block.substr(0, 1)) : 0;
    block.remove_prefix((frame.flags & kPadded ? 1 : 0) + (frame.flags & kPriority ? 5 : 0));
    block.remove_suffix(padding);
    if (role_ == Role::kServer && streams_.count(frame.stream) == 0) opened_.push_back(frame.stream);
    windows_.try_emplace(frame.stream, initial_window_);
    if (frame.flags & kEndStream) streams_[frame.stream].is_ended = role_ == Role::kClient;
  }
  absl::StrAppend(&block_, block);
  if ((frame.flags & kEndHeaders) == 0) return;
  // A server of ours looks at no header: gRPC's clients code theirs with Huffman where that is shorter.
  if (role_ == Role::kClient) Decode(block_, streams_[frame.stream].headers);
  streams_[frame.stream];
  block_.clear();
}

void Http2::OnData(const Frame& frame) {
  Stream& stream = streams_[frame.stream];
  if (role_ == Role::kClient) stream.data.append(frame.payload);
  if (!frame.payload.empty())
    Send(kWindowUpdate, 0, 0, BigEndian(static_cast<uint32_t>(frame.payload.size())));
  if (frame.flags & kEndStream) stream.is_ended = role_ == Role::kClient;
}

void Http2::OnWindowUpdate(const Frame& frame) {
  const int64_t more = Number(frame.payload);
  if (frame.stream == 0)
    window_ += more;
  else if (const auto known = windows_.find(frame.stream); known != windows_.end())
    known->second += more;
}

void Http2::Decode(absl::string_view block, std::map<std::string, std::string>& headers) {
  constexpr size_t kStatic = 61;  // of these only their numbers: nobody here asks for :status
  const auto at = [&](size_t index) -> std::pair<std::string, std::string> {
    if (index > kStatic && index - kStatic <= table_.size()) return table_[index - kStatic - 1];
    return {absl::StrCat("#", index), ""};
  };
  while (!block.empty()) {
    const uint8_t first = static_cast<uint8_t>(block[0]);
    if (first & 0x80) {  // indexed
      const auto [name, value] = at(TakeInteger(block, 7));
      headers[name] = value;
      continue;
    }
    if ((first & 0xe0) == 0x20) {  // the table's size; ours never has to shrink
      TakeInteger(block, 5);
      continue;
    }
    const bool is_kept = (first & 0xc0) == 0x40;
    const size_t index = TakeInteger(block, is_kept ? 6 : 4);
    const std::string name = index > 0 ? at(index).first : TakeString(block);
    const std::string value = TakeString(block);
    headers[name] = value;
    if (is_kept) table_.emplace_front(name, value);
  }
}

}  // namespace milepost::testing
