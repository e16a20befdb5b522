#include "common/core/environment.h"

#include <cstdlib>

#include "absl/strings/string_view.h"

namespace milepost {

bool InProduction() {
  const char* environment = std::getenv("MILEPOST_ENVIRONMENT");
  return environment != nullptr && absl::string_view(environment) == "production";
}

}  // namespace milepost
