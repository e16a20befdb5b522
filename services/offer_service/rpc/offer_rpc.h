// The RPC service OfferService: each handler converts, submits, converts. Thread-safe; must outlive the gRPC server.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "common/rpc/service.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "services/offer_service/clients/gig_catalog.h"
#include "services/offer_service/domain/offer_domain.h"
#include "services/offer_service/store/offer_queries.h"
#include "services/offer_service/workers/offer_access.h"
#include "services/offer_service/workers/placing.h"

namespace milepost::offers {

class OfferRpc final : public rpc::Service {
 public:
  // The parts that the handlers need; all must outlive this object.
  struct Parts {
    OfferAccess& offers;
    Queries& queries;
    GigCatalogClient& gigs;
    Placing& placing;
    TermsPolicy policy;
  };

  OfferRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, const Parts& parts);

 private:
  using Answer = db::Answer<OfferDomain>;

  rpc::Awaitable<v1::CreateOfferResponse> CreateOffer(rpc::Call call, const v1::CreateOfferRequest& request);
  rpc::Awaitable<v1::GetOfferResponse> GetOffer(rpc::Call call, const v1::GetOfferRequest& request);
  rpc::Awaitable<v1::ListOffersResponse> ListOffers(rpc::Call call, const v1::ListOffersRequest& request);
  rpc::Awaitable<v1::UpdateOfferResponse> UpdateOffer(rpc::Call call, const v1::UpdateOfferRequest& request);
  rpc::Awaitable<v1::DeleteOfferResponse> DeleteOffer(rpc::Call call, const v1::DeleteOfferRequest& request);
  rpc::Awaitable<v1::SendOfferResponse> SendOffer(rpc::Call call, const v1::SendOfferRequest& request);
  rpc::Awaitable<v1::WithdrawOfferResponse> WithdrawOffer(rpc::Call call,
                                                          const v1::WithdrawOfferRequest& request);
  rpc::Awaitable<v1::DeclineOfferResponse> DeclineOffer(rpc::Call call,
                                                        const v1::DeclineOfferRequest& request);
  rpc::Awaitable<v1::AcceptOfferResponse> AcceptOffer(rpc::Call call, const v1::AcceptOfferRequest& request);
  rpc::Awaitable<v1::RecordOrderOutcomeResponse> RecordOrderOutcome(
      rpc::Call call, const v1::RecordOrderOutcomeRequest& request);

  // Runs the command in the offer's lane, or previews it for a validate_only call.
  rpc::Awaitable<Answer> Submit(rpc::Call call, OfferId id, OfferCommand command);
  // Reads the facts about the gig that a command on this offer needs: `gig` if the command moves the offer to another
  // gig, else the offer's own. Without a call to GigCatalog it fails with the command's refusal, if the command is refused
  // for its actor or the offer's state, or because there is no such offer. An error is not the answer: it goes to the
  // lane with the command, because the request may be a replay.
  rpc::Awaitable<GigFacts> GigFor(rpc::Call call, OfferId id, Trigger trigger, std::optional<GigId> gig);

  // A page's offers as they stand now, newest first; some may have been deleted since they were found.
  rpc::Awaitable<std::vector<Offer>> FindPage(OfferFilter filter, std::optional<OfferPlace> after,
                                              size_t limit);

  const Parts parts_;
};

}  // namespace milepost::offers
