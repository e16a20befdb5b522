#include "common/wiring/database.h"

#include <cstdint>
#include <string>

namespace milepost::wiring {

db::ConnectOptions ConnectOptionsOf(const rpc::ServiceFlags::Database& database,
                                    absl::string_view own_schema) {
  db::ConnectOptions options;
  options.socket = database.socket;
  options.host = database.host;
  options.port = static_cast<uint16_t>(database.port);
  options.user = database.user;
  options.password = database.password;
  options.schema = database.schema.empty() ? std::string(own_schema) : database.schema;
  return options;
}

}  // namespace milepost::wiring
