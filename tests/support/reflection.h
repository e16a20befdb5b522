// A server's reflection, as grpcurl asks it. Its messages are written and read by hand: which of its .proto files are
// generated here depends on what gRPC brings.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"

namespace milepost::testing {

// Its two names; what they say is the same on the wire.
inline constexpr char kReflection[] = "grpc.reflection.v1.ServerReflection";
inline constexpr char kReflectionAlpha[] = "grpc.reflection.v1alpha.ServerReflection";

// One stream of questions. Not thread-safe. What does not come within 20 s fails the test.
class ReflectionStream {
 public:
  explicit ReflectionStream(const std::shared_ptr<grpc::Channel>& channel,
                            const std::string& service = kReflection);
  ~ReflectionStream();  // breaks it off
  ReflectionStream(const ReflectionStream&) = delete;
  ReflectionStream& operator=(const ReflectionStream&) = delete;

  // The serialised ServerReflectionResponse to a serialised ServerReflectionRequest; empty, with a failed expectation, where
  // there is no answer.
  std::string Ask(const std::string& request);
  // How the stream ended; waits for it. Once, and nothing after it.
  grpc::Status Await();

 private:
  bool AwaitStep();

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  bool ended_ = false;
};

// The answer to the one question of a stream of its own.
std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& request,
                    const std::string& service = kReflection);

// The full names of all services that the server lists.
std::vector<std::string> ListServices(const std::shared_ptr<grpc::Channel>& channel,
                                      const std::string& service = kReflection);

}  // namespace milepost::testing
