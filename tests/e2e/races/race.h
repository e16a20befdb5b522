// Many callers at one resource at once, through two replicas of each service on one database (DOMAIN §4, QUALITY R4).
//
//   for (const Start& start : Starts()) {
//     const std::string order = DeliveredOrder();
//     const auto outcomes = Race(start, [&](PlatformClient& client, int) { return Accept(client, order, …); });
//     ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_ACCEPTED"});
//     ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
//   }
//
// The reasons that losers get are typed by hand, from DOMAIN's tables.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {

inline constexpr absl::Duration kTick = absl::Microseconds(1);
inline constexpr int kCallers = 24;
inline constexpr int kReplicas = 2;

// What one caller was answered.
struct Outcome {
  bool ok = false;
  bool replayed = false;
  std::string reason;  // of a refusal
};

template <class Response>
Outcome OutcomeOf(const Reply<Response>& reply) {
  return {reply.ok(), reply.ok() && reply->replayed(), reply.ok() ? "" : reply.reason};
}

// The sides of a Race(): all its callers, and the one that runs beside them. Those of a RaceOf() have numbers only.
inline constexpr int kNobody = -1, kTheCallers = 0, kTheOther = 1;

// How the callers start: all at once, or each at its own moment within `spread`; and how long before the first of them the
// one that races against all begins (a clock that goes on). Where there is a `first`, that side is through before any other
// begins: who wins is certain then, and so each side does.
struct Start {
  absl::Duration spread;
  absl::Duration lead;
  int first = kNobody;
};

// Which side won, start by start: the one that began first always, and so every one.
class Wins {
 public:
  explicit Wins(int sides) : won_(sides) {}
  void Add(const Start& start, int side);
  void ExpectOneOfEach() const;

 private:
  std::vector<int> won_;
};

class RaceTest : public ::testing::Test {
 protected:
  using Step = absl::FunctionRef<Outcome(PlatformClient&, int caller)>;

  static void SetUpTestSuite() { StartPlatform({}); }
  // Flags of servers, beside those that all have.
  static void StartPlatform(std::map<Platform::Server, std::vector<std::string>> flags);
  static void TearDownTestSuite();
  void SetUp() override;

  // Different timings, so that the winner is not always the same; every race runs once with each.
  static std::vector<Start> Starts();
  // These, and one for each side that is first.
  static std::vector<Start> StartsOf(int sides);
  // The step by kCallers callers, each a thread, every second one through the second replica; answers in callers' order.
  // `against`, where given, is run beside them.
  static std::vector<Outcome> Race(
      const Start& start, Step step, absl::FunctionRef<void()> against = [] {});
  // The same of callers who want different things: as many take each of these steps, on both replicas.
  static std::vector<Outcome> RaceOf(const Start& start, std::initializer_list<Step> sides);

  // One answered OK, all others refused with one of these; nothing else.
  static void ExpectOneWinner(const std::vector<Outcome>& outcomes, const std::set<std::string>& losers);
  // Nobody won: all refused with one of these.
  static void ExpectNoWinner(const std::vector<Outcome>& outcomes, const std::set<std::string>& losers);
  // However many won: all others were refused with one of these.
  static void ExpectRefusals(const std::vector<Outcome>& outcomes, const std::set<std::string>& losers);
  // Equal request ids: all OK, and all but one say that they are replays.
  static void ExpectOneWinnerAndReplays(const std::vector<Outcome>& outcomes);
  static int Winners(const std::vector<Outcome>& outcomes);

  struct MoneyOf {
    int64_t captures;               // at the payment provider
    std::vector<int64_t> released;  // M2 by M2, in cents, in order
    int64_t escrow;                 // held, in cents
    int64_t late = 0;               // captures of attempts that had ended (M9): given back, once each
    std::vector<int64_t> back =
        {};             // of cancelled milestones (M5, M6), fees included, in cents: to the buyer, once each
    int64_t split = 0;  // the seller's part of them, before commission
  };
  // At the provider, in the order's totals and in the ledger, whose trial balance is zero. Waits for refunds.
  void ExpectMoney(const std::string& order, const MoneyOf& expected);
  void ExpectTrialBalance();
  // Everything that was posted for the order, oldest first.
  std::vector<billing::v1::Entry> Entries(const std::string& order);

  // How many refunds the provider has paid out for the order.
  int64_t Payouts(const std::string& order);
  // What late successes did: each into suspense once and out again once, and back to the buyer once; and what cancellations did: each
  // out of escrow once, and back to the buyer once.
  void ExpectGivenBack(const std::string& order, const std::vector<billing::v1::Entry>& entries,
                       const MoneyOf& expected);

  billing::v1::Order OrderNow(const std::string& name) { return story_->GetOrder(name, bea_); }
  offers::v1::Offer OfferNow(const std::string& name);

  // Orders in the states that races begin in: milestones of 120.00 and 80.00.
  offers::v1::Offer DraftOffer();
  offers::v1::Offer SentOffer();
  std::string ActiveOrder();
  std::string DeliveredOrder();
  std::string AwaitingNextOrder();
  // The payment of milestone 2 was declined.
  std::string DeclinedOrder();

  // The frozen clocks of all three services go on by this.
  static void AdvanceClocks(absl::Duration by);
  // MilestoneBilling's (OfferService's) alone, by way of one replica; fails the test where that is refused.
  static void AdvanceBilling(absl::Duration by, int replica = 0);
  static void AdvanceOffers(absl::Duration by, int replica = 0);
  static absl::Time BillingTime();
  static absl::Time OffersTime();
  // When the order's one pending deadline is due; of this kind, where it has several.
  absl::Time DueTime(const std::string& order, std::optional<billing::v1::DeadlineKind> kind = {});
  // All clocks go to one microsecond before that.
  void GoToTheEdge(const std::string& order, std::optional<billing::v1::DeadlineKind> kind = {});

  static PlatformClient& client(int replica) { return *clients_[replica]; }

  static Platform* platform_;
  static std::vector<PlatformClient*> clients_;  // one a replica
  std::optional<Story> story_;                   // through both replicas in turn
  Person sam_, bea_;
};

// The mutations that race. An empty request id: a fresh one.
Outcome Accept(PlatformClient& client, const Person& buyer, const std::string& order, int milestone,
               billing::v1::NextStep next, const std::string& request_id = "");
Outcome Deliver(PlatformClient& client, const Person& seller, const std::string& order, int milestone,
                bool final);
Outcome RequestRevision(PlatformClient& client, const Person& buyer, const std::string& order, int milestone);
Outcome StartNext(PlatformClient& client, const Person& buyer, const std::string& order,
                  const std::string& payment_method = "", const std::string& request_id = "");
Outcome EndOrder(PlatformClient& client, const Person& buyer, const std::string& order);
Outcome RetryPayment(PlatformClient& client, const Person& buyer, const std::string& order,
                     const std::string& request_id = "");
Outcome AcceptOffer(PlatformClient& client, const Person& buyer, const offers::v1::Offer& offer,
                    const std::string& request_id = "");
Outcome SendOffer(PlatformClient& client, const Person& seller, const std::string& offer);
Outcome UpdateOffer(PlatformClient& client, const Person& seller, const std::string& offer,
                    const std::string& message);
Outcome DeleteOffer(PlatformClient& client, const Person& seller, const std::string& offer);
Outcome WithdrawOffer(PlatformClient& client, const Person& seller, const std::string& offer);
Outcome DeclineOffer(PlatformClient& client, const Person& buyer, const std::string& offer);

}  // namespace milepost::e2e
