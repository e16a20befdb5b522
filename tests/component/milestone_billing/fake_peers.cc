#include "tests/component/milestone_billing/fake_peers.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/rpc/call.h"
#include "common/rpc/status_map.h"

namespace milepost::billing {
namespace {

std::string ActorOf(const grpc::ServerContext& context) {
  const auto actor = context.client_metadata().find(rpc::kActorMetadata);
  if (actor == context.client_metadata().end()) return "";
  return std::string(actor->second.data(), actor->second.size());
}

}  // namespace

void FakeCatalog::Set(const catalog::v1::PreviewWorkflowResponse& gig) {
  std::lock_guard lock(mutex_);
  gigs_[gig.gig()] = gig;
  refusals_.erase(gig.gig());
}

void FakeCatalog::Refuse(const std::string& gig, absl::Status refusal) {
  std::lock_guard lock(mutex_);
  refusals_[gig] = std::move(refusal);
}

void FakeCatalog::SetState(const std::string& gig, catalog::v1::GigState state) {
  std::lock_guard lock(mutex_);
  states_[gig] = state;
}

int FakeCatalog::calls() const {
  std::lock_guard lock(mutex_);
  return calls_;
}

grpc::Status FakeCatalog::GetGig(grpc::ServerContext* context, const catalog::v1::GetGigRequest* request,
                                 catalog::v1::GetGigResponse* response) {
  std::lock_guard lock(mutex_);
  const auto state = states_.find(request->name());
  const bool deleted = state != states_.end() && state->second == catalog::v1::GIG_STATE_DELETED;
  if (deleted && absl::StartsWith(ActorOf(*context), "users/"))
    return rpc::ToGrpc(milepost::Refuse(Reason::kGigNotFound));
  response->mutable_gig()->set_name(request->name());
  response->mutable_gig()->set_state(state == states_.end() ? catalog::v1::GIG_STATE_PUBLISHED
                                                            : state->second);
  return grpc::Status::OK;
}

grpc::Status FakeCatalog::PreviewWorkflow(grpc::ServerContext*,
                                          const catalog::v1::PreviewWorkflowRequest* request,
                                          catalog::v1::PreviewWorkflowResponse* response) {
  std::lock_guard lock(mutex_);
  ++calls_;
  if (const auto refusal = refusals_.find(request->gig()); refusal != refusals_.end())
    return rpc::ToGrpc(refusal->second);
  const auto gig = gigs_.find(request->gig());
  if (gig == gigs_.end()) return rpc::ToGrpc(milepost::Refuse(Reason::kGigNotFound));
  *response = gig->second;
  response->set_package(request->package());
  return grpc::Status::OK;
}

void FakeOffers::Set(const offers::v1::Offer& offer) {
  std::lock_guard lock(mutex_);
  offers_[offer.name()] = offer;
}

void FakeOffers::TakeOutcomes() {
  std::lock_guard lock(mutex_);
  lose_answers_ = false;
  refused_.clear();
  refusal_ = absl::OkStatus();
}

void FakeOffers::LoseAnswers() {
  std::lock_guard lock(mutex_);
  lose_answers_ = true;
}

void FakeOffers::RefuseOutcomes(absl::Status refusal) {
  std::lock_guard lock(mutex_);
  refusal_ = std::move(refusal);
}

void FakeOffers::RefuseOutcomeOf(const std::string& offer, absl::Status refusal) {
  std::lock_guard lock(mutex_);
  refused_[offer] = std::move(refusal);
}

std::vector<offers::v1::RecordOrderOutcomeRequest> FakeOffers::outcomes() const {
  std::lock_guard lock(mutex_);
  return outcomes_;
}

grpc::Status FakeOffers::GetOffer(grpc::ServerContext* context, const offers::v1::GetOfferRequest* request,
                                  offers::v1::GetOfferResponse* response) {
  std::lock_guard lock(mutex_);
  const auto offer = offers_.find(request->name());
  const std::string actor = ActorOf(*context);
  if (offer == offers_.end() || (actor != offer->second.buyer() && actor != offer->second.seller()))
    return rpc::ToGrpc(Refuse(Reason::kOfferNotFound));
  *response->mutable_offer() = offer->second;
  return grpc::Status::OK;
}

grpc::Status FakeOffers::RecordOrderOutcome(grpc::ServerContext* context,
                                            const offers::v1::RecordOrderOutcomeRequest* request,
                                            offers::v1::RecordOrderOutcomeResponse*) {
  std::lock_guard lock(mutex_);
  if (ActorOf(*context) != "services/milestone-billing")
    return rpc::ToGrpc(Refuse(Reason::kNotAPeerService, {{"service", "services/milestone-billing"}}));
  outcomes_.push_back(*request);
  if (lose_answers_) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the connection broke");
  const auto refused = refused_.find(request->name());
  return rpc::ToGrpc(refused == refused_.end() ? refusal_ : refused->second);
}

FakePeers::FakePeers() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(&catalog_);
  builder.RegisterService(&offers_);
  server_ = builder.BuildAndStart();
}

FakePeers::~FakePeers() {
  server_->Shutdown();
  server_->Wait();
}

std::string FakePeers::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

}  // namespace milepost::billing
