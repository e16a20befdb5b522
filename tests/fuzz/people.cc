#include "tests/fuzz/people.h"

#include <array>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/stories/story.h"

namespace milepost::fuzz {
namespace {

using billing::v1::MilestoneBilling;
using catalog::v1::GigCatalog;
using e2e::Usd;
using offers::v1::OfferService;

constexpr uint64_t kPairs = 6;  // of a seller and a buyer

class Pair {
 public:
  Pair(e2e::PlatformClient& client, Pool& pool, Random& random, uint64_t number)
      : client_(client),
        pool_(pool),
        random_(random),
        seller_(absl::StrCat("users/seller-", number % kPairs)),
        buyer_(absl::StrCat("users/buyer-", number % kPairs)) {}

  void Work() {
    MakeGig();
    if (gig_.empty()) return;
    OrderTheGig();
    for (int i = 0; i < 3; ++i) MakeOffer();
  }

 private:
  // One call; what it answers is learnt, and what it asked with.
  template <class Stub, class Request, class Response>
  std::optional<Response> Do(const std::string& actor, Stub& stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                             Request request) {
    if constexpr (requires { request.set_request_id(""); }) request.set_request_id(random_.Uuid());
    e2e::Reply<Response> reply = client_.Call(actor, stub, method, request);
    if (!reply.ok()) return std::nullopt;
    pool_.LearnWork(request, actor);
    pool_.Learn(reply.response, actor);
    return std::move(reply.response);
  }

  void MakeGig();
  void MakePlan();
  void OrderTheGig();
  void MakeOffer();
  // Works on the order for a while; where `far`, until its second milestone is to be started or paid.
  void GoOn(const std::string& order, bool far);
  // Leaves its first milestone with a dispute or a request to cancel; mostly without their end.
  void LeaveTheUsualWay(const std::string& order);
  void ReadCharges(const std::string& order);
  const std::string& OneOfBoth() { return random_.OneIn(2) ? seller_ : buyer_; }
  // Mostly one that pays.
  std::string PaymentMethod() {
    static constexpr std::array<const char*, 4> kOthers = {"pm_declined", "pm_unknown_then_ok",
                                                           "pm_unknown_then_declined", "pm_pending"};
    return random_.OneIn(6) ? random_.Pick(kOthers) : "pm_ok";
  }

