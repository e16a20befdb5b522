// What a platform's service does to talk to Milepost, and nothing more: plain synchronous gRPC stubs over channels with
// the retry policy that we give to clients, the actor in the metadata, and the reason out of a refusal's details. Shared
// by the story player and the end-to-end tests.
//
// Not thread-safe where it counts calls; make one per thread. The stubs themselves are safe to share.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "milepost/billing/v1/ledger.grpc.pb.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "milepost/offers/v1/offer_service.grpc.pb.h"
#include "milepost/testing/v1/payment_simulator.grpc.pb.h"
#include "milepost/testing/v1/test_clock.grpc.pb.h"

namespace milepost::e2e {

// Where the servers listen: host:port, or a gRPC target with several (ipv4:HOST:PORT,HOST:PORT).
struct Addresses {
  std::string catalog;
  std::string offers;
  std::string billing;
  std::string simulator;
};

// One channel a server; several clients may share them.
struct Channels {
  std::shared_ptr<grpc::Channel> catalog;
  std::shared_ptr<grpc::Channel> offers;
  std::shared_ptr<grpc::Channel> billing;
  std::shared_ptr<grpc::Channel> simulator;
};

// With the retry policy that docs/OPERATIONS.md gives to every client; the actor is each call's own.
Channels ConnectTo(const Addresses& addresses);

// The answer to one call: its response, or the status with the details that Milepost sends with every
// refusal.
template <class Response>
struct Reply {
  grpc::Status status;
  Response response;
  std::string reason;                                           // ErrorInfo.reason; empty when OK
  std::vector<std::pair<std::string, std::string>> violations;  // BadRequest: (field path, description)
  std::optional<std::string> localized;                         // LocalizedMessage

  bool ok() const { return status.ok(); }
  const Response* operator->() const { return &response; }
};

// A fresh UUID in canonical form, for request ids.
std::string NewRequestId();

class PlatformClient {
 public:
  explicit PlatformClient(const Addresses& addresses);
  PlatformClient(const Channels& channels, std::chrono::milliseconds timeout);

  // One call as `actor` ("users/alice"; empty = without the metadata). Times out after 20 seconds, unless the
  // constructor was told otherwise.
  template <class Stub, class Request, class Response>
  Reply<Response> Call(const std::string& actor, Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request, const std::string& language = "en") {
    grpc::ClientContext context;
    Prepare(context, actor, language);
    Reply<Response> reply;
    reply.status = (stub.*method)(&context, request, &reply.response);
    google::rpc::Status details;
    if (!reply.ok() && details.ParseFromString(reply.status.error_details())) Unpack(details, reply);
    return reply;
  }

  catalog::v1::GigCatalog::Stub& catalog() { return *catalog_; }
  offers::v1::OfferService::Stub& offers() { return *offers_; }
  billing::v1::MilestoneBilling::Stub& billing() { return *billing_; }
  billing::v1::Ledger::Stub& ledger() { return *ledger_; }
  testing::v1::PaymentSimulator::Stub& simulator() { return *simulator_; }
  // The test clocks of the three services: whoever advances one advances all by the same amount.
  std::vector<testing::v1::TestClock::Stub*> clocks() {
    return {catalog_clock_.get(), offers_clock_.get(), billing_clock_.get()};
  }

 private:
  void Prepare(grpc::ClientContext& context, const std::string& actor, const std::string& language) const;

  template <class Response>
  static void Unpack(const google::rpc::Status& details, Reply<Response>& reply) {
    for (const google::protobuf::Any& detail : details.details()) {
      google::rpc::ErrorInfo info;
      google::rpc::BadRequest bad_request;
      google::rpc::LocalizedMessage localized;
      if (detail.UnpackTo(&info)) reply.reason = info.reason();
      if (detail.UnpackTo(&localized)) reply.localized = localized.message();
      if (!detail.UnpackTo(&bad_request)) continue;
      for (const auto& violation : bad_request.field_violations())
        reply.violations.emplace_back(violation.field(), violation.description());
    }
  }

  const std::chrono::milliseconds timeout_;
  std::unique_ptr<catalog::v1::GigCatalog::Stub> catalog_;
  std::unique_ptr<offers::v1::OfferService::Stub> offers_;
  std::unique_ptr<billing::v1::MilestoneBilling::Stub> billing_;
  std::unique_ptr<billing::v1::Ledger::Stub> ledger_;
  std::unique_ptr<testing::v1::PaymentSimulator::Stub> simulator_;
  std::unique_ptr<testing::v1::TestClock::Stub> catalog_clock_, offers_clock_, billing_clock_;
};

}  // namespace milepost::e2e
