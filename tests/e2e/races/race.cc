#include "tests/e2e/races/race.h"

#include <algorithm>
#include <latch>
#include <numeric>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "common/core/clock.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::Ledger;
using billing::v1::MilestoneBilling;
using offers::v1::OfferService;
using testing::v1::TestClock;

constexpr char kRacesOperator[] = "operators/races";
constexpr int64_t kFirst = 12000, kSecond = 8000;

// A real pause of a caller before it calls: what makes the order of arrival differ, nothing is waited for.
void PauseFor(absl::Duration pause) {
  std::this_thread::sleep_for(absl::ToChronoMicroseconds(pause));
}

std::string IdOr(const std::string& request_id) {
  return request_id.empty() ? NewRequestId() : request_id;
}

void Advance(TestClock::Stub& clock, PlatformClient& client, absl::Duration by) {
  testing::v1::AdvanceClockRequest request;
  request.mutable_by()->set_seconds(absl::ToInt64Seconds(by));
  request.mutable_by()->set_nanos(
      static_cast<int32_t>((by - absl::Seconds(absl::ToInt64Seconds(by))) / absl::Nanoseconds(1)));
  const auto advanced = client.Call(kRacesOperator, clock, &TestClock::Stub::AdvanceClock, request);
  EXPECT_TRUE(advanced.ok()) << advanced.reason << " " << advanced.status.error_message();
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Time Now(TestClock::Stub& clock, PlatformClient& client) {
  const auto reading =
      client.Call(kRacesOperator, clock, &TestClock::Stub::GetClock, testing::v1::GetClockRequest());
  EXPECT_TRUE(reading.ok()) << reading.reason;
  return TimeOf(reading->now());
}

// Lets all begin at once; or one side, and the others when all of it are through.
class Gate {
 public:
  // `of_first`: how many are of the side that is first.
  Gate(int all, int first, int of_first)
      : first_(first), ready_(all), through_(first == kNobody ? 0 : of_first) {}

  void Enter(int side) {
    ready_.arrive_and_wait();
    if (side != first_) through_.wait();
  }
  void Leave(int side) {
    if (side == first_) through_.count_down();
  }

 private:
  const int first_;
  std::latch ready_, through_;
};

std::vector<Outcome> CallAll(const Start& start, Gate& gate, absl::FunctionRef<int(int caller)> side_of,
                             absl::FunctionRef<Outcome(int caller)> call) {
  std::vector<Outcome> outcomes(kCallers);
  std::vector<std::thread> threads;
  for (int caller = 0; caller < kCallers; ++caller) {
    threads.emplace_back([&, caller] {
      std::minstd_rand random(static_cast<uint32_t>(caller + 1));
      const absl::Duration pause =
          start.lead + start.spread * std::uniform_real_distribution<double>(0, 1)(random);
      gate.Enter(side_of(caller));
      PauseFor(pause);
      outcomes[caller] = call(caller);
      gate.Leave(side_of(caller));
    });
  }
  for (std::thread& thread : threads) thread.join();
  return outcomes;
}

// What is on its way back to the buyer.
int64_t InTransit(const std::vector<billing::v1::Entry>& entries) {
  int64_t transit = 0;
  for (const billing::v1::Entry& entry : entries)
    if (entry.account() == "refund:transit") transit += Cents(entry.credit()) - Cents(entry.debit());
  return transit;
}

void ExpectRefusedWith(const std::vector<Outcome>& outcomes, const std::set<std::string>& reasons) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.ok) continue;
    EXPECT_TRUE(reasons.contains(outcome.reason)) << "refused with \"" << outcome.reason << '"';
  }
}

}  // namespace

Platform* RaceTest::platform_ = nullptr;
std::vector<PlatformClient*> RaceTest::clients_;

void RaceTest::StartPlatform(std::map<Platform::Server, std::vector<std::string>> flags) {
  platform_ = new Platform({.replicas = kReplicas, .test_clock = "frozen", .flags = std::move(flags)});
  ASSERT_THAT(platform_->Start(), testing::IsOk());
  for (int replica = 0; replica < kReplicas; ++replica)
    clients_.push_back(new PlatformClient(platform_->addresses(replica)));
}

