#include "tests/simulation/ending.h"

#include <algorithm>
#include <vector>

#include "tests/simulation/clients.h"

namespace milepost::simulation {
namespace {

constexpr uint64_t kRoundsOfOperators = 20;
constexpr absl::Duration kLongest = absl::Hours(24 * 400);  // nothing in an order's life takes longer …
constexpr uint64_t kCommandsAnOrder = 400;                  // … or more commands, if nobody starts anything
constexpr size_t kAll = 100'000;

}  // namespace

void Ending::Play() {
  world_.calm_ = true;
  world_.network_.Calm();
  for (const uint64_t name : world_.network_.HeldUp()) world_.network_.DeliverHeldUp(name);
  world_.io_.poll();
  RunDown();
  for (uint64_t round = 0; round < kRoundsOfOperators && LetOperatorsAct(round); ++round) RunDown();
  if (!world_.findings_.first()) Check();
}

void Ending::RunDown() {
  const absl::Time too_late = world_.now_ + kLongest;
  const Census& census = world_.census_;
  const uint64_t alive = census.unfinished.size() + census.open_offers.size() + 10;
  const uint64_t too_many = world_.commands() + kCommandsAnOrder * alive;
  for (uint64_t n = 0; !world_.findings_.first(); ++n) {
    world_.Settle(Mix(world_.options_.seed, n));
    DoAllWork();
    world_.Settle(Mix(world_.options_.seed, ~n));
    const std::optional<absl::Time> next = world_.NextDue();
    if (!next) return;
    if (*next > too_late || world_.commands() > too_many)
      return world_.findings_.Add("EverythingEnds", 0, "something falls due again and again");
    // What is due and could not be done is tried again a moment later.
    Chance chance(Mix(world_.options_.seed, n));
    world_.MoveTo(std::max(*next, world_.now_ + absl::Seconds(1)), chance);
  }
}

void Ending::DoAllWork() {
  for (const Books::Work work : Books::kAllWork) world_.TakeDue(work, 0, kAll);
  world_.DriveAcceptances(0, kAll);
  world_.io_.poll();
  world_.Sweep(1);
}

bool Ending::LetOperatorsAct(uint64_t round) {
  std::vector<OrderId> unfinished;
  for (const auto& [name, id] : world_.census_.unfinished) unfinished.push_back(id);
  bool acted = false;
  for (const OrderId& id : unfinished) {
    Chance chance(Mix(NameOf(id), round));
    acted = world_.clients_->OperatorActs(id, chance) || acted;
  }
  world_.io_.poll();
  return acted;
}

void Ending::Check() {
  std::vector<OrderId> orders;
  for (const auto* some : {&world_.census_.unfinished, &world_.census_.finished})
    for (const auto& [name, id] : *some) orders.push_back(id);
  for (const OrderId& id : orders) {
    world_.CheckOrder(id, nullptr, NowAndThen());
    world_.CheckOrder(id, nullptr, AtTheEnd());
  }
  for (const auto* some : {&world_.census_.open_offers, &world_.census_.closed_offers}) {
    for (const auto& [name, id] : *some) {
      const std::optional<offers::Offer> offer = world_.offers_db_.Find(id);
      if (!offer) continue;  // it was refused
      const std::optional<billing::Order> order = world_.orders_.Find(offers::OrderOf(id));
      if (auto wrong = OfferHasEnded(*offer, order ? &*order : nullptr))
        world_.findings_.Add("OfferHasEnded", name, *std::move(wrong));
    }
  }
  if (auto wrong = LedgerIsBalanced(world_.books_))
    world_.findings_.Add("LedgerIsBalanced", 0, *std::move(wrong));
}

}  // namespace milepost::simulation
