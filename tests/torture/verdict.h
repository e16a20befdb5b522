// The judgement on a round: what the record promises against what the books say. Pure; each finding is one sentence that
// names what is wrong. tests/unit/torture shows, with doctored books, that each of them is found.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "tests/torture/books.h"
#include "tests/torture/record.h"

namespace milepost::torture {

using Violations = std::vector<std::string>;

// An acknowledged command, sent once more: a replay, of the same resource, at or after the state that was told.
Violations CheckReplay(const Acknowledged& command, const Retold& again);

// Every aggregate that anybody was told of is there, at or after the state that was told.
Violations CheckSequences(Victim service, const absl::flat_hash_map<Uuid, uint64_t>& told,
                          const std::map<Uuid, uint64_t>& stored);

// Every acknowledged request is remembered, by its aggregate; no refused one is.
Violations CheckRequests(Victim service, const std::vector<Promise>& promises,
                         const std::vector<Uuid>& traceless, const std::vector<Books::RequestRow>& stored);

// One order: nothing open; each milestone charged once at most and exactly once where it is funded, as the provider has
// it; each charge given back once at most, the whole where the money came too late, and the buyer's part where its milestone was
// cancelled; its ledger in balance; escrow = funded − released − refunded, 0 at the end; its events without a gap; its
// audit consistent (W1); its offer agreeing.
Violations CheckOrder(const OrderRow& order, const ProviderRows& provider);

// An order of which somebody was told that it is over: it is so still, with as much given back.
Violations CheckEnd(const OrderRow& order, const OrderEnd& told);

// ACCEPTED ⇔ its order is placed.
Violations CheckOffer(const OfferRow& offer);

// Every event has its position, and there are no others.
Violations CheckStream(Victim service, const StreamRow& stream);

// The provider's captures and payouts are the ledger's.
Violations CheckTotals(const Totals& totals);

}  // namespace milepost::torture
