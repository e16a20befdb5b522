// Whether a database server is set up so that we can work with it: it takes writes, and no limit of its is too small for what
// we send. A session sets what it can by itself (connection.cc); this checks the rest.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/db/connection.h"

namespace milepost::db {

// Global variables, by name. Some servers lack some of those that we ask for.
using ServerVariables = absl::flat_hash_map<std::string, std::string>;

// A DatabaseError() that names the variable, what it is and what it must be: kNotWritable for a server that is read-only.
absl::Status JudgeServer(const ServerVariables& variables);

// The same of the connection's server, as it stands now.
absl::Status CheckServer(Connection& connection);

}  // namespace milepost::db
