// MILEPOST_ENVIRONMENT: where the process runs.
#pragma once

namespace milepost {

// True with MILEPOST_ENVIRONMENT=production: what only tests may do is refused then. A server that is told anything but
// production or development does not start (rpc::ServiceFlags). Thread-safe as long as nobody changes
// the environment.
bool InProduction();

}  // namespace milepost
