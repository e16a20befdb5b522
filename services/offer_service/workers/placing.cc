#include "services/offer_service/workers/placing.h"

#include <utility>

#include "common/core/decider.h"
#include "common/core/failpoint.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"

namespace milepost::offers {
namespace {

void LogUnsettled(const Offer& offer, absl::string_view what, const absl::Status& why) {
  obs::Log(obs::Level::kWarn, what)
      .With("offer", offer.id.ToString())
      .With("attempt", offer.accept->number)
      .With("cause", why.message());
}

void LogClocksApart(const Offer& accepting, const Offer& recorded) {
  if (!recorded.last_payment || recorded.last_payment->reason != kClocksApart) return;
  obs::Log(
      obs::Level::kError,
      "by MilestoneBilling's clock an acceptance came too late, by ours it did not: the services' clocks are "
      "apart")
      .With("offer", accepting.id.ToString())
      .With("accept_until",
            absl::FormatTime(absl::RFC3339_sec, accepting.accept->accept_until, absl::UTCTimeZone()))
      .With("now", absl::FormatTime(absl::RFC3339_sec, recorded.updated_at, absl::UTCTimeZone()));
}

}  // namespace

asio::awaitable<Offer> Placing::Drive(Offer accepting, rpc::PeerCall call) {
  Failpoint("before_place_order");
  auto asking = billing_.PlaceOrder(accepting, std::move(call));
  absl::StatusOr<std::optional<RecordPlacement>> placement = co_await std::move(asking);
  Failpoint("after_place_order");
  if (!placement.ok()) {
    LogUnsettled(accepting, "placing an order got no answer; it is tried again", placement.status());
    co_return accepting;
  }
  if (!*placement) co_return accepting;

  auto recording =
      offers_.Submit(OfferAccess::BySystem(accepting.id, **std::move(placement), "RecordPlacement"));
  absl::StatusOr<OfferAnswer> recorded = co_await std::move(recording);
  if (recorded.ok()) {
    LogClocksApart(accepting, recorded->state);
    co_return std::move(recorded->state);
  }
  LogUnsettled(accepting, "an order's placing could not be recorded; it is asked for again",
               recorded.status());
  co_return accepting;
}

rpc::Awaitable<PreviewedAcceptance> Placing::Preview(Offer accepting, absl::Time now, rpc::PeerCall call) {
  auto asking = billing_.PreviewPlacement(accepting, std::move(call));
  MILEPOST_CO_ASSIGN(PreviewedPlacement previewed, co_await std::move(asking));
  PreviewedAcceptance acceptance{std::move(accepting), std::move(previewed.money)};
  if (!previewed.placement) co_return acceptance;
  MILEPOST_CO_ASSIGN(Step<OfferDomain> step,
                     Run<OfferDomain>(&acceptance.offer, *std::move(previewed.placement), now));
  acceptance.offer = std::move(step.next);
  co_return acceptance;
}

}  // namespace milepost::offers
