#include "tests/load/whole_order.h"

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/rpc/wire.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "milepost/offers/v1/offer_service.grpc.pb.h"

namespace milepost::load {
namespace {

constexpr int kChannels = 2;
constexpr int kGigs = 100;
constexpr int kMilestones = 3;

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

template <class Stub, class Request, class Response>
absl::Status Ask(Stub& stub, const std::string& actor,
                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                 Request request, Response* response) {
  grpc::ClientContext context;
  context.AddMetadata("milepost-actor", actor);
  request.set_request_id(NewRequestId());
  const grpc::Status status = (stub.*method)(&context, request, response);
  return status.ok() ? absl::OkStatus() : absl::AbortedError(status.error_message());
}

absl::StatusOr<std::string> PublishGig(catalog::v1::GigCatalog::Stub& stub, const std::string& seller) {
  catalog::v1::CreateGigRequest create;
  create.mutable_gig()->set_title("Films of thirty seconds");
  create.mutable_gig()->set_description("Storyboard, first cut, finished film.");
  create.mutable_gig()->set_subcategory("business-plans");
  auto& basic = *create.mutable_gig()->add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  *basic.mutable_price() = rpc::ToWire(Money::Usd(15'000));
  basic.set_days(21);
  catalog::v1::CreateGigResponse created;
  absl::Status status = Ask(stub, seller, &catalog::v1::GigCatalog::Stub::CreateGig, create, &created);
  if (!status.ok()) return status;
  catalog::v1::PublishGigRequest publish;
  publish.set_name(created.gig().name());
  catalog::v1::PublishGigResponse published;
  status = Ask(stub, seller, &catalog::v1::GigCatalog::Stub::PublishGig, publish, &published);
  if (!status.ok()) return status;
  return created.gig().name();
}

}  // namespace

struct WholeOrders::Stubs {
  std::unique_ptr<offers::v1::OfferService::Stub> offers;
  std::unique_ptr<billing::v1::MilestoneBilling::Stub> billing;
};

// What was done last: the call whose answer is awaited.
class WholeOrders::OrderCaller final : public Caller {
 public:
  OrderCaller(Stubs& stubs, const Gig& gig, std::string buyer)
      : stubs_(stubs), gig_(gig), buyer_(std::move(buyer)) {}

  bool Start(Line& line) override {
    switch (stage_) {
      case Stage::kCreate:
        Create(line);
        break;
      case Stage::kSend:
        Send(line);
        break;
      case Stage::kAcceptOffer:
        AcceptOffer(line);
        break;
      case Stage::kDeliver:
        Deliver(line);
        break;
      case Stage::kAccept:
        Accept(line);
        break;
    }
    return true;
  }

  Progress End(const grpc::Status& status) override {
    const bool complete = stage_ == Stage::kAccept && milestone_ == kMilestones;
    if (!status.ok() || !Follow()) {
      stage_ = Stage::kCreate;
      return Progress::kFailed;
    }
    return complete ? Progress::kDone : Progress::kGoesOn;
  }

 private:
  using Offers = offers::v1::OfferService::Stub;
  using Billing = billing::v1::MilestoneBilling::Stub;
  enum class Stage { kCreate, kSend, kAcceptOffer, kDeliver, kAccept };

  void Create(Line& line) {
    offers::v1::CreateOfferRequest request;
    request.set_request_id(NewRequestId());
    offers::v1::Offer& draft = *request.mutable_offer();
    draft.set_buyer(buyer_);
    draft.set_gig(gig_.name);
    draft.set_conversation("inbox-thread-17");
    draft.set_message("As we talked about yesterday.");
    for (const char* title : {"Storyboard", "First cut", "The finished film"}) {
      auto& milestone = *draft.mutable_milestones()->add_milestones();
      milestone.set_title(title);
      milestone.set_days(7);
      *milestone.mutable_amount() = rpc::ToWire(Money::Usd(12'000));
      milestone.mutable_revisions()->set_count(1);
    }
    line.Call(*stubs_.offers, &Offers::PrepareAsyncCreateOffer, gig_.seller, request, &created_);
  }
  void Send(Line& line) {
    offers::v1::SendOfferRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(created_.offer().name());
    line.Call(*stubs_.offers, &Offers::PrepareAsyncSendOffer, gig_.seller, request, &sent_);
  }
  void AcceptOffer(Line& line) {
    offers::v1::AcceptOfferRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(sent_.offer().name());
    request.set_terms_hash(sent_.offer().terms_hash());
    request.set_payment_method("pm_ok");
    line.Call(*stubs_.offers, &Offers::PrepareAsyncAcceptOffer, buyer_, request, &agreed_);
  }
  void Deliver(Line& line) {
    billing::v1::DeliverMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(Milestone());
    request.set_final_delivery(milestone_ == kMilestones);
    request.set_message("Please have a look.");
    line.Call(*stubs_.billing, &Billing::PrepareAsyncDeliverMilestone, gig_.seller, request, &delivered_);
  }
  void Accept(Line& line) {
    billing::v1::AcceptMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(Milestone());
    if (milestone_ < kMilestones) request.set_next(billing::v1::NEXT_STEP_START_NEXT);
    line.Call(*stubs_.billing, &Billing::PrepareAsyncAcceptMilestone, buyer_, request, &accepted_);
  }
  std::string Milestone() const { return absl::StrCat(agreed_.offer().order(), "/milestones/", milestone_); }

  // Goes to the next stage; false: the answer is not what a good order gives.
  bool Follow() {
    switch (stage_) {
      case Stage::kCreate:
        stage_ = Stage::kSend;
        return true;
      case Stage::kSend:
        stage_ = Stage::kAcceptOffer;
        return true;
      case Stage::kAcceptOffer:
        stage_ = Stage::kDeliver;
        milestone_ = 1;
        return agreed_.offer().state() == offers::v1::OFFER_STATE_ACCEPTED;
      case Stage::kDeliver:
        stage_ = Stage::kAccept;
        return true;
      case Stage::kAccept:
        break;
    }
    if (milestone_ == kMilestones) {
      stage_ = Stage::kCreate;
      return accepted_.order().state() == billing::v1::ORDER_STATE_COMPLETED;
    }
    stage_ = Stage::kDeliver;
    return accepted_.order().milestones(milestone_++).state() == billing::v1::MILESTONE_STATE_ACTIVE;
  }

  Stubs& stubs_;
  const Gig& gig_;
  const std::string buyer_;
  Stage stage_ = Stage::kCreate;
  int milestone_ = 1;
  offers::v1::CreateOfferResponse created_;
  offers::v1::SendOfferResponse sent_;
  offers::v1::AcceptOfferResponse agreed_;
  billing::v1::DeliverMilestoneResponse delivered_;
  billing::v1::AcceptMilestoneResponse accepted_;
};

WholeOrders::WholeOrders(const std::string& catalog, const std::string& offers, const std::string& billing)
    : catalog_(catalog) {
  const auto to_offers = Connect(offers, kChannels), to_billing = Connect(billing, kChannels);
  for (int i = 0; i < kChannels; ++i) {
    stubs_.push_back(std::make_unique<Stubs>());
    stubs_.back()->offers = offers::v1::OfferService::NewStub(to_offers[i]);
    stubs_.back()->billing = billing::v1::MilestoneBilling::NewStub(to_billing[i]);
  }
}

WholeOrders::~WholeOrders() = default;

absl::Status WholeOrders::Prepare() {
  const auto stub = catalog::v1::GigCatalog::NewStub(Connect(catalog_, 1).front());
  for (int i = 0; i < kGigs; ++i) {
    const std::string seller = absl::StrCat("users/film-maker-", i);
    absl::StatusOr<std::string> gig = PublishGig(*stub, seller);
    if (!gig.ok()) return gig.status();
    gigs_.push_back({*std::move(gig), seller});
  }
  return absl::OkStatus();
}

std::vector<std::unique_ptr<Caller>> WholeOrders::MakeCallers(int count) {
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < count; ++i) {
    callers.push_back(std::make_unique<OrderCaller>(*stubs_[i % stubs_.size()], gigs_[i % gigs_.size()],
                                                    absl::StrCat("users/client-", i)));
  }
  return callers;
}

}  // namespace milepost::load
