// GigCatalog and OfferService as MilestoneBilling sees them, scripted by the test: small gRPC servers in this process.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "milepost/offers/v1/offer_service.grpc.pb.h"

namespace milepost::billing {

// Thread-safe.
class FakeCatalog final : public catalog::v1::GigCatalog::Service {
 public:
  // What PreviewWorkflow answers for this gig, whatever the package; until it is set: GIG_NOT_FOUND.
  void Set(const catalog::v1::PreviewWorkflowResponse& gig);
  void Refuse(const std::string& gig, absl::Status refusal);
  // What GetGig answers for this gig; until it is set: PUBLISHED.
  void SetState(const std::string& gig, catalog::v1::GigState state);
  int calls() const;

  grpc::Status GetGig(grpc::ServerContext* context, const catalog::v1::GetGigRequest* request,
                      catalog::v1::GetGigResponse* response) override;
  grpc::Status PreviewWorkflow(grpc::ServerContext* context,
                               const catalog::v1::PreviewWorkflowRequest* request,
                               catalog::v1::PreviewWorkflowResponse* response) override;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, catalog::v1::PreviewWorkflowResponse> gigs_;
  std::map<std::string, absl::Status> refusals_;
  std::map<std::string, catalog::v1::GigState> states_;
  int calls_ = 0;
};

// Thread-safe.
class FakeOffers final : public offers::v1::OfferService::Service {
 public:
  // What GetOffer answers to the offer's parties; until it is set: OFFER_NOT_FOUND.
  void Set(const offers::v1::Offer& offer);
  // How RecordOrderOutcome goes from now on: taken and answered, taken with the answer lost, or refused.
  void TakeOutcomes();
  void LoseAnswers();
  void RefuseOutcomes(absl::Status refusal);
  // The outcome of this offer's order is refused, whatever becomes of the others.
  void RefuseOutcomeOf(const std::string& offer, absl::Status refusal);
  // Every RecordOrderOutcome that came, repetitions included.
  std::vector<offers::v1::RecordOrderOutcomeRequest> outcomes() const;

  grpc::Status GetOffer(grpc::ServerContext* context, const offers::v1::GetOfferRequest* request,
                        offers::v1::GetOfferResponse* response) override;
  grpc::Status RecordOrderOutcome(grpc::ServerContext* context,
                                  const offers::v1::RecordOrderOutcomeRequest* request,
                                  offers::v1::RecordOrderOutcomeResponse* response) override;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, offers::v1::Offer> offers_;
  std::vector<offers::v1::RecordOrderOutcomeRequest> outcomes_;
  std::map<std::string, absl::Status> refused_;
  bool lose_answers_ = false;
  absl::Status refusal_;
};

// Both, on one port of this machine.
class FakePeers {
 public:
  FakePeers();
  ~FakePeers();

  FakeCatalog& catalog() { return catalog_; }
  FakeOffers& offers() { return offers_; }
  std::string address() const;

 private:
  FakeCatalog catalog_;
  FakeOffers offers_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace milepost::billing
