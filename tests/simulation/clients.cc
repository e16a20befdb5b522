#include "tests/simulation/clients.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/quote_token.h"
#include "services/milestone_billing/rpc/terms_of.h"
#include "tests/simulation/makers.h"
#include "tests/simulation/some_terms.h"

namespace milepost::simulation {
namespace {

using billing::NextAction;
using billing::Order;
using billing::Party;

constexpr size_t kSentMax = 200;
constexpr size_t kQuotesMax = 80;

Actor User(absl::string_view kind, uint64_t number) {
  return {ActorKind::kUser, absl::StrCat("users/", kind, number)};
}
Actor SomeSeller(Chance& chance) {
  return User("sam", chance.Below(12));
}
Actor SomeBuyer(Chance& chance) {
  return User("bea", chance.Below(40));
}
Actor SomeOperator(Chance& chance) {
  return {ActorKind::kOperator, absl::StrCat("operators/ops-", chance.Below(3))};
}

// What stands for the content of a request in its hash.
std::string HashOf(const Uuid& request, uint64_t variant) {
  return Sha256(absl::StrCat(request.ToString(), " ", variant));
}

bool IsParty(const Order& order, const Actor& actor, Party party) {
  switch (party) {
    case Party::kBuyer:
      return actor.name == order.buyer;
    case Party::kSeller:
      return actor.name == order.seller;
    case Party::kOperator:
      return actor.kind == ActorKind::kOperator;
    case Party::kOfferService:
    case Party::kSystem:
      return false;
  }
  return false;
}

bool IsFor(billing::Trigger trigger, const Order& order, const Actor& actor) {
  const billing::EnumSet<Party> parties = PartiesOf(trigger);
  return std::any_of(kValuesOf<Party>.begin(), kValuesOf<Party>.end(),
                     [&](Party party) { return parties.Has(party) && IsParty(order, actor, party); });
}

// One of these actions, each as often as its method weighs; null where there are none.
const NextAction* Weighed(const std::vector<const NextAction*>& actions, Chance& chance) {
  uint64_t all = 0;
  for (const NextAction* action : actions) all += MethodOf(action->trigger).weight;
  if (all == 0) return nullptr;
  uint64_t drawn = chance.Below(all);
  for (const NextAction* action : actions) {
    const uint64_t weight = MethodOf(action->trigger).weight;
    if (drawn < weight) return action;
    drawn -= weight;
  }
  return nullptr;
}

offers::SendOffer Sending(const Actor& seller) {
  offers::SendOffer send;
  send.actor = seller;
  return send;
}

// Whether somebody does not get round to it: some orders have a seller or a buyer who hardly ever does anything, and the buyers of
// some try to pay again at the last moment only.
bool PutsOff(const Order& order, const NextAction& action, absl::Time now, Chance& chance) {
  const uint64_t kind = NameOf(order.id) % 12;
  if (action.trigger == billing::kTriggerOf<billing::RetryPayment> && kind < 4)
    return !IsLastMoment(action, now);
  const bool lazy =
      (kind == 0 && action.actor == Party::kSeller) || (kind == 1 && action.actor == Party::kBuyer);
  return lazy && !chance.OneIn(IsLastMoment(action, now) ? 2 : 20);
}

template <class Map>
const typename Map::mapped_type* FindIn(const Map& map, uint64_t name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

rpc::Call Clients::CallOf(const Actor& actor, absl::string_view method, Chance& chance) const {
  rpc::Call call;
  call.actor = actor;
  call.method = std::string(method);
  call.request_id = chance.Id();
  call.request_hash = HashOf(*call.request_id, 0);
  return call;
}

void Clients::NewGig(Chance& chance) {
  const GigId gig(chance.Id());
  const Actor seller = SomeSeller(chance);
  world_.census_.gigs[NameOf(gig)] = gig;
  world_.Touch(NameOf(gig));
  for (const gig_catalog::Command& command : SomeGig(gig, seller, chance))
    (void)world_.catalog_.Do(gig, command, seller);
}

void Clients::ChangeGig(uint64_t name, Chance& chance) {
  const GigId* gig = FindIn(world_.census_.gigs, name);
  if (gig == nullptr) return;
  const std::optional<gig_catalog::Gig> found = world_.catalog_.Find(*gig);
  if (!found) return;
  world_.Touch(name);
  const Actor seller{ActorKind::kUser, found->seller};
  (void)world_.catalog_.Do(*gig, SomeGigChange(*found, seller, chance), seller);
  if (world_.catalog_.Find(*gig)->state == gig_catalog::GigState::kDeleted) world_.census_.gigs.erase(name);
}

void Clients::NewOffer(uint64_t name, Chance& chance) {
  const GigId* gig = FindIn(world_.census_.gigs, name);
  if (gig == nullptr) return;
  const Actor seller =
      chance.OneIn(20) ? SomeSeller(chance) : Actor{ActorKind::kUser, world_.catalog_.Find(*gig)->seller};
  offers::CreateOffer create;
  create.actor = seller;
  create.id = OfferId(chance.Id());
  create.buyer = chance.OneIn(40) ? seller.name : SomeBuyer(chance).name;
  create.message = "as discussed";
  create.terms = SomeOfferTerms(chance);
  if (chance.OneIn(2)) create.expire_time = world_.now_ + absl::Hours(chance.Between(1, 20 * 24));
  create.for_gig = *gig;
  const OfferId id = create.id;
  SendAboutOffer(chance.Below(kReplicas), CallOf(seller, "CreateOffer", chance), id, *gig, std::move(create));
}

void Clients::MoveOffer(uint64_t name, Chance& chance) {
  const OfferId* id = FindIn(world_.census_.open_offers, name);
  if (id == nullptr) id = FindIn(world_.census_.closed_offers, name);
  const std::optional<offers::Offer> stored = id ? world_.offers_db_.Find(*id) : std::nullopt;
  if (!stored) return;
  const offers::Offer offer = AsOf<offers::OfferDomain>(*stored, world_.now_);
  const bool drafting = offer.state == offers::OfferState::kDraft;
  const bool by_buyer = !drafting && !chance.OneIn(10);
  Actor actor{ActorKind::kUser, by_buyer ? offer.buyer : offer.seller};
  if (chance.OneIn(15)) actor = chance.OneIn(2) ? SomeBuyer(chance) : SomeOperator(chance);
  offers::OfferCommand command = SomeMove(offer, actor, chance);
  rpc::Call call = CallOf(actor, "MoveOffer", chance);
  if (auto* accept = std::get_if<offers::AcceptOffer>(&command)) accept->request = *call.request_id;
  if (chance.OneIn(8)) call.expected_sequence = offer.sequence;
  SendAboutOffer(chance.Below(kReplicas), std::move(call), offer.id, offer.gig, std::move(command));
}

offers::OfferCommand Clients::SomeMove(const offers::Offer& offer, const Actor& actor, Chance& chance) const {
  const uint64_t percent = chance.Below(100);
  if (offer.state == offers::OfferState::kDraft ? percent < 70 : percent < 5) return Sending(actor);
  if (offer.state == offers::OfferState::kDraft || percent < 8) {
    offers::UpdateOffer update;
    update.actor = actor;
    if (chance.OneIn(2)) update.terms = SomeOfferTerms(chance);
    if (chance.OneIn(3)) update.expire_time = world_.now_ + absl::Hours(chance.Between(1, 400));
    update.message = "cheaper";
    if (!chance.OneIn(6)) return update;
    return offers::DeleteOffer{actor};
  }
  if (percent < 12) return offers::WithdrawOffer{actor};
  if (percent < 16) return offers::DeclineOffer{actor, "too much"};
  offers::AcceptOffer accept;
  accept.actor = actor;
  accept.payment_method = Provider::SomeMethod(chance);
  accept.terms_hash = chance.OneIn(40) ? "other terms" : offers::TermsHash(offer.gig, offer.terms);
  return accept;
}

void Clients::AskForQuote(uint64_t name, Chance& chance) {
  const GigId* gig = FindIn(world_.census_.gigs, name);
  if (gig == nullptr) return;
  const type::v1::Package package =
      gig_catalog::ToWire(chance.OneIn(3) ? gig_catalog::Tier::kStandard : gig_catalog::Tier::kBasic);
  const auto workflow =
      chance.OneIn(3) ? billing::v1::ORDER_TYPE_ONE_TIME : billing::v1::ORDER_TYPE_MILESTONES;
  const std::string buyer = SomeBuyer(chance).name;
  const Uuid nonce = chance.Id();
  world_.Touch(NameOf(billing::OrderIdOf(nonce, buyer)));
  asio::co_spawn(world_.io_, RunQuoting(chance.Below(kReplicas), buyer, *gig, nonce, package, workflow),
                 asio::detached);
}

// As QuoteOrder, with a nonce from the story.
asio::awaitable<void> Clients::RunQuoting(size_t replica, std::string buyer, GigId gig, Uuid nonce,
                                          type::v1::Package package, billing::v1::OrderType workflow) {
  billing::GigCatalogClient& catalog = world_.billing_.replica(replica).catalog;
  auto asking =
      catalog.PreviewWorkflow(rpc::NameOf("gigs", gig.uuid()), package, {absl::InfiniteFuture(), "", buyer});
  const absl::StatusOr<catalog::v1::PreviewWorkflowResponse> seen = co_await std::move(asking);
  if (!seen.ok()) co_return;
  const billing::BillingPolicy policy;
  const absl::StatusOr<billing::Terms> terms = billing::TermsOf(*seen, workflow, policy);
  if (!terms.ok() || !billing::CheckTerms(*terms).ok()) co_return;
  const billing::Quote quote{
      buyer, gig, package, workflow, nonce, billing::TermsHash(*terms), world_.now_ + policy.quote_validity};
  const OrderId order = billing::OrderIdOf(nonce, buyer);
  std::map<uint64_t, Quoted>& quotes = world_.census_.quotes;
  if (quotes.size() >= kQuotesMax) quotes.erase(quotes.begin());
  quotes[NameOf(order)] = {billing::EncodeQuote(quote), buyer, gig, order, quote.expire_time};
}

void Clients::PlaceByQuote(uint64_t name, Chance& chance) {
  const Quoted* quoted = FindIn(world_.census_.quotes, name);
  if (quoted == nullptr) return;
  world_.Touch(name);
  Actor buyer{ActorKind::kUser, quoted->buyer};
  if (chance.OneIn(40)) buyer = SomeBuyer(chance);
  const std::string method = Provider::SomeMethod(chance);
  const rpc::Call call = CallOf(buyer, "PlaceGigOrder", chance);
  if (const auto stored = world_.orders_.Find(quoted->order); stored && buyer.name == quoted->buyer) {
    const Order order = AsOf<billing::OrderDomain>(*stored, world_.now_);
    for (const NextAction& action : NextActions(order, world_.now_))
      if (action.trigger == billing::kTriggerOf<billing::PlaceGigOrder> && method != order.placed_with())
        world_.forecasts_.Expect(*call.request_id, action);
  }
  const std::string token = quoted->token;
  if (quoted->expires <= world_.now_) world_.census_.quotes.erase(name);  // it is used once more, and no more
  SendPlacing(chance.Below(kReplicas), call, token, method);
}

// Nine times of ten something that is allowed.
Clients::Choice Clients::Choose(const std::vector<NextAction>& actions, Chance& chance) {
  std::vector<const NextAction*> allowed, blocked;
  for (const NextAction& action : actions) (action.blocked_by ? blocked : allowed).push_back(&action);
  if (!chance.OneIn(10)) {
    const NextAction* chosen = Weighed(allowed, chance);
    // What operators do comes on top of what the parties can do: rarely, where these wait.
    if (chosen && chosen->actor == Party::kOperator && !chance.OneIn(6)) chosen = nullptr;
    return {chosen};
  }
  if (!blocked.empty() && chance.OneIn(2)) return {chance.Pick(blocked)};
  const NextAction* any = actions.empty() ? nullptr : &chance.Pick(actions);
  const bool stranger = chance.OneIn(3);
  return {any, !stranger, stranger};
}

Actor Clients::ActorOf(const Order& order, const Choice& choice, Chance& chance) const {
  if (choice.stranger) {
    const Actor others[] = {SomeBuyer(chance),
                            SomeOperator(chance),
                            {ActorKind::kUser, order.seller},
                            {ActorKind::kUser, order.buyer}};
    return chance.Pick(others);
  }
  if (choice.action->actor == Party::kOperator) return SomeOperator(chance);
  return {ActorKind::kUser, choice.action->actor == Party::kBuyer ? order.buyer : order.seller};
}

void Clients::Step(uint64_t name, Chance& chance) {
  const OrderId* id = FindIn(world_.census_.unfinished, name);
  if (id == nullptr) id = FindIn(world_.census_.finished, name);
  if (id == nullptr) return;
  const Order order = AsOf<billing::OrderDomain>(*world_.orders_.Find(*id), world_.now_);
  const std::vector<NextAction> actions = NextActions(order, world_.now_);
  const Choice choice = Choose(actions, chance);
  if (choice.action == nullptr || PutsOff(order, *choice.action, world_.now_, chance)) return;
  Take(order, choice, chance);
}

void Clients::Take(const Order& order, const Choice& choice, Chance& chance) {
  const Method& method = MethodOf(choice.action->trigger);
  if (method.make == nullptr) return PlaceByQuote(NameOf(order.id), chance);
  const Actor actor = ActorOf(order, choice, chance);
  Billing::Replica& replica = world_.billing_.replica(0);
  std::optional<billing::OrderCommand> command =
      method.make({order, *choice.action, actor, world_.now_, choice.wrong, replica.charging.policy(),
                   replica.charging.recheck(), world_.provider_},
                  chance);
  if (!command) return;
  rpc::Call call = CallOf(actor, NameOf(choice.action->trigger), chance);
  call.validate_only = chance.OneIn(25);
  if (!call.validate_only && !choice.wrong && !choice.stranger)
    world_.forecasts_.Expect(*call.request_id, *choice.action);
  if (!IsFor(choice.action->trigger, order, actor)) world_.forecasts_.ExpectRefusal(*call.request_id);
  if (chance.OneIn(8)) call.expected_sequence = order.sequence;
  world_.Touch(NameOf(order.id));
  SendStep(chance.Below(kReplicas), std::move(call), order.id, *std::move(command));
}

bool Clients::OperatorActs(const OrderId& id, Chance& chance) {
  const Order order = AsOf<billing::OrderDomain>(*world_.orders_.Find(id), world_.now_);
  const std::vector<NextAction> actions = NextActions(order, world_.now_);
  std::vector<const NextAction*> theirs;
  for (const NextAction& action : actions)
    if (action.actor == Party::kOperator && !action.blocked_by) theirs.push_back(&action);
  if (theirs.empty()) return false;
  Take(order, {Weighed(theirs, chance)}, chance);
  return true;
}

void Clients::Remember(rpc::Call call, size_t replica, std::function<void(rpc::Call, size_t replica)> send) {
  const uint64_t name = NameOf(*call.request_id);
  Sent& sent = sent_.insert_or_assign(name, Sent{call, std::move(send)}).first->second;
  sent_order_.push_back(name);
  sent.send(std::move(call), replica);
  if (sent_order_.size() <= kSentMax) return;
  sent_.erase(sent_order_.front());
  sent_order_.pop_front();
}

// A client that got no answer sends the same again; a wrong one another content under the same id, or the same under a fresh one.
void Clients::Resend(uint64_t name, Chance& chance) {
  const auto found = sent_.find(name);
  if (found == sent_.end()) return;
  rpc::Call call = found->second.call;
  const uint64_t percent = chance.Below(100);
  if (percent < 15) call.request_hash = HashOf(*call.request_id, 1 + chance.Below(3));
  if (percent >= 85) {
    call.request_id = chance.Id();
    call.request_hash = HashOf(*call.request_id, 0);
  }
  found->second.send(std::move(call), chance.Below(kReplicas));
}

void Clients::SendStep(size_t replica, rpc::Call call, const OrderId& order, billing::OrderCommand command) {
  const auto send = [this, order, command = std::move(command)](rpc::Call sent, size_t at) {
    world_.Touch(NameOf(order));
    asio::co_spawn(world_.io_, RunStep(at, std::move(sent), order, command), asio::detached);
  };
  Remember(std::move(call), replica, send);
}

asio::awaitable<void> Clients::RunStep(size_t replica, rpc::Call call, OrderId order,
                                       billing::OrderCommand command) {
  const bool only_asks = call.validate_only;
  const std::optional<Order> before = only_asks ? world_.orders_.Find(order) : std::nullopt;
  auto running =
      world_.billing_.replica(replica).steps.Run(std::move(call), order, std::move(command), order.uuid());
  const absl::StatusOr<billing::Stepped> stepped = co_await std::move(running);
  if (!stepped.ok()) ++world_.refusals_[ReasonOf(stepped.status())];
  if (only_asks && world_.orders_.Find(order) != before)
    world_.findings_.Add("AValidationWritesNothing", NameOf(order),
                         "a request with validate_only changed the order");
}

void Clients::SendAboutOffer(size_t replica, rpc::Call call, OfferId offer, GigId gig,
                             offers::OfferCommand command) {
  const auto send = [this, offer, gig, command = std::move(command), sent_before = 0](rpc::Call sent,
                                                                                      size_t at) mutable {
    // Its handler gives a new offer an id of its own whenever it is asked; a replay makes none.
    if (auto* create = std::get_if<offers::CreateOffer>(&command); create && sent_before > 0)
      create->id = OfferId(DeriveUuid(offer.uuid(), "once more", absl::StrCat(sent_before)));
    ++sent_before;
    const auto* create = std::get_if<offers::CreateOffer>(&command);
    const OfferId id = create ? create->id : offer;
    if (create) world_.census_.open_offers[NameOf(id)] = id;
    world_.Touch(NameOf(offer));
    world_.Touch(NameOf(id));
    asio::co_spawn(world_.io_, world_.offers_.Handle(at, std::move(sent), id, gig, command), asio::detached);
  };
  Remember(std::move(call), replica, send);
}

void Clients::SendPlacing(size_t replica, rpc::Call call, const std::string& quote,
                          const std::string& payment_method) {
  billing::v1::PlaceGigOrderRequest request;
  request.set_quote(quote);
  request.set_payment_method(payment_method);
  const auto send = [this, request](rpc::Call sent, size_t at) {
    asio::co_spawn(world_.io_, RunPlacing(at, std::move(sent), request), asio::detached);
  };
  Remember(std::move(call), replica, send);
}

asio::awaitable<void> Clients::RunPlacing(size_t replica, rpc::Call call,
                                          billing::v1::PlaceGigOrderRequest request) {
  auto placing = world_.billing_.replica(replica).placing.PlaceGigOrder(std::move(call), request);
  const absl::StatusOr<billing::v1::PlaceGigOrderResponse> placed = co_await std::move(placing);
  if (!placed.ok()) ++world_.refusals_[ReasonOf(placed.status())];
}

}  // namespace milepost::simulation
