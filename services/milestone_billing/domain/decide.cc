#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "services/milestone_billing/domain/effects.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/domain/transitions.h"

namespace milepost::billing {
namespace {

using Events = std::vector<OrderEvent>;

constexpr absl::string_view kOfferService = "services/offer-service";

// Is the actor a party, and the one that the method is for?
absl::Status CheckActor(const Order* order, Trigger trigger, const Actor& actor) {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  const bool buyer = actor.is_user() && actor.name == order->buyer;
  const bool seller = actor.is_user() && actor.name == order->seller;
  if (!buyer && !seller) return Refuse(Reason::kOrderNotFound);
  if (PartyOf(trigger) == Party::kBuyer && !buyer) return Refuse(Reason::kNotTheBuyer);
  if (PartyOf(trigger) == Party::kSeller && !seller) return Refuse(Reason::kNotTheSeller);
  return absl::OkStatus();
}

// A refusal by the table: every value that its text or a client may want. `milestone` is the one that the
// caller named.
absl::Status RefuseState(Reason reason, const Order& order, uint32_t milestone) {
  Details details = {{"state", std::string(NameOf(order.state))},
                     {"milestone", absl::StrCat(milestone)},
                     {"current", absl::StrCat(order.current_milestone)},
                     {"last", absl::StrCat(order.milestones.size())}};
  if (const Milestone* named = order.FindMilestone(milestone))
    details.push_back({"milestone_state", std::string(NameOf(named->state))});
  if (order.completion_reason)
    details.push_back({"completion_reason", std::string(NameOf(*order.completion_reason))});
  if (reason == Reason::kTooManyPaymentAttempts)
    details.push_back({"max", absl::StrCat(kMaxPaymentAttempts)});
  if (reason == Reason::kRevisionsExhausted)
    details.push_back(
        {"allowed", absl::StrCat(order.terms.milestones[order.current_milestone - 1].revisions.count)});
  return Refuse(reason, std::move(details));
}

absl::Status RefuseCharge(Reason reason, const Order& order, const Charge& charge) {
  return Refuse(reason, {{"state", std::string(NameOf(order.state))},
                         {"charge_state", std::string(NameOf(charge.state))}});
}

// One decision. Each operator() is one command.
class Decider {
 public:
  Decider(const Order* order, absl::Time now) : order_(order), now_(now) {}

  absl::StatusOr<Events> operator()(const Tick&) const { return Events{}; }

  absl::StatusOr<Events> operator()(const PlaceOrder& command) const {
    if (command.actor.kind != ActorKind::kService || command.actor.name != kOfferService)
      return Refuse(Reason::kNotAPeerService, {{"service", std::string(kOfferService)}});
    Facts facts = order_ ? FactsOf(*order_) : Facts{};
    facts.Add(Fact::kAttemptKnown, order_ && command.attempt <= order_->placement_attempt);
    facts.Add(Fact::kWindowPassed, now_ >= command.accept_until);
    const Rule& rule = RuleFor(Trigger::kPlaceOrder, order_, facts);
    Cause cause{.attempts = command.policy, .accept_until = command.accept_until};
    return Place(rule,
                 {OrderIdOf(command.offer), command.attempt, command.buyer, command.seller, command.offer,
                  command.terms, command.terms_hash, command.payment_method},
                 std::move(cause));
  }

  absl::StatusOr<Events> operator()(const PlaceGigOrder& command) const {
    if (!command.actor.is_user()) return Refuse(Reason::kNotAUser);
    // The order's own end counts beside the token's, which its holder may have written anew.
    const absl::Time end =
        order_ ? std::min(command.quote_expires, order_->quote_end()) : command.quote_expires;
    Facts facts = order_ ? FactsOf(*order_) : Facts{};
    facts.Add(Fact::kQuoteExpired, now_ >= end);
    facts.Add(Fact::kNamesOtherMethod, order_ && command.payment_method != order_->placed_with());
    const Rule& rule = RuleFor(Trigger::kPlaceGigOrder, order_, facts);
    if (absl::Status refused = CheckQuote(rule, command, end); !refused.ok()) return refused;
    const std::string& buyer = command.actor.name;
    OrderPlacementStarted started{OrderIdOf(command.quote_nonce, buyer),
                                  order_ ? order_->placement_attempt + 1 : 1,
                                  buyer,
                                  command.seller,
                                  std::nullopt,
                                  command.terms,
                                  command.terms_hash,
                                  command.payment_method,
                                  std::nullopt};
    if (end != absl::InfiniteFuture()) started.quote_expires = end;
    return Place(rule, started, Cause{.attempts = command.policy});
  }

