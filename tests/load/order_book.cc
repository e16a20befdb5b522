#include "tests/load/order_book.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/stack.h"
#include "common/rpc/wire.h"
#include "google/protobuf/arena.h"

namespace milepost::load {
namespace {

namespace v1 = billing::v1;

constexpr int kPreparingCalls = 256;
constexpr int kLastUsed = 2;  // of an order's three milestones
constexpr char kOfferService[] = "services/offer-service";

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

v1::PlaceOrderRequest PlaceRequest(const BookedOrder& order) {
  v1::PlaceOrderRequest request;
  request.set_request_id(NewRequestId());
  request.set_offer(rpc::NameOf("offers", NewUuid(WallNow())));
  request.set_attempt(1);
  *request.mutable_accept_until() = rpc::ToWire(WallNow() + absl::Hours(1));
  request.set_seller(order.seller);
  request.set_buyer(order.buyer);
  request.set_gig(rpc::NameOf("gigs", HashUuid(order.seller)));
  request.set_title("A film of thirty seconds");
  request.set_payment_method("pm_ok");
  request.set_terms_hash("agreed");
  for (const char* title : {"Storyboard", "First cut", "The finished film"}) {
    auto& milestone = *request.mutable_milestones()->add_milestones();
    milestone.set_title(title);
    milestone.set_description("With everything that we talked about yesterday.");
    milestone.set_days(7);
    *milestone.mutable_amount() = rpc::ToWire(Money::Usd(12'000));
    milestone.mutable_revisions()->set_count(1);
  }
  return request;
}

class StepCaller final : public Caller {
 public:
  StepCaller(Agenda& agenda, v1::MilestoneBilling::Stub& stub) : agenda_(agenda), stub_(stub) {}

  bool Start(Line& line) override {
    step_ = agenda_.Take();
    if (step_ == nullptr) return false;
    answers_.Reset();
    switch (step_->kind) {
      case StepKind::kPlace:
        line.Call(stub_, &Stub::PrepareAsyncPlaceOrder, kOfferService, PlaceRequest(*step_->order),
                  Renew(placed_));
        break;
      case StepKind::kDeliver:
        deliver_.set_request_id(NewRequestId());
        deliver_.set_name(Milestone());
        deliver_.set_message("Please have a look.");
        line.Call(stub_, &Stub::PrepareAsyncDeliverMilestone, step_->order->seller, deliver_,
                  Renew(delivered_));
        break;
      case StepKind::kAccept:
        accept_.set_request_id(NewRequestId());
        accept_.set_name(Milestone());
        accept_.set_next(v1::NEXT_STEP_DECIDE_LATER);
        line.Call(stub_, &Stub::PrepareAsyncAcceptMilestone, step_->order->buyer, accept_, Renew(accepted_));
        break;
      case StepKind::kStartNext:
        start_.set_request_id(NewRequestId());
        start_.set_name(step_->order->name);
        line.Call(stub_, &Stub::PrepareAsyncStartNextMilestone, step_->order->buyer, start_, Renew(started_));
        break;
    }
    return true;
  }

  // OK alone is not enough: the order must stand where the step leads.
  Progress End(const grpc::Status& status) override {
    step_->done = status.ok() && IsThere();
    return step_->done ? Progress::kDone : Progress::kFailed;
  }

 private:
  using Stub = v1::MilestoneBilling::Stub;

  // An order is a hundred small parts: on an arena they are read in one piece, as a client in a hurry does it.
  template <class Response>
  Response* Renew(Response*& response) {
    return response = stack::CreateMessage<Response>(answers_);
  }
  static google::protobuf::ArenaOptions WithBlock(char* block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = kAnswerBytes;
    return options;
  }

  std::string Milestone() const {
    return absl::StrCat(step_->order->name, "/milestones/", step_->order->milestone);
  }
  bool IsThere() {
    const int place = step_->order->milestone - 1;
    switch (step_->kind) {
      case StepKind::kPlace:
        step_->order->name = placed_->order().name();
        return placed_->order().state() == v1::ORDER_STATE_ACTIVE;
      case StepKind::kDeliver:
        return delivered_->order().milestones(place).state() == v1::MILESTONE_STATE_DELIVERED;
      case StepKind::kAccept:
        return accepted_->order().milestones(place).state() == v1::MILESTONE_STATE_ACCEPTED;
      case StepKind::kStartNext:
        return started_->order().milestones(place + 1).state() == v1::MILESTONE_STATE_ACTIVE;
    }
    return false;
  }

  Agenda& agenda_;
  Stub& stub_;
  Step* step_ = nullptr;
  v1::DeliverMilestoneRequest deliver_;
  v1::AcceptMilestoneRequest accept_;
  v1::StartNextMilestoneRequest start_;
  static constexpr size_t kAnswerBytes = 8192;
  alignas(std::max_align_t) char block_[kAnswerBytes];
  google::protobuf::Arena answers_{WithBlock(block_)};
  v1::PlaceOrderResponse* placed_ = nullptr;
  v1::DeliverMilestoneResponse* delivered_ = nullptr;
  v1::AcceptMilestoneResponse* accepted_ = nullptr;
  v1::StartNextMilestoneResponse* started_ = nullptr;
};

BookedOrder* TakeLast(std::vector<BookedOrder*>& from) {
  BookedOrder* const last = from.back();
  from.pop_back();
  return last;
}

}  // namespace

BillingStubs MakeBillingStubs(const std::vector<std::shared_ptr<grpc::Channel>>& channels) {
  BillingStubs stubs;
  for (const auto& channel : channels) stubs.push_back(v1::MilestoneBilling::NewStub(channel));
  return stubs;
}

std::vector<std::unique_ptr<Caller>> MakeStepCallers(Agenda& agenda, const BillingStubs& stubs, int count) {
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < count; ++i)
    callers.push_back(std::make_unique<StepCaller>(agenda, *stubs[i % stubs.size()]));
  return callers;
}

BookedOrder* OrderBook::NewOrder() {
  constexpr size_t kSellers = 1000;
  auto order = std::make_unique<BookedOrder>();
  order->buyer = absl::StrCat("users/buyer-", orders_.size());
  order->seller = absl::StrCat("users/seller-", orders_.size() % kSellers);
  orders_.push_back(std::move(order));
  return orders_.back().get();
}

absl::Status OrderBook::Stock(size_t deliveries, size_t acceptances) {
  const size_t missing = acceptances - std::min(acceptances, to_accept_.size());
  if (const size_t wanted = deliveries + missing; to_deliver_.size() < wanted) {
    if (absl::Status made = PlaceOrStart(wanted - to_deliver_.size()); !made.ok()) return made;
  }
  std::vector<Step> steps;
  for (size_t i = 0; i < missing; ++i) steps.push_back({StepKind::kDeliver, TakeLast(to_deliver_)});
  return WorkOff(std::move(steps));
}

absl::Status OrderBook::PlaceOrStart(size_t missing) {
  std::vector<Step> steps;
  while (steps.size() < missing && !to_start_.empty())
    steps.push_back({StepKind::kStartNext, TakeLast(to_start_)});
  while (steps.size() < missing) steps.push_back({StepKind::kPlace, NewOrder()});
  return WorkOff(std::move(steps));
}

absl::Status OrderBook::WorkOff(std::vector<Step> steps) {
  if (steps.empty()) return absl::OkStatus();
  Agenda agenda(std::move(steps));
  const Outcome outcome = RunClosed(MakeStepCallers(agenda, stubs_, kPreparingCalls), {});
  Return(agenda);
  if (outcome.failed == 0) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat(outcome.failed, " calls that prepare orders failed; the first: ", outcome.first_failure));
}

std::unique_ptr<Agenda> OrderBook::Steps(size_t deliveries, size_t acceptances) {
  std::vector<Step> steps;
  while (deliveries > 0 || acceptances > 0) {
    if (deliveries > 0 && deliveries-- > 0) steps.push_back({StepKind::kDeliver, TakeLast(to_deliver_)});
    if (acceptances > 0 && acceptances-- > 0) steps.push_back({StepKind::kAccept, TakeLast(to_accept_)});
  }
  return std::make_unique<Agenda>(std::move(steps));
}

void OrderBook::Return(const Agenda& agenda) {
  for (const Step& step : agenda.steps()) {
    BookedOrder* const order = step.order;
    switch (step.kind) {
      case StepKind::kPlace:
        if (step.done) to_deliver_.push_back(order);
        break;
      case StepKind::kDeliver:
        (step.done ? to_accept_ : to_deliver_).push_back(order);
        break;
      case StepKind::kAccept:
        if (!step.done) to_accept_.push_back(order);
        if (step.done && order->milestone < kLastUsed) to_start_.push_back(order);
        break;
      case StepKind::kStartNext:
        if (step.done) ++order->milestone;
        (step.done ? to_deliver_ : to_start_).push_back(order);
        break;
    }
  }
}

}  // namespace milepost::load
