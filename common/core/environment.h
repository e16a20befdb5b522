// Reads MILEPOST_ENVIRONMENT: whether the process runs in production or in development.
#pragma once

namespace milepost {

// True with MILEPOST_ENVIRONMENT=production; test-only features are then refused. A server does not start with any
// value but production or development (rpc::ServiceFlags). Thread-safe as long as nobody changes the environment.
bool InProduction();

}  // namespace milepost
