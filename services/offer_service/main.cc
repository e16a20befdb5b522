// OfferService as a process: custom offers from sellers to buyers. Wiring only.
#include "common/obs/standard_streams.h"
#include "common/rpc/server.h"
#include "common/service/flags.h"
#include "migrations/offer_service.h"
#include "services/offer_service/server/offer_flags.h"
#include "services/offer_service/server/offer_server.h"

namespace milepost::offers {
namespace {

int Serve(const rpc::ServiceFlags& shared, const OfferOptions& options) {
  rpc::Server server(shared.server);
  OfferServer offers(options);
  return offers.shell().Run(server, shared);
}

int Main(int argc, char** argv) {
  OfferOptions options;
  service::Flags flags("offer-service", "Custom offers from sellers to buyers.", "offer_service", options);
  AddOfferFlags(flags.own(), options);
  return flags.Run(argc, argv, migrations::offer_service(), [&] { return Serve(flags.shared(), options); });
}

}  // namespace
}  // namespace milepost::offers

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::offers::Main(argc, argv);
}
