// Requests and answers of a method on an arena of their call, for answers of many small parts: an order is a hundred
// messages and strings, each of which would be allocated on one thread and freed on another.
//
//   SetMessageAllocatorFor_AcceptMilestone(rpc::OnArena<v1::AcceptMilestoneRequest, v1::AcceptMilestoneResponse>());
//
// Worth it for a handler that writes its answer in place (unary.h): one made elsewhere would be copied.
#pragma once

#include <cstddef>

#include "google/protobuf/arena.h"
#include "grpcpp/support/message_allocator.h"

namespace milepost::rpc {

// Thread-safe, as gRPC asks.
template <class Request, class Response>
class ArenaMessages final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Messages; }

 private:
  // gRPC parses the request on its thread into the block at hand; whichever thread writes the answer takes a block of its own.
  static constexpr size_t kRequestBytes = 1536, kAnswerBytes = 8192;

  class Messages final : public grpc::MessageHolder<Request, Response> {
   public:
    Messages() : arena_(Options(first_block_)) {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }
    void Release() override { delete this; }

   private:
    static google::protobuf::ArenaOptions Options(char* block) {
      google::protobuf::ArenaOptions options;
      options.initial_block = block;
      options.initial_block_size = kRequestBytes;
      options.start_block_size = options.max_block_size = kAnswerBytes;
      return options;
    }

    alignas(std::max_align_t) char first_block_[kRequestBytes];
    google::protobuf::Arena arena_;
  };
};

// Of a pair of messages; lives as long as the process.
template <class Request, class Response>
ArenaMessages<Request, Response>* OnArena() {
  static ArenaMessages<Request, Response> messages;
  return &messages;
}

}  // namespace milepost::rpc
