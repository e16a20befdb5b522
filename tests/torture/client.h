// One virtual client: a thread that does what people and their programs do, with the retry behaviour that we ship: the
// same request id again on UNAVAILABLE, DEADLINE_EXCEEDED and overload, until it is answered.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "tests/e2e/stories/platform_client.h"
#include "tests/torture/market.h"
#include "tests/torture/record.h"

namespace milepost::torture {

// Set for an order that is over.
std::optional<OrderEnd> EndOf(const billing::v1::Order& order);

// What an answer of any of our mutations says of the resource it changed.
template <class Response>
Told ToldBy(const Response& response) {
  const auto of = [&](const auto& resource) {
    return Told{std::string(absl::StripSuffix(resource.name(), "/milestonePlan")),
                std::strtoull(resource.etag().c_str(), nullptr, 10), response.replayed()};
  };
  if constexpr (requires { response.order(); }) {
    Told told = of(response.order());
    told.end = EndOf(response.order());
    return told;
  } else if constexpr (requires { response.offer(); }) {
    return of(response.offer());
  } else if constexpr (requires { response.milestone_plan(); }) {
    return of(response.milestone_plan());
  } else {
    return of(response.gig());
  }
}

// One thread.
class Client {
 public:
  // Record and market are shared and outlive it.
  Client(e2e::PlatformClient platform, Record& record, Market& market, uint64_t seed)
      : platform_(std::move(platform)), record_(record), market_(market), random_(seed) {}

  // A mutation, to its end: acknowledged, refused, or not answered within the patience. Only the first has a value.
  template <class Stub, class Request, class Response>
  std::optional<Response> Command(const std::string& method, const std::string& actor,
                                  Stub& (e2e::PlatformClient::*stub)(),
                                  grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*),
                                  Request request);

  // A read, retried as a command is.
  template <class Stub, class Request, class Response>
  std::optional<Response> Read(const std::string& method, const std::string& actor,
                               Stub& (e2e::PlatformClient::*stub)(),
                               grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*),
                               const Request& request);

  Market& market() { return market_; }
  std::mt19937_64& random() { return random_; }
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  bool InHundred(int share) { return Below(100) < share; }

 private:
  // How a try ended that is not the last.
  bool IsWorthRetrying(const grpc::Status& status, absl::Time give_up);
  // What the contract never answers to a client of good faith.
  void Suspect(const std::string& method, const grpc::Status& status, const std::string& reason);

  e2e::PlatformClient platform_;
  Record& record_;
  Market& market_;
  std::mt19937_64 random_;
};

// Until when a command that begins now is retried.
absl::Time GiveUpTime();
// Whether the shipped behaviour is to send it again.
bool IsTransient(const grpc::Status& status);

template <class Stub, class Request, class Response>
std::optional<Response> Client::Command(
    const std::string& method, const std::string& actor, Stub& (e2e::PlatformClient::*stub)(),
    grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*), Request request) {
  const Uuid request_id = NewUuid(WallNow());
  request.set_request_id(request_id.ToString());
  const absl::Time give_up = GiveUpTime();
  for (int tries = 1;; ++tries) {
    const e2e::Reply<Response> reply = platform_.Call(actor, (platform_.*stub)(), call, request);
    if (reply.ok()) {
      auto again = [actor, stub, call, request = std::make_shared<const Request>(std::move(request))](
                       e2e::PlatformClient& platform) {
        const e2e::Reply<Response> second = platform.Call(actor, (platform.*stub)(), call, *request);
        return Retold{second.status, second.reason, second.ok() ? ToldBy(second.response) : Told()};
      };
      record_.Acknowledge({method, request_id, ToldBy(reply.response), std::move(again)});
      return std::move(reply.response);
    }
    if (IsWorthRetrying(reply.status, give_up)) continue;
    Suspect(method, reply.status, reply.reason);
    if (!IsTransient(reply.status)) record_.Refuse(method, reply.reason, request_id, tries == 1);
    return std::nullopt;
  }
}

template <class Stub, class Request, class Response>
std::optional<Response> Client::Read(
    const std::string& method, const std::string& actor, Stub& (e2e::PlatformClient::*stub)(),
    grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
  const absl::Time give_up = GiveUpTime();
  for (;;) {
    e2e::Reply<Response> reply = platform_.Call(actor, (platform_.*stub)(), call, request);
    if (reply.ok()) return std::move(reply.response);
    if (IsWorthRetrying(reply.status, give_up)) continue;
    Suspect(method, reply.status, reply.reason);
    return std::nullopt;
  }
}

}  // namespace milepost::torture
