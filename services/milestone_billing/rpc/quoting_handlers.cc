#include "services/milestone_billing/rpc/quoting_handlers.h"

#include <string>
#include <utility>

#include "absl/strings/strip.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/field_paths.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/quote.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/quote_token.h"

namespace milepost::billing {
namespace {

constexpr char kOfferService[] = "services/offer-service";

void WritePayment(const QuotedPayment& quoted, const MilestoneTerms& milestone, v1::QuotedPayment& payment) {
  payment.set_milestone_number(quoted.milestone);
  payment.set_title(milestone.name);
  payment.set_description(milestone.description);
  for (const std::string& substep : milestone.substeps) payment.add_substeps(substep);
  *payment.mutable_amount() = rpc::ToWire(quoted.amount);
  *payment.mutable_buyer_fee() = rpc::ToWire(quoted.buyer_fee);
  *payment.mutable_total() = rpc::ToWire(quoted.total);
  payment.set_days(static_cast<uint32_t>(quoted.days));
  if (milestone.revisions.unlimited)
    payment.mutable_revisions()->set_unlimited(true);
  else
    payment.mutable_revisions()->set_count(static_cast<uint32_t>(milestone.revisions.count));
  payment.set_zoom(milestone.zoom);
  *payment.mutable_due_time() = rpc::ToWire(quoted.due_at);
}

v1::QuoteOrderResponse QuoteOnWire(const Terms& terms, std::string seller, std::string terms_hash,
                                   absl::Time now) {
  const QuotedOrder quoted = QuoteOf(terms, now);
  v1::QuoteOrderResponse quote;
  quote.set_type(ToWire(terms.kind));
  quote.set_seller(std::move(seller));
  quote.set_gig(rpc::NameOf("gigs", terms.gig.uuid()));
  quote.set_plan_version(static_cast<uint32_t>(terms.plan_version));
  for (const QuotedPayment& payment : quoted.payments)
    WritePayment(payment, terms.milestones[payment.milestone - 1], *quote.add_payments());
  *quote.mutable_price() = rpc::ToWire(quoted.price);
  *quote.mutable_buyer_fees() = rpc::ToWire(quoted.buyer_fees);
  *quote.mutable_total() = rpc::ToWire(quoted.total);
  Write(terms.fees, terms.currency(), *quote.mutable_fee_policy());
  *quote.mutable_deadline_policy() = DeadlinesOnWire(terms);
  quote.set_terms_hash(std::move(terms_hash));
  return quote;
}

// Whether the acting user may accept the offer now. It was read as that user: a stranger got OFFER_NOT_FOUND.
absl::Status CheckAcceptable(const offers::v1::Offer& offer, const Actor& actor) {
  if (offer.buyer() != actor.name) return Refuse(Reason::kNotTheBuyer);
  const absl::string_view name = offers::v1::OfferState_Name(offer.state());
  const std::string state(absl::StripPrefix(name, "OFFER_STATE_"));
  switch (offer.state()) {
    case offers::v1::OFFER_STATE_SENT:
      return absl::OkStatus();
    case offers::v1::OFFER_STATE_ACCEPTING:
      return Refuse(Reason::kAcceptInProgress, {{"state", state}});
    case offers::v1::OFFER_STATE_EXPIRED:
      return Refuse(Reason::kOfferExpired,
                    {{"state", state},
                     {"expire_time", absl::FormatTime(absl::RFC3339_full, rpc::TimeOf(offer.expire_time()),
                                                      absl::UTCTimeZone())}});
    default:
      return Refuse(Reason::kOfferNotSent, {{"state", state}});
  }
}

rpc::PeerCall AsTheUser(const rpc::Call& call) {
  return {call.deadline, call.log_id, call.actor.name};
}

}  // namespace

void QuotingHandlers::AddTo(rpc::Service& service) {
  service.Add(&QuotingHandlers::QuoteOrder, *this);
}

rpc::Awaitable<v1::QuoteOrderResponse> QuotingHandlers::QuoteOrder(rpc::Call call,
                                                                   const v1::QuoteOrderRequest& request) {
  if (request.has_gig_selection()) return QuoteGig(std::move(call), request.gig_selection());
  return QuoteOffer(std::move(call), request.offer());
}

rpc::Awaitable<v1::QuoteOrderResponse> QuotingHandlers::QuoteGig(rpc::Call call,
                                                                 const v1::GigSelection& selection) {
  auto asked = catalog_.PreviewWorkflow(selection.gig(), selection.package(), AsTheUser(call));
  MILEPOST_CO_ASSIGN(const catalog::v1::PreviewWorkflowResponse gig, co_await std::move(asked));
  MILEPOST_CO_ASSIGN(const Terms terms, TermsOf(gig, selection.workflow(), policy_));
  Quote quote{call.actor.name,    terms.gig,        selection.package(),   selection.workflow(),
              NewUuid(WallNow()), TermsHash(terms), absl::InfiniteFuture()};
  PlaceGigOrder placing{call.actor,       quote.nonce, gig.seller(), terms,
                        quote.terms_hash, "",          {},           quote.expire_time};
  auto trying = TryToPlace(call, OrderIdOf(quote.nonce, quote.buyer), std::move(placing), "gig_selection");
  MILEPOST_CO_ASSIGN(const absl::Time now, co_await std::move(trying));
  quote.expire_time = now + policy_.quote_validity;
  v1::QuoteOrderResponse response = QuoteOnWire(terms, gig.seller(), quote.terms_hash, now);
  response.set_package(selection.package());
  response.set_quote(EncodeQuote(quote));
  *response.mutable_expire_time() = rpc::ToWire(quote.expire_time);
  co_return response;
}

rpc::Awaitable<v1::QuoteOrderResponse> QuotingHandlers::QuoteOffer(rpc::Call call, std::string name) {
  auto asked = offers_.GetOffer(std::move(name), AsTheUser(call));
  MILEPOST_CO_ASSIGN(const offers::v1::Offer offer, co_await std::move(asked));
  MILEPOST_CO_RETURN_IF_ERROR(CheckAcceptable(offer, call.actor));
  // As ourselves: a gig that was deleted meanwhile is a reason to name, not a gig that never was.
  auto checking = catalog_.CheckPublished(offer.gig(), rpc::PeerCall::Within(call));
  MILEPOST_CO_RETURN_IF_ERROR(co_await std::move(checking));
  MILEPOST_CO_ASSIGN(const Terms terms, TermsOf(offer, policy_));
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(offer.name(), "offers"));
  PlaceOrder placing{{ActorKind::kService, kOfferService},
                     OfferId(id),
                     offer.buyer(),
                     offer.seller(),
                     terms,
                     offer.terms_hash()};
  placing.attempt = UINT32_MAX;  // later than any attempt there was
  placing.accept_until = absl::InfiniteFuture();
  const OrderId order = OrderIdOf(placing.offer);
  auto trying = TryToPlace(call, order, std::move(placing), "offer");
  MILEPOST_CO_ASSIGN(const absl::Time now, co_await std::move(trying));
  v1::QuoteOrderResponse response = QuoteOnWire(terms, offer.seller(), offer.terms_hash(), now);
  *response.mutable_expire_time() = offer.expire_time();
  co_return response;
}

rpc::Awaitable<absl::Time> QuotingHandlers::TryToPlace(rpc::Call call, OrderId order, OrderCommand command,
                                                       std::string subject) {
  OrderSubmission submission;
  submission.aggregate = order;
  submission.command = std::move(command);
  submission.actor = call.actor;
  submission.kind = call.method;
  auto previewing = orders_.Preview(std::move(submission));
  const absl::StatusOr<OrderAnswer> answer = co_await std::move(previewing);
  if (!answer.ok()) co_return rpc::AboutField(answer.status(), subject);
  co_return answer->now;
}

}  // namespace milepost::billing
