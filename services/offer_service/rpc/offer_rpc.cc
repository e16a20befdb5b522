#include "services/offer_service/rpc/offer_rpc.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/rpc/field_paths.h"
#include "common/rpc/page.h"
#include "services/offer_service/rpc/offer_page.h"
#include "services/offer_service/rpc/offer_wire.h"

namespace milepost::offers {
namespace {

using Snapshot = db::Snapshot<OfferDomain>;

// Answers a mutation with the offer that it left.
template <class Response>
Response ResponseOf(const db::Answer<OfferDomain>& answer, const Actor& viewer) {
  Response response;
  *response.mutable_offer() = ToWire(answer.state, viewer);
  response.set_replayed(answer.replayed);
  return response;
}

// What a page token is bound to: everything in the request that decides which offers are listed.
std::string ListNameOf(const OfferFilter& filter) {
  return absl::StrCat("ListOffers/", filter.seller, "/", filter.buyer, "/",
                      filter.state ? NameOf(*filter.state) : "any", filter.drafts ? "" : "/sent",
                      filter.conversation.empty() ? "" : " in ", filter.conversation);
}

// The filters of the request that are missing or not for this caller: a user lists one side's own offers, operators and
// services have no side and list everybody's.
std::vector<FieldViolation> WrongFilters(const v1::ListOffersRequest& request, const Actor& actor) {
  std::vector<FieldViolation> wrong;
  if (request.state() == v1::OFFER_STATE_DELETED)
    wrong.push_back({"state", "must not be DELETED: deleted offers are in no list"});
  if (!actor.is_user()) {
    if (request.role() != v1::OFFER_ROLE_UNSPECIFIED)
      wrong.push_back({"role", "must be unspecified: only users have a side in their offers"});
    return wrong;
  }
  if (request.role() == v1::OFFER_ROLE_UNSPECIFIED) wrong.push_back({"role", "is required"});
  const auto check = [&](const char* field, const std::string& user, v1::OfferRole side) {
    if (user.empty() || (user == actor.name && request.role() == side)) return;
    wrong.push_back({field, absl::StrCat("must be empty, or ", actor.name,
                                         " on the side of role: a user lists its own offers")});
  };
  check("buyer", request.buyer(), v1::OFFER_ROLE_BUYER);
  check("seller", request.seller(), v1::OFFER_ROLE_SELLER);
  return wrong;
}

OfferFilter FilterOf(const v1::ListOffersRequest& request, const Actor& actor) {
  OfferFilter filter{request.seller(), request.buyer(), request.conversation(),
                     EnumFromWire<OfferState>(request.state())};
  if (request.role() == v1::OFFER_ROLE_SELLER) filter.seller = actor.name;
  if (request.role() == v1::OFFER_ROLE_BUYER) filter.buyer = actor.name;
  filter.drafts = request.role() != v1::OFFER_ROLE_BUYER;
  return filter;
}

}  // namespace

OfferRpc::OfferRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, const Parts& parts)
    : Service("milepost.offers.v1.OfferService", pool, options), parts_(parts) {
  Add(&OfferRpc::CreateOffer, *this);
  Add(&OfferRpc::GetOffer, *this);
  Add(&OfferRpc::ListOffers, *this);
  Add(&OfferRpc::UpdateOffer, *this);
  Add(&OfferRpc::DeleteOffer, *this);
  Add(&OfferRpc::SendOffer, *this);
  Add(&OfferRpc::WithdrawOffer, *this);
  Add(&OfferRpc::DeclineOffer, *this);
  Add(&OfferRpc::AcceptOffer, *this);
  Add(&OfferRpc::RecordOrderOutcome, *this);
}

rpc::Awaitable<OfferRpc::Answer> OfferRpc::Submit(rpc::Call call, OfferId id, OfferCommand command) {
  // A creation's offer has no name yet that a retry could know: the acting user is the scope of its request id.
  const bool creates = std::holds_alternative<offers::CreateOffer>(command);
  const Uuid subject = creates ? HashUuid(call.actor.name) : id.uuid();
  return parts_.offers.Take(call, id, std::move(command), subject);
}

