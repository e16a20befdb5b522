// One gig_catalog process on a private database, and callers of it over a real socket.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/core/refusal.h"
#include "common/db/connection.h"
#include "common/rpc/status_map.h"
#include "grpcpp/client_context.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "tests/support/matchers.h"
#include "tests/support/server_process.h"

namespace milepost::gig_catalog {

namespace v1 = ::milepost::catalog::v1;
using Stub = v1::GigCatalog::Stub;

// How much the service has written.
struct Footprint {
  int64_t gigs = 0, sequences = 0, events = 0, requests = 0;
  friend bool operator==(const Footprint&, const Footprint&) = default;
};

// The process and its schema; shared by all tests of the program, each with users of its own.
class Server {
 public:
  static Server& Get();

  Stub& stub() { return *stub_; }
  testing::ServerProcess& process() { return process_; }
  const db::ConnectOptions& database() const { return database_; }
  Footprint Written() const;

 private:
  Server();

  // An idle channel looks at its connection every 5 s only; a server that drains waits for it to see that.
  const int patience_;
  const db::ConnectOptions database_;
  testing::ServerProcess process_;
  std::unique_ptr<Stub> stub_;
};

std::string NewRequestId();

// Somebody who calls the service: a user, an operator, a peer, or (without a name) nobody.
class Caller {
 public:
  explicit Caller(std::string actor, std::string language = "en")
      : actor_(std::move(actor)), language_(std::move(language)) {}
  // users/<who>-<random>
  static Caller NewUser(absl::string_view who);

  const std::string& actor() const { return actor_; }

  // The answer, or the refusal that the error carries.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) const {
    grpc::ClientContext context;
    Prepare(context);
    Response response;
    const grpc::Status status = (Server::Get().stub().*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  // A mutation with a new request id, which must succeed.
  template <class Request, class Response>
  Response Do(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              Request request) const {
    request.set_request_id(NewRequestId());
    return Read(method, request);
  }

  // A call that must succeed.
  template <class Request, class Response>
  Response Read(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) const {
    const absl::StatusOr<Response> response = Call(method, request);
    EXPECT_THAT(response, testing::IsOk());
    return response.ok() ? *response : Response();
  }

  // A mutation with a new request id (unless it has one) that must be refused; checks that nothing was written.
  template <class Request, class Response>
  Refusal Refused(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  Request request) const {
    if (request.request_id().empty()) request.set_request_id(NewRequestId());
    return RefusedAsIs(method, request);
  }
  // The same of a request as it is: a read, or a mutation whose request id is part of the test.
  template <class Request, class Response>
  Refusal RefusedAsIs(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request) const {
    const Footprint before = Server::Get().Written();
    const absl::StatusOr<Response> response = Call(method, request);
    EXPECT_EQ(Server::Get().Written(), before) << "a refused call has written something";
    const std::optional<Refusal> refusal = RefusalOf(response.status());
    EXPECT_TRUE(refusal) << "not refused: " << response.status();
    return refusal.value_or(Refusal{});
  }

 private:
  void Prepare(grpc::ClientContext& context) const;

  std::string actor_;
  std::string language_;
};

// ---- requests, ready to be varied

google::type::Money Usd(int64_t cents);
v1::GigPackage PackageAt(type::v1::Package package, google::type::Money price, uint32_t days = 21);
// In business-plans, with BASIC at this price.
v1::CreateGigRequest GigAt(google::type::Money basic);
v1::PlanMilestone MilestoneFor(std::vector<type::v1::Package> packages, std::string title = "Research");

// A request on a gig, whether it names it `name` or `gig`.
template <class Request>
Request Of(const std::string& gig) {
  Request request;
  if constexpr (requires { request.set_name(gig); })
    request.set_name(gig);
  else
    request.set_gig(gig);
  return request;
}

// The seller's gig, in DRAFT.
std::string CreateGig(const Caller& seller, const v1::CreateGigRequest& request = GigAt(Usd(15000)));
// … with a plan of `milestones` complete milestones for BASIC in its draft.
std::string CreateGigWithPlan(const Caller& seller, int milestones);
v1::AddMilestoneRequest AddTo(const std::string& gig, v1::PlanMilestone milestone);
v1::StartMilestonePlanRequest FromScratch(const std::string& gig);

}  // namespace milepost::gig_catalog