  absl::StatusOr<Events> operator()(const DeliverMilestone& command) const {
    Facts said;
    said.Add(Fact::kFinalDelivery, command.final_delivery);
    said.Add(Fact::kNamesMeeting, !command.meeting_url.empty());
    return Step(Trigger::kDeliverMilestone, command.actor, said, Cause{.delivery = &command},
                command.milestone);
  }

  absl::StatusOr<Events> operator()(const RequestRevision& command) const {
    return Step(Trigger::kRequestRevision, command.actor, {}, Cause{.revision = &command}, command.milestone);
  }

  absl::StatusOr<Events> operator()(const AcceptMilestone& command) const {
    Facts said;
    said.Add(Fact::kDecideLater, command.next == NextStep::kDecideLater);
    said.Add(Fact::kStartNext, command.next == NextStep::kStartNext);
    said.Add(Fact::kEndOrder, command.next == NextStep::kEndOrder);
    return Step(Trigger::kAcceptMilestone, command.actor, said, Cause{.attempts = command.policy},
                command.milestone);
  }

  absl::StatusOr<Events> operator()(const StartNextMilestone& command) const {
    return Step(Trigger::kStartNextMilestone, command.actor, {},
                Cause{.payment_method = command.payment_method, .attempts = command.policy});
  }

  absl::StatusOr<Events> operator()(const EndOrder& command) const {
    return Step(Trigger::kEndOrder, command.actor, {}, Cause{});
  }

  absl::StatusOr<Events> operator()(const RetryPayment& command) const {
    return Step(Trigger::kRetryPayment, command.actor, {},
                Cause{.payment_method = command.payment_method, .attempts = command.policy});
  }

  absl::StatusOr<Events> operator()(const LeaseCharge& command) const {
    if (order_ == nullptr) return Refuse(Reason::kOrderNotFound);
    const Charge* charge = order_->FindCharge(command.charge);
    if (charge == nullptr) return Refuse(Reason::kChargeNotFound);
    if (charge->state != ChargeState::kOpen) return Events{};
    if (charge->lease_until > now_)
      return RefuseState(Reason::kPaymentInProgress, *order_, charge->milestone);
    return Events{ChargeLeased{charge->id, command.until}};
  }

  absl::StatusOr<Events> operator()(const SettleCharge& command) const {
    if (order_ == nullptr) return Refuse(Reason::kOrderNotFound);
    const Charge* charge = order_->FindCharge(command.charge);
    if (charge == nullptr) return Refuse(Reason::kChargeNotFound);
    if (charge->state == ChargeState::kOpen) return SettleOpen(*charge, command);
    if (TookMoney(*charge) || !std::holds_alternative<Succeeded>(command.outcome)) return Events{};
    return Settled(Trigger::kPaymentSucceededLate, *charge, command.outcome, command.recheck);
  }

  absl::StatusOr<Events> operator()(const ResolveCharge& command) const {
    if (command.actor.kind != ActorKind::kOperator) return Refuse(Reason::kNotAnOperator);
    const Charge* charge = order_ ? order_->FindCharge(command.charge) : nullptr;
    if (charge == nullptr) return Refuse(Reason::kChargeNotFound);
    const auto* succeeded = std::get_if<Succeeded>(&command.outcome);
    Facts facts = FactsOf(*order_);
    facts.Add(Fact::kNamesClosed, charge->state != ChargeState::kOpen);
    facts.Add(Fact::kSaysSucceeded, succeeded != nullptr);
    const Rule& rule = RuleFor(Trigger::kResolveCharge, order_, facts);
    if (rule.refuses()) return RefuseCharge(*rule.refusal, *order_, *charge);
    if (succeeded != nullptr && command.amount != charge->total())
      return Refuse(Reason::kChargeAmountMismatch,
                    {{"required", charge->total().ToString()}, {"actual", command.amount.ToString()}});
    return EventsOf(rule, *order_,
                    Cause{.charge = charge,
                          .outcome = &command.outcome,
                          .recheck = command.recheck,
                          .resolution = &command},
                    now_);
  }

