#include "tests/contract/account.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"

namespace milepost::contract {
namespace {

using Events = std::vector<Account::Event>;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

absl::StatusOr<Events> OpenIt(const Account::State* state, const Account::Open& command) {
  if (state) return Refuse(kAlreadyOpen);
  return Events{Account::Opened{command.id, command.number}};
}

absl::StatusOr<Events> TakeOut(const Account::State& state, int64_t amount) {
  if (state.balance < amount) return Refuse(kOverdrawn, {{"balance", absl::StrCat(state.balance)}});
  return Events{Account::Moved{-amount}};
}

Events PlanFee(const Account::State& state, const Account::ScheduleFee& command, absl::Time now) {
  return {Account::FeeScheduled{{state.deadlines_ever + 1, Account::Timer::kFee, now + command.after,
                                 command.fee, command.repeats, command.after}}};
}

}  // namespace

absl::StatusOr<Events> Account::Decide(const State* state, const Command& command, absl::Time now) {
  if (const auto* open = std::get_if<Open>(&command)) return OpenIt(state, *open);
  if (std::holds_alternative<Tick>(command)) return Events{};
  if (!state) return Refuse(kNoSuchAccount);
  return std::visit(
      Overloaded{
          [&](const Deposit& c) -> absl::StatusOr<Events> { return Events{Moved{c.amount}}; },
          [&](const Withdraw& c) { return TakeOut(*state, c.amount); },
          [&](const ScheduleFee& c) -> absl::StatusOr<Events> { return PlanFee(*state, c, now); },
          [&](const CancelFees&) -> absl::StatusOr<Events> {
            return state->deadlines.empty() ? Events{} : Events{FeesCancelled{}};
          },
          [](const auto&) -> absl::StatusOr<Events> { return Events{}; },
      },
      command);
}

Events Account::Fire(const State& state, const Deadline& deadline) {
  Events events = {FeeTaken{deadline.number, deadline.fee}};
  if (deadline.repeats > 0) {
    events.push_back(FeeScheduled{{state.deadlines_ever + 1, deadline.kind, deadline.due + deadline.interval,
                                   deadline.fee, deadline.repeats - 1, deadline.interval}});
  }
  return events;
}

void Account::Apply(State& state, const Event& event, absl::Time) {
  std::visit(Overloaded{
                 [&](const Opened& e) {
                   state.id = e.id;
                   state.number = e.number;
                 },
                 [&](const Moved& e) { state.balance += e.amount; },
                 [&](const FeeScheduled& e) {
                   state.deadlines.push_back(e.deadline);
                   state.deadlines_ever = e.deadline.number;
                 },
                 [&](const FeeTaken& e) {
                   state.balance -= e.amount;
                   std::erase_if(state.deadlines, [&](const Deadline& d) { return d.number == e.number; });
                 },
                 [&](const FeesCancelled&) { state.deadlines.clear(); },
             },
             event);
}

absl::string_view Account::DeadlineName(Timer) {
  return "FEE";
}

Account::Id AccountNumbered(absl::string_view number) {
  return Account::Id(DeriveUuid(HashUuid(number), "account"));
}

}  // namespace milepost::contract
