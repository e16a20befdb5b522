// The network between the simulated services, and to the payment provider: it carries the calls of their clients as messages that are
// lost, repeated and delayed. What befalls a message depends on the story's seed, its content and how often it was sent, and on nothing
// else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "asio/awaitable.hpp"
#include "asio/io_context.hpp"
#include "common/rpc/call.h"
#include "common/rpc/client.h"
#include "common/rpc/request_fields.h"
#include "google/protobuf/message.h"

namespace milepost::simulation {

// Not thread-safe: one thread runs everything.
class Network {
 public:
  // Answers a request as the peer's server would. Request and response live until it ends.
  using Server = std::function<asio::awaitable<absl::Status>(
      const rpc::Call& call, const google::protobuf::Message& request, google::protobuf::Message& response)>;

  // `io` runs the servers' coroutines and outlives this object.
  Network(asio::io_context& io, uint64_t seed, bool faulty) : io_(io), seed_(seed), faulty_(faulty) {}

  // From now on requests of this type go to this server.
  void Serve(const google::protobuf::Descriptor* request, Server server) {
    servers_[request] = std::move(server);
  }

  // The end of the network that one process holds.
  class Port : public rpc::Carrier {
   public:
    explicit Port(Network& network) : network_(network) {}
    void Carry(const rpc::PeerOptions& peer, const rpc::PeerCall& call,
               const google::protobuf::Message& request, google::protobuf::Message& response,
               absl::AnyInvocable<void(grpc::Status)> done) override;
    // The process ended: nobody waits for its answers any more. Its messages may still arrive.
    void Close() { network_.Forget(this); }

   private:
    Network& network_;
  };

  // How many messages are on their way; and lets one of them arrive, which `seed` chooses.
  size_t on_their_way() const { return waiting_.size(); }
  void DeliverOne(uint64_t seed);

  // The names of messages and answers that were held up, and lets one of them arrive.
  std::vector<uint64_t> HeldUp() const;
  void DeliverHeldUp(uint64_t name);

  // Calls `tell` with the name of the aggregate that a message is about, when it is sent and when it arrives.
  void OnTraffic(std::function<void(uint64_t subject)> tell) { tell_ = std::move(tell); }

  // Nothing goes wrong from now on.
  void Calm() { faulty_ = false; }
  // Nobody waits for anything any more: before the processes are taken apart.
  void End();

 private:
  struct Message {
    uint64_t name = 0;  // of this sending
    uint64_t subject = 0;
    const Port* sender = nullptr;
    rpc::Call call;
    std::unique_ptr<google::protobuf::Message> request, answer;
    absl::Status status;                                    // of the answer
    google::protobuf::Message* wanted = nullptr;            // where the caller wants the answer
    absl::AnyInvocable<void(grpc::Status)> done = nullptr;  // null: nobody waits
  };
  using Shared = std::shared_ptr<Message>;
  enum class Fate { kArrives, kLost, kHeldUp, kAnswerLost, kAnswerSlow, kRepeated };

  Shared Made(const Port* sender, const std::string& actor, const google::protobuf::Message& request,
              google::protobuf::Message& response);
  Fate FateOf(const Message& message) const;
  void HoldUpCopy(const Message& message);
  // A message that its server answers. Where the server's process ends before, the caller gets no answer.
  class Handling {
   public:
    explicit Handling(Shared message) : message_(std::move(message)) {}
    ~Handling() { LoseAnswer(message_); }
    Handling(const Handling&) = delete;
    Handling& operator=(const Handling&) = delete;
    // The answer is somebody else's from now on.
    Shared HandOver() { return std::exchange(message_, nullptr); }
    Message& operator*() { return *message_; }

   private:
    Shared message_;
  };

  // Hands the message to its server; `answered` is called at its end.
  using Answered = void (*)(Network& network, const Shared& message);
  void Arrive(const Shared& message, Answered answered);
  asio::awaitable<void> Handle(Shared message, Answered answered);
  static void Answer(const Shared& message);
  static void LoseAnswer(const Shared& message);
  void Forget(const Port* sender);

  asio::io_context& io_;
  const uint64_t seed_;
  bool faulty_;
  std::map<const google::protobuf::Descriptor*, Server> servers_;
  std::map<const google::protobuf::Descriptor*, rpc::RequestFields> fields_;
  std::function<void(uint64_t subject)> tell_ = [](uint64_t) {};
  std::map<uint64_t, uint32_t> sent_;  // how often each content was sent
  std::vector<Shared> waiting_;
  std::vector<std::weak_ptr<Message>> known_;  // all that may still exist
  std::map<uint64_t, Shared> held_up_, slow_answers_;
};

}  // namespace milepost::simulation
