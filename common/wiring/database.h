// Where a service's database is, as its flags say it.
#pragma once

#include "absl/strings/string_view.h"
#include "common/db/connection.h"
#include "common/rpc/service_flags.h"

namespace milepost::wiring {

// `own_schema` is the service's default.
db::ConnectOptions ConnectOptionsOf(const rpc::ServiceFlags::Database& database,
                                    absl::string_view own_schema);

}  // namespace milepost::wiring
