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
  return {Account::FeeScheduled{{state.deadlines_ever + 1,
                                 Account::Timer::kFee,
                                 now + command.after,
                                 command.fee,
                                 command.repeats,
                                 command.after,
                                 command.subject,
                                 {}}}};
}

Events Replace(const Account::State& state, const Account::ReplaceFees& command, absl::Time now) {
  Events events;
  for (Account::Deadline fee : state.deadlines) {
    if (fee.subject != command.subject || fee.left) continue;
    fee.fee = command.fee;
    fee.due = now + command.after;
    events.push_back(Account::FeeReplaced{fee});
  }
  return events;
}

Events Freeze(const Account::State& state, uint32_t subject, absl::Time now) {
  Events events;
  for (const Account::Deadline& fee : state.deadlines)
    if (fee.subject == subject && !fee.left) events.push_back(Account::FeeFrozen{fee.number, fee.due - now});
  return events;
}

Events Thaw(const Account::State& state, uint32_t subject, absl::Time now) {
  Events events;
  for (const Account::Deadline& fee : state.deadlines)
    if (fee.subject == subject && fee.left) events.push_back(Account::FeeThawed{fee.number, now + *fee.left});
  return events;
}

Account::Deadline& Numbered(Account::State& state, uint32_t number) {
  return *std::find_if(state.deadlines.begin(), state.deadlines.end(),
                       [number](const Account::Deadline& fee) { return fee.number == number; });
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
          [&](const ReplaceFees& c) -> absl::StatusOr<Events> { return Replace(*state, c, now); },
          [&](const CancelFees&) -> absl::StatusOr<Events> {
            return state->deadlines.empty() ? Events{} : Events{FeesCancelled{}};
          },
          [&](const FreezeFees& c) -> absl::StatusOr<Events> { return Freeze(*state, c.subject, now); },
          [&](const ThawFees& c) -> absl::StatusOr<Events> { return Thaw(*state, c.subject, now); },
          [](const auto&) -> absl::StatusOr<Events> { return Events{}; },
      },
      command);
}

Events Account::Fire(const State& state, const Deadline& deadline) {
  Events events = {FeeTaken{deadline.number, deadline.fee}};
  if (deadline.repeats > 0) {
    events.push_back(FeeScheduled{{state.deadlines_ever + 1,
                                   deadline.kind,
                                   deadline.due + deadline.interval,
                                   deadline.fee,
                                   deadline.repeats - 1,
                                   deadline.interval,
                                   deadline.subject,
                                   {}}});
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
                 [&](const FeeReplaced& e) { Numbered(state, e.deadline.number) = e.deadline; },
                 [&](const FeeFrozen& e) { Numbered(state, e.number).left = e.left; },
                 [&](const FeeThawed& e) {
                   Numbered(state, e.number).due = e.due;
                   Numbered(state, e.number).left.reset();
                 },
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