  e2e::PlatformClient& client_;
  Pool& pool_;
  Random& random_;
  const std::string seller_, buyer_;
  std::string gig_;
};

void Pair::MakeGig() {
  catalog::v1::CreateGigRequest create;
  create.mutable_gig()->set_title("A plan for a bank");
  create.mutable_gig()->set_subcategory("business-plans");
  for (const auto& [package, cents] :
       {std::pair(type::v1::PACKAGE_BASIC, 15'000), std::pair(type::v1::PACKAGE_STANDARD, 40'000)}) {
    auto& added = *create.mutable_gig()->add_packages();
    added.set_package(package);
    *added.mutable_price() = Usd(cents);
    added.set_days(20);
    added.mutable_revisions()->set_count(2);
  }
  const auto created = Do(seller_, client_.catalog(), &GigCatalog::Stub::CreateGig, create);
  if (!created) return;
  gig_ = created->gig().name();
  MakePlan();
  catalog::v1::PublishGigRequest publish;
  publish.set_name(gig_);
  Do(seller_, client_.catalog(), &GigCatalog::Stub::PublishGig, publish);
}

void Pair::MakePlan() {
  catalog::v1::StartMilestonePlanRequest start;
  start.set_gig(gig_);
  // A template first, whose shares an amount turns into amounts; then from scratch, over it.
  start.set_template_id("business-plans-classic");
  Do(seller_, client_.catalog(), &GigCatalog::Stub::StartMilestonePlan, start);
  catalog::v1::PlanMilestone milestone;
  milestone.set_title("Research");
  milestone.set_description("Who buys, and what they pay.");
  milestone.add_packages(type::v1::PACKAGE_BASIC);
  milestone.add_packages(type::v1::PACKAGE_STANDARD);
  catalog::v1::UpdateMilestoneRequest update;
  update.set_gig(gig_);
  update.set_milestone_number(1);
  *update.mutable_milestone() = milestone;
  catalog::v1::MilestonePrice& price = *update.mutable_milestone()->add_prices();
  price.set_package(type::v1::PACKAGE_BASIC);
  *price.mutable_amount() = Usd(3'000);
  Do(seller_, client_.catalog(), &GigCatalog::Stub::UpdateMilestone, update);
  start.mutable_scratch();
  start.set_replace_draft(true);
  Do(seller_, client_.catalog(), &GigCatalog::Stub::StartMilestonePlan, start);
  *update.mutable_milestone() = milestone;
  Do(seller_, client_.catalog(), &GigCatalog::Stub::UpdateMilestone, update);
  for (uint64_t i = 0; i < 1 + random_.Below(2); ++i) {
    catalog::v1::AddMilestoneRequest add;
    add.set_gig(gig_);
    *add.mutable_milestone() = milestone;
    Do(seller_, client_.catalog(), &GigCatalog::Stub::AddMilestone, add);
  }
  for (const uint32_t number : {1, 1, 2, 2}) {
    catalog::v1::AddSubstepRequest substep;
    substep.set_gig(gig_);
    substep.set_milestone_number(number);
    substep.mutable_substep()->set_title("Ask ten people");
    substep.mutable_substep()->add_packages(type::v1::PACKAGE_BASIC);
    Do(seller_, client_.catalog(), &GigCatalog::Stub::AddSubstep, substep);
  }
  catalog::v1::UpdateSubstepRequest change;
  change.set_gig(gig_);
  change.set_milestone_number(2);
  change.set_substep_number(1);
  change.mutable_substep()->set_title("Ask twenty people");
  change.mutable_substep()->add_packages(type::v1::PACKAGE_STANDARD);
  Do(seller_, client_.catalog(), &GigCatalog::Stub::UpdateSubstep, change);
  if (random_.OneIn(4)) return;
  catalog::v1::PublishMilestonePlanRequest publish;
  publish.set_gig(gig_);
  Do(seller_, client_.catalog(), &GigCatalog::Stub::PublishMilestonePlan, publish);
}

void Pair::OrderTheGig() {
  for (const auto workflow : {billing::v1::ORDER_TYPE_ONE_TIME, billing::v1::ORDER_TYPE_MILESTONES}) {
    billing::v1::QuoteOrderRequest ask;
    ask.mutable_gig_selection()->set_gig(gig_);
    ask.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
    ask.mutable_gig_selection()->set_workflow(workflow);
    const auto quote = Do(buyer_, client_.billing(), &MilestoneBilling::Stub::QuoteOrder, ask);
    if (!quote || random_.OneIn(3)) continue;  // a quote that nobody has used yet
    billing::v1::PlaceGigOrderRequest place;
    place.set_quote(quote->quote());
    place.set_payment_method(PaymentMethod());
    const auto placed = Do(buyer_, client_.billing(), &MilestoneBilling::Stub::PlaceGigOrder, place);
    if (placed) GoOn(placed->order().name(), workflow == billing::v1::ORDER_TYPE_MILESTONES);
  }
}

void Pair::MakeOffer() {
  offers::v1::CreateOfferRequest create;
  create.mutable_offer()->set_buyer(buyer_);
  create.mutable_offer()->set_gig(gig_);
  create.mutable_offer()->set_conversation("inbox-thread-17");
  for (uint64_t i = 0; i < 1 + random_.Below(4); ++i) {
    auto& milestone = *create.mutable_offer()->mutable_milestones()->add_milestones();
    milestone.set_title("A step");
    milestone.set_days(5);
    *milestone.mutable_amount() = Usd(random_.Between(1, 20'000));
    milestone.mutable_revisions()->set_count(static_cast<uint32_t>(random_.Below(3)));
  }
  const auto offer = Do(seller_, client_.offers(), &OfferService::Stub::CreateOffer, create);
  if (!offer || random_.OneIn(4)) return;
  offers::v1::SendOfferRequest send;
  send.set_name(offer->offer().name());
  const auto sent = Do(seller_, client_.offers(), &OfferService::Stub::SendOffer, send);
  if (!sent || random_.OneIn(2)) return;
  offers::v1::AcceptOfferRequest accept;
  accept.set_name(sent->offer().name());
  accept.set_terms_hash(sent->offer().terms_hash());
  accept.set_payment_method(PaymentMethod());
  const auto accepted = Do(buyer_, client_.offers(), &OfferService::Stub::AcceptOffer, accept);
  if (accepted && !accepted->offer().order().empty()) GoOn(accepted->offer().order(), random_.OneIn(2));
}

void Pair::GoOn(const std::string& order, bool far) {
  billing::v1::GetOrderRequest get;
  get.set_name(order);
  Do(buyer_, client_.billing(), &MilestoneBilling::Stub::GetOrder, get);
  ReadCharges(order);
  billing::v1::ListEntriesRequest entries;
  entries.set_order(order);
  entries.set_page_size(4);
  Do("operators/fuzz", client_.ledger(), &billing::v1::Ledger::Stub::ListEntries, entries);
  if (!far && random_.OneIn(3)) return;  // late, some days from now
  if (!far && random_.OneIn(3)) return LeaveTheUsualWay(order);
  billing::v1::DeliverMilestoneRequest deliver;
  deliver.set_name(absl::StrCat(order, "/milestones/1"));
  Do(seller_, client_.billing(), &MilestoneBilling::Stub::DeliverMilestone, deliver);
  if (!far && random_.OneIn(2)) return;
  if (random_.OneIn(4)) return LeaveTheUsualWay(order);
  billing::v1::AcceptMilestoneRequest accept;
  accept.set_name(absl::StrCat(order, "/milestones/1"));
  accept.set_next(far || random_.OneIn(2) ? billing::v1::NEXT_STEP_DECIDE_LATER
                                          : billing::v1::NEXT_STEP_START_NEXT);
  Do(buyer_, client_.billing(), &MilestoneBilling::Stub::AcceptMilestone, accept);
  if (random_.OneIn(2)) return;
  billing::v1::StartNextMilestoneRequest start;
  start.set_name(order);
  // Where it is declined, the order awaits another payment (A15); where it is pending, an operator can rule.
  start.set_payment_method(random_.OneIn(2) ? "pm_declined" : "pm_pending");
  Do(buyer_, client_.billing(), &MilestoneBilling::Stub::StartNextMilestone, start);
  ReadCharges(order);
}

void Pair::LeaveTheUsualWay(const std::string& order) {
  const std::string milestone = absl::StrCat(order, "/milestones/1");
  const std::string& opener = OneOfBoth();
  if (random_.OneIn(2)) {
    billing::v1::OpenDisputeRequest open;
    open.set_name(milestone);
    open.set_message("Half of it is missing.");
    Do(opener, client_.billing(), &MilestoneBilling::Stub::OpenDispute, open);
    if (!random_.OneIn(3)) return;
    billing::v1::WithdrawDisputeRequest withdraw;
    withdraw.set_name(milestone);
    Do(opener, client_.billing(), &MilestoneBilling::Stub::WithdrawDispute, withdraw);
  }
  billing::v1::RequestCancellationRequest cancel;
  cancel.set_name(order);
  cancel.set_message("Let us end this.");
  if (random_.OneIn(2)) *cancel.mutable_seller_amount() = Usd(1);
  Do(opener, client_.billing(), &MilestoneBilling::Stub::RequestCancellation, cancel);
  if (!random_.OneIn(3)) return;
  billing::v1::AnswerCancellationRequest answer;
  answer.set_name(order);
  answer.set_answer(random_.OneIn(2) ? billing::v1::CANCELLATION_ANSWER_ACCEPT
                                     : billing::v1::CANCELLATION_ANSWER_REJECT);
  Do(opener == buyer_ ? seller_ : buyer_, client_.billing(), &MilestoneBilling::Stub::AnswerCancellation,
     answer);
}

void Pair::ReadCharges(const std::string& order) {
  billing::v1::ListChargesRequest charges;
  charges.set_order(order);
  Do("operators/fuzz", client_.billing(), &MilestoneBilling::Stub::ListCharges, charges);
}

}  // namespace

void WorkOn(e2e::PlatformClient& client, Pool& pool, Random& random, uint64_t number) {
  Pair(client, pool, random, number).Work();
}

}  // namespace milepost::fuzz
