// The server of GigCatalog, which main.cc runs: its own parts in the shell of a service.
#pragma once

#include "common/service/shell.h"
#include "services/gig_catalog/domain/decide.h"

namespace milepost::gig_catalog {

// Thread-safe after construction. Outlives the drain of the server that its shell was added to.
class GigServer {
 public:
  // Connects when it is first used.
  explicit GigServer(const service::Options& options);

  service::AnyShell& shell() { return shell_; }

 private:
  service::Shell<GigDomain> shell_;
};

}  // namespace milepost::gig_catalog