void RaceTest::TearDownTestSuite() {
  for (PlatformClient* client : clients_) delete client;
  clients_.clear();
  delete platform_;
  platform_ = nullptr;
}

void RaceTest::SetUp() {
  story_.emplace(platform_->client(), "a race", NewRequestId().substr(24));
  sam_ = story_->NewPerson("sam");
  bea_ = story_->NewPerson("bea");
}

std::vector<Start> RaceTest::Starts() {
  return {{absl::ZeroDuration(), absl::ZeroDuration()},
          {absl::Milliseconds(2), absl::ZeroDuration()},
          {absl::Milliseconds(2), absl::Milliseconds(10)},
          {absl::Milliseconds(30), absl::Milliseconds(5)}};
}

std::vector<Start> RaceTest::StartsOf(int sides) {
  std::vector<Start> starts = Starts();
  for (int side = 0; side < sides; ++side)
    starts.push_back({absl::Milliseconds(2), absl::ZeroDuration(), side});
  return starts;
}

std::vector<Outcome> RaceTest::Race(const Start& start, Step step, absl::FunctionRef<void()> against) {
  Gate gate(kCallers + 1, start.first, start.first == kTheOther ? 1 : kCallers);
  std::thread beside([&] {
    gate.Enter(kTheOther);
    against();
    gate.Leave(kTheOther);
  });
  std::vector<Outcome> outcomes = CallAll(
      start, gate, [](int) { return kTheCallers; },
      [&](int caller) { return step(client(caller % kReplicas), caller); });
  beside.join();
  return outcomes;
}

std::vector<Outcome> RaceTest::RaceOf(const Start& start, std::initializer_list<Step> sides) {
  const int count = static_cast<int>(sides.size());
  EXPECT_EQ(kCallers % (kReplicas * count), 0) << "a side would have more callers than another";
  Gate gate(kCallers, start.first, kCallers / count);
  // Callers 0 and 1 are of the first side, 2 and 3 of the second …: each side calls both replicas.
  const auto side_of = [count](int caller) { return caller / kReplicas % count; };
  return CallAll(start, gate, side_of, [&](int caller) {
    return sides.begin()[side_of(caller)](client(caller % kReplicas), caller);
  });
}

void Wins::Add(const Start& start, int side) {
  ++won_.at(side);
  if (start.first != kNobody) {
    EXPECT_EQ(side, start.first) << "who was through before the others began has not won";
  }
}

void Wins::ExpectOneOfEach() const {
  for (size_t side = 0; side < won_.size(); ++side) EXPECT_GT(won_[side], 0) << "side " << side;
}

int RaceTest::Winners(const std::vector<Outcome>& outcomes) {
  return static_cast<int>(
      std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.ok; }));
}

void RaceTest::ExpectOneWinner(const std::vector<Outcome>& outcomes, const std::set<std::string>& losers) {
  EXPECT_EQ(Winners(outcomes), 1);
  for (const Outcome& outcome : outcomes) EXPECT_FALSE(outcome.replayed);
  ExpectRefusedWith(outcomes, losers);
}

void RaceTest::ExpectNoWinner(const std::vector<Outcome>& outcomes, const std::set<std::string>& losers) {
  EXPECT_EQ(Winners(outcomes), 0);
  ExpectRefusedWith(outcomes, losers);
}

void RaceTest::ExpectRefusals(const std::vector<Outcome>& outcomes, const std::set<std::string>& losers) {
  ExpectRefusedWith(outcomes, losers);
}

void RaceTest::ExpectOneWinnerAndReplays(const std::vector<Outcome>& outcomes) {
  EXPECT_EQ(Winners(outcomes), kCallers);
  ExpectRefusedWith(outcomes, {});
  EXPECT_EQ(std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.replayed; }),
            kCallers - 1);
}