rpc::Awaitable<GigFacts> OfferRpc::GigFor(rpc::Call call, OfferId id, Trigger trigger,
                                          std::optional<GigId> gig) {
  auto reading = parts_.offers.Get(id);
  MILEPOST_CO_ASSIGN(const std::optional<Snapshot> snapshot, co_await std::move(reading));
  const Offer* offer = snapshot ? &snapshot->state : nullptr;
  if (absl::Status may = OfferDomain::CheckMay(offer, trigger, call.actor); !may.ok()) co_return may;
  rpc::PeerCall peer_call = rpc::PeerCall::Within(call);
  // As the seller, who sees all of his own gigs and no stranger's draft; for the buyer as ourselves, because a gig that was
  // deleted meanwhile is a reason to name, not a gig that never was.
  if (trigger != Trigger::kAccept) peer_call.actor = call.actor.name;
  auto asking = parts_.gigs.GetGig(gig.value_or(offer->gig), std::move(peer_call));
  co_return co_await std::move(asking);
}

rpc::Awaitable<v1::CreateOfferResponse> OfferRpc::CreateOffer(rpc::Call call,
                                                              const v1::CreateOfferRequest& request) {
  const OfferId id(NewUuid(WallNow()));
  MILEPOST_CO_ASSIGN(offers::CreateOffer command, CreationOf(request.offer(), id, call.actor));
  rpc::PeerCall peer_call = rpc::PeerCall::Within(call);
  peer_call.actor = call.actor.name;
  auto asking = parts_.gigs.GetGig(command.for_gig, std::move(peer_call));
  command.gig = co_await std::move(asking);
  command.policy = parts_.policy;
  auto submitting = Submit(call, id, std::move(command));
  MILEPOST_CO_ASSIGN(const Answer answer, co_await std::move(submitting));
  co_return ResponseOf<v1::CreateOfferResponse>(answer, call.actor);
}

rpc::Awaitable<v1::GetOfferResponse> OfferRpc::GetOffer(rpc::Call call, const v1::GetOfferRequest& request) {
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.name()));
  auto reading = parts_.offers.Get(id);
  MILEPOST_CO_ASSIGN(const std::optional<Snapshot> snapshot, co_await std::move(reading));
  if (!snapshot || !MaySee(snapshot->state, call.actor)) co_return Refuse(Reason::kOfferNotFound);
  v1::GetOfferResponse response;
  *response.mutable_offer() = ToWire(snapshot->state, call.actor);
  co_return response;
}

rpc::Awaitable<v1::ListOffersResponse> OfferRpc::ListOffers(rpc::Call call,
                                                            const v1::ListOffersRequest& request) {
  std::vector<FieldViolation> wrong = WrongFilters(request, call.actor);
  if (!wrong.empty()) co_return RefuseFields(std::move(wrong));
  const OfferFilter filter = FilterOf(request, call.actor);
  const std::string list = ListNameOf(filter);
  const size_t page_size = rpc::PageSize(request.page_size());
  MILEPOST_CO_ASSIGN(const std::optional<OfferPlace> after,
                     rpc::PlaceIn<OfferId>(request.page_token(), list));
  auto listing = FindPage(filter, after, page_size + 1);
  MILEPOST_CO_ASSIGN(const std::vector<Offer> offers, co_await std::move(listing));
  v1::ListOffersResponse response;
  WritePage(offers, page_size, list, call.actor, response);
  co_return response;
}

rpc::Awaitable<std::vector<Offer>> OfferRpc::FindPage(OfferFilter filter, std::optional<OfferPlace> after,
                                                      size_t limit) {
  auto finding = parts_.queries.RunAt<std::vector<OfferId>>(
      [filter, after, limit](db::Connection& connection, absl::Time now) {
        return FindOffers(connection, filter, after, now, limit);
      });
  MILEPOST_CO_ASSIGN(std::vector<OfferId> ids, co_await std::move(finding));
  auto reading = parts_.offers.GetMany(std::move(ids));
  MILEPOST_CO_ASSIGN(std::vector<Snapshot> snapshots, co_await std::move(reading));
  std::vector<Offer> offers;
  for (Snapshot& snapshot : snapshots) offers.push_back(std::move(snapshot.state));
  co_return offers;
}

rpc::Awaitable<v1::UpdateOfferResponse> OfferRpc::UpdateOffer(rpc::Call call,
                                                              const v1::UpdateOfferRequest& request) {
  MILEPOST_CO_ASSIGN(offers::UpdateOffer change, ChangeOf(request, call.actor));
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.offer().name()));
  auto asking = GigFor(call, id, Trigger::kUpdate, change.to_gig);
  change.gig = co_await std::move(asking);
  change.policy = parts_.policy;
  auto submitting = Submit(call, id, std::move(change));
  MILEPOST_CO_ASSIGN(const Answer answer, co_await std::move(submitting));
  co_return ResponseOf<v1::UpdateOfferResponse>(answer, call.actor);
}

