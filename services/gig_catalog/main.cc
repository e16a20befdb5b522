// GigCatalog as a process: gigs and their milestone plans. Wiring only.
#include "common/obs/standard_streams.h"
#include "common/rpc/server.h"
#include "common/service/flags.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/server/gig_server.h"

namespace milepost::gig_catalog {
namespace {

int Serve(const rpc::ServiceFlags& shared, const service::Options& options) {
  rpc::Server server(shared.server);
  GigServer gigs(options);
  return gigs.shell().Run(server, shared);
}

int Main(int argc, char** argv) {
  service::Options options;
  service::Flags flags("gig-catalog", "Gigs and their milestone plans.", "gig_catalog", options);
  return flags.Run(argc, argv, migrations::gig_catalog(), [&] { return Serve(flags.shared(), options); });
}

}  // namespace
}  // namespace milepost::gig_catalog

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::gig_catalog::Main(argc, argv);
}
