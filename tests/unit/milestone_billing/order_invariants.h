// What holds of every order after every step (DOMAIN §3 "Always", §4, W8), whatever was asked, by whom and when. For tests that let
// many things happen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {

// The books of one order: its events' postings and sums, kept beside what the order says of itself.
class Books {
 public:
  // Posts an event.
  void Post(const OrderEvent& event);
  // Compares them with the order: every cent that the provider took is in exactly one place, and totals are sums over the events.
  void Check(const Order& order) const;

 private:
  int64_t Held(absl::string_view account) const;
  void CheckSplit(const EscrowSplit& split) const;
  void CheckEscrow(const Order& order) const;
  void CheckConservation(const Order& order) const;
  void CheckTotals(const Order& order) const;

  std::map<std::string, int64_t> balances_;
  Totals totals_;
  std::map<std::string, int64_t> fees_;  // f of each charge that funded a milestone
  FeePolicy policy_;
};

// States, deadlines, requests, disputes, attempts and milestones of an order, as of `now`.
void CheckStandsRight(const Order& order, absl::Time now);

// Whether a rule decides about everything that may be asked of an order which stands like this: every method of its parties, and
// each of its deadlines that runs.
bool IsInWorkflow(const Order& order);

// Plays out all deadlines of an order that nobody touches any more. At once or one by one, that leads to the same order, which is
// over or waits for an operator, for a payment's outcome or for a new placement; an operator can end it then.
void CheckComesToAnEnd(const Order& order, absl::Time now);

}  // namespace milepost::billing
