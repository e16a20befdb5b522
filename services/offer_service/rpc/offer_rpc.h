// OfferService over gRPC: each handler converts, submits, converts. Thread-safe; must outlive the gRPC server.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "common/rpc/server.h"
#include "common/rpc/unary.h"
#include "milepost/offers/v1/offer_service.grpc.pb.h"
#include "services/offer_service/clients/gig_catalog.h"
#include "services/offer_service/domain/offer_domain.h"
#include "services/offer_service/store/offer_database.h"
#include "services/offer_service/store/offer_queries.h"
#include "services/offer_service/workers/placing.h"

namespace milepost::offers {

class OfferRpc final : public v1::OfferService::CallbackService {
 public:
  // What the handlers work with; all must outlive this object.
  struct Parts {
    rpc::HandlerPool& pool;
    OfferDatabase& database;
    GigCatalogClient& gigs;
    Placing& placing;
    TermsPolicy policy;
  };

  OfferRpc(const Parts& parts, const rpc::Unary::Options& options)
      : parts_(parts), unary_(v1::OfferService::service_full_name(), parts.pool, options) {}
  // Before the server starts.
  void AddTo(rpc::Server& server);

  grpc::ServerUnaryReactor* CreateOffer(grpc::CallbackServerContext*, const v1::CreateOfferRequest*,
                                        v1::CreateOfferResponse*) override;
  grpc::ServerUnaryReactor* GetOffer(grpc::CallbackServerContext*, const v1::GetOfferRequest*,
                                     v1::GetOfferResponse*) override;
  grpc::ServerUnaryReactor* ListOffers(grpc::CallbackServerContext*, const v1::ListOffersRequest*,
                                       v1::ListOffersResponse*) override;
  grpc::ServerUnaryReactor* UpdateOffer(grpc::CallbackServerContext*, const v1::UpdateOfferRequest*,
                                        v1::UpdateOfferResponse*) override;
  grpc::ServerUnaryReactor* SendOffer(grpc::CallbackServerContext*, const v1::SendOfferRequest*,
                                      v1::SendOfferResponse*) override;
  grpc::ServerUnaryReactor* WithdrawOffer(grpc::CallbackServerContext*, const v1::WithdrawOfferRequest*,
                                          v1::WithdrawOfferResponse*) override;
  grpc::ServerUnaryReactor* DeclineOffer(grpc::CallbackServerContext*, const v1::DeclineOfferRequest*,
                                         v1::DeclineOfferResponse*) override;
  grpc::ServerUnaryReactor* AcceptOffer(grpc::CallbackServerContext*, const v1::AcceptOfferRequest*,
                                        v1::AcceptOfferResponse*) override;
  grpc::ServerUnaryReactor* RecordOrderOutcome(grpc::CallbackServerContext*,
                                               const v1::RecordOrderOutcomeRequest*,
                                               v1::RecordOrderOutcomeResponse*) override;

  const rpc::Unary& unary() const { return unary_; }

 private:
  using Answer = db::Answer<OfferDomain>;

  rpc::Awaitable<v1::CreateOfferResponse> Create(rpc::Call call, const v1::CreateOfferRequest& request);
  rpc::Awaitable<v1::GetOfferResponse> Get(rpc::Call call, const v1::GetOfferRequest& request);
  rpc::Awaitable<v1::ListOffersResponse> List(rpc::Call call, const v1::ListOffersRequest& request);
  rpc::Awaitable<v1::UpdateOfferResponse> Update(rpc::Call call, const v1::UpdateOfferRequest& request);
  rpc::Awaitable<v1::SendOfferResponse> Send(rpc::Call call, const v1::SendOfferRequest& request);
  rpc::Awaitable<v1::WithdrawOfferResponse> Withdraw(rpc::Call call, const v1::WithdrawOfferRequest& request);
  rpc::Awaitable<v1::DeclineOfferResponse> Decline(rpc::Call call, const v1::DeclineOfferRequest& request);
  rpc::Awaitable<v1::AcceptOfferResponse> Accept(rpc::Call call, const v1::AcceptOfferRequest& request);
  rpc::Awaitable<v1::RecordOrderOutcomeResponse> RecordOutcome(rpc::Call call,
                                                               const v1::RecordOrderOutcomeRequest& request);

  // Through the offer's lane, or of a validate_only call as a preview.
  rpc::Awaitable<Answer> Submit(rpc::Call call, OfferId id, OfferCommand command);
  // The offer as it stands now; OFFER_NOT_FOUND for who may not see it.
  rpc::Awaitable<Offer> Read(OfferId id, Actor actor);
  // The gig as a command on this offer needs to know it: `gig` where the command moves the offer to another, else the
  // offer's own. Nothing, and nobody asked, where the command would be refused for its actor or the offer's state: the
  // lane says so, or answers a replay.
  rpc::Awaitable<std::optional<GigFacts>> GigFor(rpc::Call call, OfferId id, Trigger trigger,
                                                 std::optional<GigId> gig);

  // A page's offers as they stand now, newest first.
  rpc::Awaitable<std::vector<Offer>> FindPage(OfferFilter filter, std::optional<OfferPlace> after,
                                              size_t limit);

  const Parts parts_;
  rpc::Unary unary_;
};

}  // namespace milepost::offers