rpc::Awaitable<v1::DeleteOfferResponse> OfferRpc::DeleteOffer(rpc::Call call,
                                                              const v1::DeleteOfferRequest& request) {
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.name()));
  offers::DeleteOffer command{call.actor};
  auto submitting = Submit(call, id, std::move(command));
  MILEPOST_CO_ASSIGN(const Answer answer, co_await std::move(submitting));
  co_return ResponseOf<v1::DeleteOfferResponse>(answer, call.actor);
}

rpc::Awaitable<v1::SendOfferResponse> OfferRpc::SendOffer(rpc::Call call,
                                                          const v1::SendOfferRequest& request) {
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.name()));
  auto asking = GigFor(call, id, Trigger::kSend, std::nullopt);
  AskedGig gig = co_await std::move(asking);
  offers::SendOffer command{call.actor, std::move(gig), parts_.policy};
  auto submitting = Submit(call, id, std::move(command));
  const absl::StatusOr<Answer> answer = co_await std::move(submitting);
  // What is wrong with the terms stands in the offer, of which this request has the name alone.
  if (!answer.ok()) co_return rpc::AboutField(answer.status(), "name");
  co_return ResponseOf<v1::SendOfferResponse>(*answer, call.actor);
}

rpc::Awaitable<v1::WithdrawOfferResponse> OfferRpc::WithdrawOffer(rpc::Call call,
                                                                  const v1::WithdrawOfferRequest& request) {
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.name()));
  offers::WithdrawOffer command{call.actor};
  auto submitting = Submit(call, id, std::move(command));
  MILEPOST_CO_ASSIGN(const Answer answer, co_await std::move(submitting));
  co_return ResponseOf<v1::WithdrawOfferResponse>(answer, call.actor);
}

rpc::Awaitable<v1::DeclineOfferResponse> OfferRpc::DeclineOffer(rpc::Call call,
                                                                const v1::DeclineOfferRequest& request) {
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.name()));
  offers::DeclineOffer command{call.actor, request.message()};
  auto submitting = Submit(call, id, std::move(command));
  MILEPOST_CO_ASSIGN(const Answer answer, co_await std::move(submitting));
  co_return ResponseOf<v1::DeclineOfferResponse>(answer, call.actor);
}

rpc::Awaitable<v1::AcceptOfferResponse> OfferRpc::AcceptOffer(rpc::Call call,
                                                              const v1::AcceptOfferRequest& request) {
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.name()));
  auto asking = GigFor(call, id, Trigger::kAccept, std::nullopt);
  AskedGig gig = co_await std::move(asking);
  offers::AcceptOffer command{call.actor,           *call.request_id, request.payment_method(),
                              request.terms_hash(), std::move(gig),   parts_.policy};
  auto submitting = Submit(call, id, std::move(command));
  absl::StatusOr<Answer> submitted = co_await std::move(submitting);
  // What is wrong with the terms stands in the offer, of which this request has the name alone.
  if (!submitted.ok()) co_return rpc::AboutField(submitted.status(), "name");
  Answer answer = *std::move(submitted);
  // A replay's attempt has its driver: the call that started it, or the AcceptDriver.
  if (answer.replayed) co_return ResponseOf<v1::AcceptOfferResponse>(answer, call.actor);
  if (!call.validate_only) {
    auto driving = parts_.placing.Drive(std::move(answer.state), rpc::PeerCall::Within(call));
    answer.state = co_await std::move(driving);
    co_return ResponseOf<v1::AcceptOfferResponse>(answer, call.actor);
  }
  auto previewing = parts_.placing.Preview(std::move(answer.state), answer.now, rpc::PeerCall::Within(call));
  MILEPOST_CO_ASSIGN(PreviewedAcceptance previewed, co_await std::move(previewing));
  answer.state = std::move(previewed.offer);
  auto response = ResponseOf<v1::AcceptOfferResponse>(answer, call.actor);
  if (previewed.money) *response.mutable_preview() = *std::move(previewed.money);
  co_return response;
}

rpc::Awaitable<v1::RecordOrderOutcomeResponse> OfferRpc::RecordOrderOutcome(
    rpc::Call call, const v1::RecordOrderOutcomeRequest& request) {
  MILEPOST_CO_ASSIGN(const OfferId id, OfferIdOf(request.name()));
  MILEPOST_CO_ASSIGN(offers::RecordOrderOutcome command, OrderOutcomeOf(request, call.actor));
  auto submitting = Submit(call, id, std::move(command));
  MILEPOST_CO_ASSIGN(const Answer answer, co_await std::move(submitting));
  co_return ResponseOf<v1::RecordOrderOutcomeResponse>(answer, call.actor);
}

}  // namespace milepost::offers
