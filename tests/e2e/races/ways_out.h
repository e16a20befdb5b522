// The steps by which orders are cancelled and disputed, as races take them, and orders in the states in which they race.
#pragma once

#include <string>

#include "tests/e2e/races/race.h"

namespace milepost::e2e {

// An empty request id: a fresh one.
Outcome CancelLate(PlatformClient& client, const Person& buyer, const std::string& order,
                   const std::string& request_id = "");
Outcome AskToCancel(PlatformClient& client, const Person& party, const std::string& order,
                    int64_t seller_cents = 0, const std::string& request_id = "");
Outcome AnswerCancellation(PlatformClient& client, const Person& party, const std::string& order,
                           billing::v1::CancellationAnswer answer, const std::string& request_id = "");
Outcome OpenDispute(PlatformClient& client, const Person& party, const std::string& order,
                    const std::string& request_id = "");
Outcome WithdrawDispute(PlatformClient& client, const Person& party, const std::string& order,
                        const std::string& request_id = "");

enum class Decision { kRelease, kRefund, kSplit };
inline constexpr int64_t kShare = 5000;  // of a split
Outcome ResolveDispute(PlatformClient& client, const Person& resolver, const std::string& order,
                       Decision decision, const std::string& request_id = "");

// Of the orders of RaceTest: milestone 1 is worth 120.00, and the buyer pays 6.60 more.
class WaysOutRaces : public RaceTest {
 protected:
  static constexpr int64_t kAllBack = 12660;
  static constexpr int64_t kRestBack = 7385;  // with kShare for the seller: 70.00 and 3.85 of the fee
  static constexpr auto kAgree = billing::v1::CANCELLATION_ANSWER_ACCEPT;
  static constexpr auto kReject = billing::v1::CANCELLATION_ANSWER_REJECT;

  // Milestone 1 is so late that the buyer may cancel it.
  std::string CancellableOrder();
  std::string DisputedOrder();
  // A delivered order that the buyer has asked to cancel, without a share for the seller.
  std::string AskedOrder();

  // The order is CANCELLED for this reason, or COMPLETED after an acceptance, and so the offer is told.
  void ExpectCancelled(const std::string& order, type::v1::CancellationReason reason);

  const Person ops_{"an operator", "operators/races-1"};
  const Person other_ops_{"another operator", "operators/races-2"};
};

}  // namespace milepost::e2e
