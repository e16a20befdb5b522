// Orders to bench with: placed through MilestoneBilling's own RPCs, kept track of, and brought to where the next round
// needs them.
//
// An order has three milestones; the first two serve one delivery and one acceptance each, between them
// StartNextMilestone charges the second. The last is left alone: it would complete the order.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "tests/load/traffic.h"

namespace milepost::load {

enum class StepKind { kPlace, kDeliver, kAccept, kStartNext };

// One order as the bench sees it.
struct BookedOrder {
  std::string name;
  std::string buyer, seller;
  int milestone = 1;
};

// One call to make, and whether it was made.
struct Step {
  StepKind kind;
  BookedOrder* order;
  bool done = false;
};

// Steps that callers take one after another, each once.
class Agenda {
 public:
  explicit Agenda(std::vector<Step> steps) : steps_(std::move(steps)) {}

  Step* Take() {
    const size_t place = next_.fetch_add(1, std::memory_order_relaxed);
    return place < steps_.size() ? &steps_[place] : nullptr;
  }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  std::vector<Step> steps_;
  std::atomic<size_t> next_{0};
};

using BillingStubs = std::vector<std::unique_ptr<billing::v1::MilestoneBilling::Stub>>;
BillingStubs MakeBillingStubs(const std::vector<std::shared_ptr<grpc::Channel>>& channels);

// `count` callers that work the agenda off. Agenda and stubs outlive them.
std::vector<std::unique_ptr<Caller>> MakeStepCallers(Agenda& agenda, const BillingStubs& stubs, int count);

// Used by one thread; what it starts are threads of their own.
class OrderBook {
 public:
  // `stubs` outlive the book.
  explicit OrderBook(const BillingStubs& stubs) : stubs_(stubs) {}

  // Sees to it that so many orders wait for a delivery and for an acceptance. ABORTED when a call fails.
  absl::Status Stock(size_t deliveries, size_t acceptances);

  // An agenda of deliveries and acceptances in turn, all of distinct orders; what it took comes back with Return.
  std::unique_ptr<Agenda> Steps(size_t deliveries, size_t acceptances);
  void Return(const Agenda& agenda);

  // How many orders were placed.
  size_t placed() const { return orders_.size(); }
  const std::vector<BookedOrder*>& to_deliver() const { return to_deliver_; }

 private:
  absl::Status PlaceOrStart(size_t missing);
  absl::Status WorkOff(std::vector<Step> steps);
  BookedOrder* NewOrder();

  const BillingStubs& stubs_;
  std::vector<std::unique_ptr<BookedOrder>> orders_;
  std::vector<BookedOrder*> to_deliver_, to_accept_, to_start_;
};

}  // namespace milepost::load
