// Checks the configuration of a database server: it takes writes, and none of its limits is too small for our
// statements. A session sets some variables itself (connection.cc); this checks the others.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/db/connection.h"

namespace milepost::db {

// Global variables, by name. Some servers lack some of those that we ask for.
using ServerVariables = absl::flat_hash_map<std::string, std::string>;

// OK, or a DatabaseError() that names the variable, its value and the required value: kNotWritable for a read-only
// server.
absl::Status JudgeServer(const ServerVariables& variables);

// Reads the variables of the connection's server and judges them.
absl::Status CheckServer(Connection& connection);

}  // namespace milepost::db