void RaceTest::ExpectMoney(const std::string& order, const MoneyOf& expected) {
  EXPECT_EQ(Captures(*story_, order), expected.captures + expected.late);
  const auto refunds = expected.late + static_cast<int64_t>(expected.back.size());
  EXPECT_TRUE(Eventually([&] { return Payouts(order) >= refunds && InTransit(Entries(order)) == 0; }));
  const std::vector<billing::v1::Entry> entries = Entries(order);
  ExpectGivenBack(order, entries, expected);
  int64_t charged = 0, escrow = 0;
  std::vector<int64_t> released;
  for (const billing::v1::Entry& entry : entries) {
    if (!absl::StartsWith(entry.account(), "escrow:")) continue;
    escrow += Cents(entry.credit()) - Cents(entry.debit());
    if (entry.move() == "M1") ++charged;
    if (entry.move() == "M2") released.push_back(Cents(entry.debit()));
  }
  EXPECT_EQ(charged, expected.captures);
  EXPECT_EQ(released, expected.released);
  EXPECT_EQ(escrow, expected.escrow);
  const billing::v1::OrderTotals totals = OrderNow(order).totals();
  EXPECT_EQ(Cents(totals.escrow_held()), expected.escrow);
  EXPECT_EQ(Cents(totals.funded()) - Cents(totals.released()) - Cents(totals.refunded()), expected.escrow);
  EXPECT_EQ(Cents(totals.released()),
            std::accumulate(released.begin(), released.end(), int64_t{0}) + expected.split);
  ExpectTrialBalance();
}

void RaceTest::ExpectTrialBalance() {
  const auto trial =
      platform_->client().Call(kRacesOperator, platform_->client().ledger(), &Ledger::Stub::GetTrialBalance,
                               billing::v1::GetTrialBalanceRequest());
  ASSERT_TRUE(trial.ok()) << trial.reason;
  int64_t sum = 0;
  for (const auto& line : trial->lines()) sum += Cents(line.debits()) - Cents(line.credits());
  EXPECT_EQ(sum, 0);
  EXPECT_TRUE(trial->balanced());
}

std::vector<billing::v1::Entry> RaceTest::Entries(const std::string& order) {
  billing::v1::ListEntriesRequest request;
  request.set_order(order);
  request.set_page_size(1000);
  const auto entries = platform_->client().Call(kRacesOperator, platform_->client().ledger(),
                                                &Ledger::Stub::ListEntries, request);
  EXPECT_TRUE(entries.ok()) << entries.reason;
  return {entries->entries().begin(), entries->entries().end()};
}

void RaceTest::ExpectGivenBack(const std::string& order, const std::vector<billing::v1::Entry>& entries,
                               const MoneyOf& expected) {
  int64_t into_suspense = 0, suspense = 0;
  std::vector<int64_t> cancelled;
  for (const billing::v1::Entry& entry : entries) {
    const int64_t credit = Cents(entry.credit()) - Cents(entry.debit());
    if (entry.account() == "suspense") {
      suspense += credit;
      into_suspense += credit > 0;
    }
    if (entry.account() == "refund:transit" && credit > 0 && entry.move() != "M9")
      cancelled.push_back(credit);
  }
  EXPECT_EQ(into_suspense, expected.late);
  EXPECT_EQ(suspense, 0);
  EXPECT_EQ(cancelled, expected.back);
  EXPECT_EQ(InTransit(entries), 0);
  EXPECT_EQ(Payouts(order), expected.late + static_cast<int64_t>(expected.back.size()))
      << "what the provider gave back";
}

int64_t RaceTest::Payouts(const std::string& order) {
  testing::v1::ListRefundsRequest request;
  request.set_key_prefix(order);
  const auto refunds = platform_->client().Call(kRacesOperator, platform_->client().simulator(),
                                                &testing::v1::PaymentSimulator::Stub::ListRefunds, request);
  EXPECT_TRUE(refunds.ok()) << refunds.reason;
  int64_t payouts = 0;
  for (const auto& refund : refunds->refunds()) payouts += refund.payouts();
  return payouts;
}

offers::v1::Offer RaceTest::OfferNow(const std::string& name) {
  offers::v1::GetOfferRequest request;
  request.set_name(name);
  return story_->Do(bea_, platform_->client().offers(), &OfferService::Stub::GetOffer, request).offer();
}