  absl::StatusOr<Events> operator()(const RecordFinding& command) const {
    if (order_ == nullptr) return Refuse(Reason::kOrderNotFound);
    const Charge* charge = order_->FindCharge(command.charge);
    if (charge == nullptr) return Refuse(Reason::kChargeNotFound);
    if (charge->state == ChargeState::kOpen) return Events{};  // nobody asks; what settles it is SettleCharge
    // Money that is there counts whoever found it, also the slower of two askers of one question.
    if (command.finding == Finding::kMoney && !TookMoney(*charge))
      return Settled(Trigger::kPaymentSucceededLate, *charge, Succeeded{command.provider_reference},
                     command.recheck);
    if (!charge->ask_at || charge->answers != command.answers) return Events{};
    return Events{NextRecheck(*charge, command)};
  }

  absl::StatusOr<Events> operator()(const LeaseRefund& command) const {
    if (order_ == nullptr) return Refuse(Reason::kOrderNotFound);
    const Refund* refund = order_->FindRefund(command.charge, command.number);
    if (refund == nullptr) return Refuse(Reason::kRefundNotFound);
    if (refund->state != RefundState::kPending) return Events{};
    if (refund->lease_until > now_) return Refuse(Reason::kRefundInProgress);
    return Events{RefundLeased{refund->charge, refund->number, command.until}};
  }

  absl::StatusOr<Events> operator()(const SettleRefund& command) const {
    if (order_ == nullptr) return Refuse(Reason::kOrderNotFound);
    const Refund* refund = order_->FindRefund(command.charge, command.number);
    if (refund == nullptr) return Refuse(Reason::kRefundNotFound);
    if (refund->state != RefundState::kPending) return Events{};
    if (const auto* unknown = std::get_if<Unknown>(&command.outcome))
      return Undecided(*refund, true, unknown->retry_at);
    if (const auto* pending = std::get_if<Pending>(&command.outcome))
      return Undecided(*refund, false, pending->retry_at);
    const Trigger trigger = std::holds_alternative<Refunded>(command.outcome) ? Trigger::kRefundSucceeded
                                                                              : Trigger::kRefundFailed;
    Facts facts = FactsOf(*order_);
    facts.Add(Fact::kRefundTriesLeft, refund->number < kRefundTriesMax);
    const Rule& rule = RuleFor(trigger, order_, facts);
    return EventsOf(rule, *order_, Cause{.refund = refund, .refund_outcome = &command.outcome}, now_);
  }

  absl::StatusOr<Events> operator()(const OutcomeRecorded&) const {
    if (order_ == nullptr) return Refuse(Reason::kOrderNotFound);
    if (!order_->outcome_due) return Events{};
    return Events{OrderOutcomeRecorded{}};
  }

 private:
  // A party's method. `milestone` is the one that the caller names; 0: the method names none, the current is
  // meant.
  absl::StatusOr<Events> Step(Trigger trigger, const Actor& actor, Facts facts, Cause cause,
                              uint32_t milestone = 0) const {
    if (absl::Status refused = CheckActor(order_, trigger, actor); !refused.ok()) return refused;
    if (milestone == 0) milestone = order_->current_milestone;
    facts = facts | FactsAbout(milestone);
    const Rule& rule = RuleFor(trigger, order_, facts);
    if (rule.refuses()) return RefuseState(*rule.refusal, *order_, milestone);
    return EventsOf(rule, *order_, cause, now_);
  }

  Facts FactsAbout(uint32_t milestone) const {
    Facts facts = FactsOf(*order_);
    facts.Add(Fact::kNamesOther, milestone != order_->current_milestone);
    const Milestone* named = order_->FindMilestone(milestone);
    facts.Add(Fact::kNamesUnfunded, named && (named->state == MilestoneState::kPending ||
                                              named->state == MilestoneState::kAwaitingPayment));
    facts.Add(Fact::kNamesAccepted, named && named->number != order_->current_milestone &&
                                        named->state == MilestoneState::kAccepted);
    facts.Add(Fact::kNamesUnknown, named == nullptr);
    return facts;
  }

  // What a new attempt needs of its quote (A28): that it has not ended, that the gig can be ordered as it says, and, after a
  // failure, that it is the one that the order was asked for with.
  absl::Status CheckQuote(const Rule& rule, const PlaceGigOrder& command, absl::Time end) const {
    if (rule.refusal == Reason::kQuoteExpired)
      return Refuse(Reason::kQuoteExpired,
                    {{"expire_time", absl::FormatTime(absl::RFC3339_full, end, absl::UTCTimeZone())}});
    if (!rule.to) return absl::OkStatus();
    if (!command.orderable.ok()) return command.orderable;
    if (order_ && order_->terms_hash != command.terms_hash) return Refuse(Reason::kQuoteMalformed);
    if (TermsHash(command.terms) != command.terms_hash) return Refuse(Reason::kTermsChanged);
    return absl::OkStatus();
  }

