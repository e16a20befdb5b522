// What people do: sellers with gigs and offers, buyers who order, pay and judge, operators, and all of them now and then what they must
// not do. Each act is one entry of a story; all its choices come from the entry.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "asio/awaitable.hpp"
#include "common/core/actor.h"
#include "common/rpc/call.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/story.h"
#include "tests/simulation/world.h"

namespace milepost::simulation {

class Clients {
 public:
  explicit Clients(World& world) : world_(world) {}

  void NewGig(Chance& chance);
  void ChangeGig(uint64_t gig, Chance& chance);
  void NewOffer(uint64_t gig, Chance& chance);
  void MoveOffer(uint64_t offer, Chance& chance);
  void AskForQuote(uint64_t gig, Chance& chance);
  void PlaceByQuote(uint64_t order, Chance& chance);
  void Step(uint64_t order, Chance& chance);
  void Resend(uint64_t request, Chance& chance);
  // An operator does all that is allowed and not blocked about the order; false: there is nothing.
  bool OperatorActs(const OrderId& order, Chance& chance);

  // The names of the latest requests, which can be sent again.
  const std::deque<uint64_t>& sent() const { return sent_order_; }

 private:
  struct Choice {
    const billing::NextAction* action = nullptr;
    bool wrong = false;     // not as the action says
    bool stranger = false;  // by somebody whom it is not for
  };

  rpc::Call CallOf(const Actor& actor, absl::string_view method, Chance& chance) const;
  static Choice Choose(const std::vector<billing::NextAction>& actions, Chance& chance);
  Actor ActorOf(const billing::Order& order, const Choice& choice, Chance& chance) const;
  void Take(const billing::Order& order, const Choice& choice, Chance& chance);
  // Send a request on an order, on an offer, or for an order by a quote, and remember how to send it again.
  void SendStep(size_t replica, rpc::Call call, const OrderId& order, billing::OrderCommand command);
  void SendAboutOffer(size_t replica, rpc::Call call, OfferId offer, GigId gig, offers::OfferCommand command);
  void SendPlacing(size_t replica, rpc::Call call, const std::string& quote,
                   const std::string& payment_method);
  void Remember(rpc::Call call, size_t replica, std::function<void(rpc::Call, size_t replica)> send);

  asio::awaitable<void> RunStep(size_t replica, rpc::Call call, OrderId order, billing::OrderCommand command);
  asio::awaitable<void> RunPlacing(size_t replica, rpc::Call call, billing::v1::PlaceGigOrderRequest request);
  asio::awaitable<void> RunQuoting(size_t replica, std::string buyer, GigId gig, Uuid nonce,
                                   type::v1::Package package, billing::v1::OrderType workflow);
  offers::OfferCommand SomeMove(const offers::Offer& offer, const Actor& actor, Chance& chance) const;

  struct Sent {
    rpc::Call call;
    std::function<void(rpc::Call, size_t replica)> send;
  };
  World& world_;
  std::map<uint64_t, Sent> sent_;
  std::deque<uint64_t> sent_order_;
};

}  // namespace milepost::simulation
