#include "tests/component/offer_service/peers.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/core/refusal.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/status_map.h"
#include "common/rpc/wire.h"
#include "grpcpp/server_builder.h"

namespace milepost::offers {
namespace {

namespace bv1 = billing::v1;
namespace cv1 = catalog::v1;

std::string ActorOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("milepost-actor");
  return found == context.client_metadata().end() ? ""
                                                  : std::string(found->second.data(), found->second.size());
}

bool MaySee(const cv1::Gig& gig, const std::string& actor) {
  if (absl::StartsWith(actor, "services/") || actor == gig.seller()) return true;
  return gig.state() == cv1::GIG_STATE_PUBLISHED || gig.state() == cv1::GIG_STATE_PAUSED;
}

std::string ChargeOf(const bv1::PlaceOrderRequest& request) {
  const Uuid offer = *rpc::IdIn(request.offer(), "offers");
  return rpc::NameOf("charges", DeriveUuid(offer, "charge", absl::StrCat(request.attempt())));
}

}  // namespace

std::string FakeGigCatalog::AddGig(const std::string& seller, cv1::GigState state,
                                   const std::string& subcategory) {
  cv1::Gig gig;
  gig.set_name(rpc::NameOf("gigs", NewUuid(WallNow())));
  gig.set_seller(seller);
  gig.set_title("3D animation");
  gig.set_subcategory(subcategory);
  gig.set_state(state);
  gig.set_milestone_offers(subcategory == "3d-product");
  const std::lock_guard lock(mutex_);
  gigs_[gig.name()] = gig;
  return gig.name();
}

void FakeGigCatalog::SetState(const std::string& gig, cv1::GigState state) {
  const std::lock_guard lock(mutex_);
  gigs_.at(gig).set_state(state);
}

void FakeGigCatalog::SetMilestoneOffers(const std::string& gig, bool allowed) {
  const std::lock_guard lock(mutex_);
  gigs_.at(gig).set_milestone_offers(allowed);
}

void FakeGigCatalog::FailWith(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  failure_ = status;
}

int FakeGigCatalog::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

grpc::Status FakeGigCatalog::GetGig(grpc::ServerContext* context, const cv1::GetGigRequest* request,
                                    cv1::GetGigResponse* response) {
  const std::lock_guard lock(mutex_);
  ++asked_;
  if (!failure_.ok()) return failure_;
  const auto gig = gigs_.find(request->name());
  if (gig == gigs_.end() || !MaySee(gig->second, ActorOf(*context)))
    return rpc::ToGrpc(Refuse(Reason::kGigNotFound));
  *response->mutable_gig() = gig->second;
  return grpc::Status::OK;
}

void FakeBilling::Answer(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void FakeBilling::Hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FakeBilling::Release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

void FakeBilling::AwaitCalls(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return calls_.size() >= count; });
}

std::vector<bv1::PlaceOrderRequest> FakeBilling::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::vector<bv1::PlaceOrderRequest> FakeBilling::previews() const {
  const std::lock_guard lock(mutex_);
  return previews_;
}

void FakeBilling::Forget() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
  previews_.clear();
}

grpc::Status FakeBilling::PlaceOrder(grpc::ServerContext* context, const bv1::PlaceOrderRequest* request,
                                     bv1::PlaceOrderResponse* response) {
  if (ActorOf(*context) != "services/offer-service") return rpc::ToGrpc(Refuse(Reason::kNotAPeerService));
  std::unique_lock lock(mutex_);
  (request->validate_only() ? previews_ : calls_).push_back(*request);
  changed_.notify_all();
  changed_.wait(lock, [&] { return !held_; });
  const Script script = script_ ? script_ : Places();
  lock.unlock();
  return script(*request, *response);
}

FakeBilling::Script Places() {
  return [](const bv1::PlaceOrderRequest& request, bv1::PlaceOrderResponse& response) {
    response.set_placement(bv1::PLACEMENT_STATE_PLACED);
    response.mutable_payment()->set_state(type::v1::PAYMENT_STATE_SUCCEEDED);
    response.mutable_payment()->set_charge(ChargeOf(request));
    if (request.validate_only())
      *response.mutable_preview()->mutable_charged_now()->mutable_total() = rpc::ToWire(Money::Usd(1'234));
    return grpc::Status::OK;
  };
}

FakeBilling::Script LeavesOpen() {
  return [](const bv1::PlaceOrderRequest& request, bv1::PlaceOrderResponse& response) {
    response.set_placement(bv1::PLACEMENT_STATE_OPEN);
    response.mutable_payment()->set_state(type::v1::PAYMENT_STATE_OPEN);
    response.mutable_payment()->set_charge(ChargeOf(request));
    return grpc::Status::OK;
  };
}

FakeBilling::Script Declines(const std::string& reason) {
  return [reason](const bv1::PlaceOrderRequest& request, bv1::PlaceOrderResponse& response) {
    response.set_placement(bv1::PLACEMENT_STATE_FAILED);
    response.mutable_payment()->set_state(type::v1::PAYMENT_STATE_DECLINED);
    rpc::SetWhy(reason, *response.mutable_payment());
    response.mutable_payment()->set_charge(ChargeOf(request));
    return grpc::Status::OK;
  };
}

FakeBilling::Script Refuses(const absl::Status& refusal) {
  return [refusal](const bv1::PlaceOrderRequest&, bv1::PlaceOrderResponse&) { return rpc::ToGrpc(refusal); };
}

FakeBilling::Script Vanishes() {
  return [](const bv1::PlaceOrderRequest&, bv1::PlaceOrderResponse&) {
    return grpc::Status(grpc::StatusCode::UNKNOWN, "Stream removed");
  };
}

Peers::Peers() {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&catalog);
  builder.RegisterService(&billing);
  server_ = builder.BuildAndStart();
  address_ = absl::StrCat("127.0.0.1:", port);
}

Peers::~Peers() {
  billing.Release();
  server_->Shutdown();
}

}  // namespace milepost::offers