  // Where the rule changes nothing, the order stands as it is; PlacementOf answers.
  absl::StatusOr<Events> Place(const Rule& rule, const OrderPlacementStarted& started, Cause cause) const {
    if (rule.refuses()) return RefuseState(*rule.refusal, *order_, 1);
    if (!rule.to) return Events{};
    if (started.buyer == started.seller) return Refuse(Reason::kBuyerIsSeller);
    if (absl::Status refused = CheckTerms(started.terms); !refused.ok()) return refused;
    Order placed = order_ ? *order_ : Order{};
    OrderDomain::Apply(placed, started, now_);
    cause.placement = &started;
    return EventsOf(rule, placed, cause, now_);
  }

  // Whether a success of this attempt, which has ended, is known.
  static bool TookMoney(const Charge& charge) {
    return charge.state == ChargeState::kSucceeded || charge.late_success_at.has_value();
  }

  absl::StatusOr<Events> SettleOpen(const Charge& charge, const SettleCharge& command) const {
    const ChargeOutcome& outcome = command.outcome;
    if (const auto* unknown = std::get_if<Unknown>(&outcome))
      return Undecided(charge, true, unknown->retry_at);
    if (const auto* pending = std::get_if<Pending>(&outcome))
      return Undecided(charge, false, pending->retry_at);
    if (std::holds_alternative<Succeeded>(outcome))
      return Settled(Trigger::kPaymentSucceeded, charge, outcome, command.recheck);
    if (std::holds_alternative<Declined>(outcome))
      return Settled(Trigger::kPaymentDeclined, charge, outcome, command.recheck);
    return Settled(Trigger::kPaymentVoided, charge, outcome, command.recheck);
  }

  Events Undecided(const Charge& charge, bool unknown, absl::Time retry_at) const {
    if (charge.unknown == unknown && charge.lease_until == retry_at) return {};
    return {ChargeUndecided{charge.id, unknown, retry_at}};
  }

  Events Undecided(const Refund& refund, bool unknown, absl::Time retry_at) const {
    if (refund.unknown == unknown && refund.lease_until == retry_at) return {};
    return {RefundUndecided{refund.charge, refund.number, unknown, retry_at}};
  }

  Events Settled(Trigger trigger, const Charge& charge, const ChargeOutcome& outcome,
                 const RecheckPolicy& recheck) const {
    const Rule& rule = RuleFor(trigger, order_, FactsOf(*order_));
    return EventsOf(rule, *order_, Cause{.charge = &charge, .outcome = &outcome, .recheck = recheck}, now_);
  }

  // A success that an operator reported and the provider confirms leaves nothing to ask; nor does the last answer.
  ChargeRecheckSet NextRecheck(const Charge& charge, const RecordFinding& command) const {
    const RecheckPolicy& policy = command.recheck;
    ChargeRecheckSet next{charge.id, std::nullopt, charge.answers, command.finding};
    if (command.finding == Finding::kNoAnswer) {
      const absl::Time due =
          *charge.closed_at + policy.after[std::min<size_t>(charge.answers, policy.after.size() - 1)];
      next.ask_at = now_ + std::clamp(now_ - due, policy.retry_first, policy.retry_greatest);
      return next;
    }
    ++next.answers;
    if (command.finding == Finding::kNoMoney && next.answers < policy.after.size())
      next.ask_at = std::max(*charge.closed_at + policy.after[next.answers], now_);
    return next;
  }

  const Order* const order_;
  const absl::Time now_;
};

}  // namespace

absl::StatusOr<std::vector<OrderEvent>> OrderDomain::Decide(const Order* order, const OrderCommand& command,
                                                            absl::Time now) {
  return std::visit(Decider(order, now), command);
}

std::vector<OrderEvent> OrderDomain::Fire(const Order& order, const Deadline& deadline) {
  const Rule& rule = RuleFor(TriggerOf(deadline.kind), &order, FactsOf(order));
  return EventsOf(rule, order, Cause{.deadline = &deadline}, deadline.due);
}

}  // namespace milepost::billing
