// A real offer_service process with a database schema of its own, and fake peers. One a test suite; each test uses
// users and offers of its own.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/refusal.h"
#include "common/db/connection.h"
#include "milepost/offers/v1/offer_service.grpc.pb.h"
#include "milepost/testing/v1/test_clock.grpc.pb.h"
#include "tests/component/offer_service/peers.h"
#include "tests/support/server_process.h"

namespace milepost::offers {

inline constexpr char kBillingService[] = "services/milestone-billing";
inline constexpr char kOperator[] = "operators/ops";

std::string NewRequestId();

// A schema migrated for offers, on this program's private database.
db::ConnectOptions NewOfferSchema();
// What an offer_service on it is started with. The workers look every few milliseconds.
std::vector<std::string> FlagsFor(const db::ConnectOptions& schema, const Peers& peers,
                                  const std::vector<std::string>& more = {});

// Calls one offer_service. A refusal comes back as such (RefusalOf).
class OfferClient {
 public:
  using Stub = v1::OfferService::Stub;

  // `call_time`: the deadline of every call.
  explicit OfferClient(const std::shared_ptr<grpc::Channel>& channel,
                       absl::Duration call_time = absl::Seconds(20))
      : stub_(v1::OfferService::NewStub(channel)),
        clock_(testing::v1::TestClock::NewStub(channel)),
        call_time_(call_time) {}

  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request, const std::string& actor) {
    grpc::ClientContext context;
    Prepare(context, actor);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return Failure(status);
    return response;
  }

  // The calls that most tests make. A verb uses a fresh request id where none is given.
  absl::StatusOr<v1::Offer> Create(const v1::Offer& offer, const std::string& actor,
                                   const std::string& request_id = NewRequestId());
  absl::StatusOr<v1::Offer> Get(const std::string& name, const std::string& actor);
  absl::StatusOr<v1::Offer> Delete(const std::string& name, const std::string& actor,
                                   const std::string& request_id = NewRequestId());
  absl::StatusOr<v1::Offer> Send(const std::string& name, const std::string& actor);
  absl::StatusOr<v1::Offer> Withdraw(const std::string& name, const std::string& actor);
  absl::StatusOr<v1::Offer> Decline(const std::string& name, const std::string& actor);
  absl::StatusOr<v1::AcceptOfferResponse> Accept(const v1::Offer& offer,
                                                 const std::string& request_id = NewRequestId());
  // The same with validate_only.
  absl::StatusOr<v1::AcceptOfferResponse> PreviewAccept(const v1::Offer& offer,
                                                        const std::string& request_id = NewRequestId());
  // The names on all pages of a list, two offers a page. A refusal fails the test.
  std::vector<std::string> List(v1::ListOffersRequest request, const std::string& actor);
  // With the reasons that go with the outcome: ALL_ACCEPTED, or AGREED.
  static v1::RecordOrderOutcomeRequest OutcomeOf(const v1::Offer& offer, v1::OrderOutcome outcome);
  absl::StatusOr<v1::Offer> RecordOutcome(const v1::Offer& offer, v1::OrderOutcome outcome,
                                          const std::string& actor = kBillingService);
  testing::v1::AdvanceClockResponse Advance(absl::Duration by);

  // Reads the offer as its seller until it is in that state; fails the test when that takes too long.
  v1::Offer Await(const v1::Offer& offer, v1::OfferState state);

 private:
  static v1::AcceptOfferRequest AcceptanceOf(const v1::Offer& offer, const std::string& request_id);
  void Prepare(grpc::ClientContext& context, const std::string& actor) const;
  static absl::Status Failure(const grpc::Status& status);

  std::unique_ptr<v1::OfferService::Stub> stub_;
  std::unique_ptr<testing::v1::TestClock::Stub> clock_;
  const absl::Duration call_time_;
};

class OfferTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;

  Peers& peers() { return *peers_; }
  OfferClient& client() { return *client_; }
  const db::ConnectOptions& schema() { return schema_; }
  static std::shared_ptr<grpc::Channel> channel() { return server_->channel(); }

  // An offer of this test's seller to its buyer, valid in every field.
  v1::Offer GoodOffer(int milestones = 3);
  v1::Offer Draft();
  v1::Offer Sent();
  // Everything that a command could have written; equal texts: nothing was.
  std::string Written();

  std::string seller_, buyer_, gig_;

 private:
  static std::unique_ptr<Peers> peers_;
  static db::ConnectOptions schema_;
  static std::unique_ptr<testing::ServerProcess> server_;
  static std::unique_ptr<OfferClient> client_;
};

}  // namespace milepost::offers
