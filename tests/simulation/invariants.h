// What must hold in every simulation, as lists of named functions. A function says what is wrong, or nothing.
//
// To add one: write the function in invariants.cc and put it into the list of the moment at which it must hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/db/deadline_rows.h"
#include "services/milestone_billing/domain/order.h"
#include "services/offer_service/domain/offer.h"
#include "tests/simulation/books.h"
#include "tests/simulation/provider.h"

namespace milepost::simulation {

// Whether the order is at its end: nothing but late money moves in it.
bool IsFinal(const billing::Order& order);

// One order and all that is kept about it.
struct OrderView {
  const billing::Order& order;
  const billing::Order* before =
      nullptr;  // as it was before the last commit; null: not known, or it was made by it
  const OrderBook& book;
  const std::vector<db::DeadlineRow>& deadlines;
  const offers::Offer* offer = nullptr;  // whose order it is, where it is an offer's
  absl::Time now;
  const Books& books;
  const Provider& provider;
};

struct OrderInvariant {
  const char* name;
  std::optional<std::string> (*broken)(const OrderView& view);
};

// After each commit, of the order that it changed.
absl::Span<const OrderInvariant> AfterACommit();
// Every 1,000 commands, of all that is unfinished and 1 % of the finished; and of everything at the end.
absl::Span<const OrderInvariant> NowAndThen();
// At the end, when nothing is due any more and operators have done what is theirs.
absl::Span<const OrderInvariant> AtTheEnd();

// Of all orders together: what is wrong with the ledger's totals.
std::optional<std::string> LedgerIsBalanced(const Books& books);

// What is wrong with an offer at the end; `order`: its order, null where it has none.
std::optional<std::string> OfferHasEnded(const offers::Offer& offer, const billing::Order* order);

}  // namespace milepost::simulation