offers::v1::Offer RaceTest::DraftOffer() {
  offers::v1::CreateOfferRequest create;
  create.mutable_offer()->set_buyer(bea_.actor);
  create.mutable_offer()->set_gig(PublishGig(*story_, sam_, "A film", 50000));
  auto& milestone = *create.mutable_offer()->mutable_milestones()->add_milestones();
  milestone.set_title("Cut");
  milestone.set_days(5);
  *milestone.mutable_amount() = Usd(kFirst);
  create.set_request_id(NewRequestId());
  return story_->Do(sam_, platform_->client().offers(), &OfferService::Stub::CreateOffer, create).offer();
}

offers::v1::Offer RaceTest::SentOffer() {
  const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
  return SendMilestoneOffer(*story_, sam_, bea_, gig, {{"Cut", kFirst, 5}, {"Sound", kSecond, 5}});
}

std::string RaceTest::ActiveOrder() {
  return e2e::AcceptOffer(*story_, bea_, SentOffer(), std::string("pm_ok")).order();
}

std::string RaceTest::DeliveredOrder() {
  const std::string order = ActiveOrder();
  e2e::Deliver(*story_, sam_, order, 1, false);
  return order;
}

std::string RaceTest::AwaitingNextOrder() {
  const std::string order = DeliveredOrder();
  e2e::Accept(*story_, bea_, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
  return order;
}

std::string RaceTest::DeclinedOrder() {
  const std::string order = AwaitingNextOrder();
  EXPECT_TRUE(StartNext(client(0), bea_, order, "pm_declined").ok);
  EXPECT_EQ(OrderNow(order).state(), billing::v1::ORDER_STATE_AWAITING_PAYMENT);
  return order;
}

void RaceTest::AdvanceClocks(absl::Duration by) {
  for (TestClock::Stub* clock : client(0).clocks()) Advance(*clock, client(0), by);
}

void RaceTest::AdvanceBilling(absl::Duration by, int replica) {
  Advance(*client(replica).clocks()[2], client(replica), by);
}

void RaceTest::AdvanceOffers(absl::Duration by, int replica) {
  Advance(*client(replica).clocks()[1], client(replica), by);
}

absl::Time RaceTest::BillingTime() {
  return Now(*client(0).clocks()[2], client(0));
}

absl::Time RaceTest::OffersTime() {
  return Now(*client(0).clocks()[1], client(0));
}

void RaceTest::GoToTheEdge(const std::string& order, std::optional<billing::v1::DeadlineKind> kind) {
  AdvanceClocks(DueTime(order, kind) - kTick - BillingTime());
}

absl::Time RaceTest::DueTime(const std::string& order, std::optional<billing::v1::DeadlineKind> kind) {
  billing::v1::ListDeadlinesRequest request;
  request.set_order(order);
  const auto deadlines =
      story_->Do(bea_, platform_->client().billing(), &MilestoneBilling::Stub::ListDeadlines, request);
  std::vector<absl::Time> pending;
  for (const billing::v1::Deadline& deadline : deadlines.deadlines())
    if (deadline.state() == billing::v1::DEADLINE_STATE_PENDING &&
        deadline.kind() == kind.value_or(deadline.kind()))
      pending.push_back(TimeOf(deadline.due_time()));
  EXPECT_EQ(pending.size(), 1u);
  return pending.empty() ? absl::InfiniteFuture() : pending[0];
}

Outcome Accept(PlatformClient& client, const Person& buyer, const std::string& order, int milestone,
               billing::v1::NextStep next, const std::string& request_id) {
  billing::v1::AcceptMilestoneRequest request;
  request.set_name(MilestoneName(order, milestone));
  request.set_next(next);
  request.set_request_id(IdOr(request_id));
  return OutcomeOf(
      client.Call(buyer.actor, client.billing(), &MilestoneBilling::Stub::AcceptMilestone, request));
}

Outcome Deliver(PlatformClient& client, const Person& seller, const std::string& order, int milestone,
                bool final) {
  billing::v1::DeliverMilestoneRequest request;
  request.set_name(MilestoneName(order, milestone));
  request.set_final_delivery(final);
  request.set_request_id(NewRequestId());
  return OutcomeOf(
      client.Call(seller.actor, client.billing(), &MilestoneBilling::Stub::DeliverMilestone, request));
}

Outcome RequestRevision(PlatformClient& client, const Person& buyer, const std::string& order,
                        int milestone) {
  billing::v1::RequestRevisionRequest request;
  request.set_name(MilestoneName(order, milestone));
  request.set_message("The second minute is too dark.");
  request.set_request_id(NewRequestId());
  return OutcomeOf(
      client.Call(buyer.actor, client.billing(), &MilestoneBilling::Stub::RequestRevision, request));
}

Outcome StartNext(PlatformClient& client, const Person& buyer, const std::string& order,
                  const std::string& payment_method, const std::string& request_id) {
  billing::v1::StartNextMilestoneRequest request;
  request.set_name(order);
  request.set_payment_method(payment_method);
  request.set_request_id(IdOr(request_id));
  return OutcomeOf(
      client.Call(buyer.actor, client.billing(), &MilestoneBilling::Stub::StartNextMilestone, request));
}

Outcome EndOrder(PlatformClient& client, const Person& buyer, const std::string& order) {
  billing::v1::EndOrderRequest request;
  request.set_name(order);
  request.set_request_id(NewRequestId());
  return OutcomeOf(client.Call(buyer.actor, client.billing(), &MilestoneBilling::Stub::EndOrder, request));
}

Outcome RetryPayment(PlatformClient& client, const Person& buyer, const std::string& order,
                     const std::string& request_id) {
  billing::v1::RetryPaymentRequest request;
  request.set_name(order);
  request.set_payment_method("pm_ok");
  request.set_request_id(IdOr(request_id));
  return OutcomeOf(
      client.Call(buyer.actor, client.billing(), &MilestoneBilling::Stub::RetryPayment, request));
}

Outcome AcceptOffer(PlatformClient& client, const Person& buyer, const offers::v1::Offer& offer,
                    const std::string& request_id) {
  offers::v1::AcceptOfferRequest request;
  request.set_name(offer.name());
  request.set_terms_hash(offer.terms_hash());
  request.set_payment_method("pm_ok");
  request.set_request_id(IdOr(request_id));
  return OutcomeOf(client.Call(buyer.actor, client.offers(), &OfferService::Stub::AcceptOffer, request));
}

Outcome SendOffer(PlatformClient& client, const Person& seller, const std::string& offer) {
  offers::v1::SendOfferRequest request;
  request.set_name(offer);
  request.set_request_id(NewRequestId());
  return OutcomeOf(client.Call(seller.actor, client.offers(), &OfferService::Stub::SendOffer, request));
}

Outcome UpdateOffer(PlatformClient& client, const Person& seller, const std::string& offer,
                    const std::string& message) {
  offers::v1::UpdateOfferRequest request;
  request.mutable_offer()->set_name(offer);
  request.mutable_offer()->set_message(message);
  request.mutable_update_mask()->add_paths("message");
  request.set_request_id(NewRequestId());
  return OutcomeOf(client.Call(seller.actor, client.offers(), &OfferService::Stub::UpdateOffer, request));
}

Outcome DeleteOffer(PlatformClient& client, const Person& seller, const std::string& offer) {
  offers::v1::DeleteOfferRequest request;
  request.set_name(offer);
  request.set_request_id(NewRequestId());
  return OutcomeOf(client.Call(seller.actor, client.offers(), &OfferService::Stub::DeleteOffer, request));
}

Outcome WithdrawOffer(PlatformClient& client, const Person& seller, const std::string& offer) {
  offers::v1::WithdrawOfferRequest request;
  request.set_name(offer);
  request.set_request_id(NewRequestId());
  return OutcomeOf(client.Call(seller.actor, client.offers(), &OfferService::Stub::WithdrawOffer, request));
}

Outcome DeclineOffer(PlatformClient& client, const Person& buyer, const std::string& offer) {
  offers::v1::DeclineOfferRequest request;
  request.set_name(offer);
  request.set_request_id(NewRequestId());
  return OutcomeOf(client.Call(buyer.actor, client.offers(), &OfferService::Stub::DeclineOffer, request));
}

}  // namespace milepost::e2e
