// Schemas with the same tables and rows as another, made and refilled in bulk. Functions of an account that may make schemas.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/db/connection.h"

namespace milepost::load {

// An empty schema of that name, whatever was there.
absl::Status MakeEmptySchema(const db::ConnectOptions& database, const std::string& schema);

// Makes `to` anew with the tables and rows of `from`, which nobody writes to meanwhile.
absl::Status CopySchema(const db::ConnectOptions& database, const std::string& from, const std::string& to);

// Gives the tables of `to`, which CopySchema made, the rows of `from` again.
absl::Status RefillSchema(const db::ConnectOptions& database, const std::string& from, const std::string& to);

// Waits until the database has written its dirty pages, all but a few, or ten seconds have passed; hurries it meanwhile.
absl::Status AwaitWritten(const db::ConnectOptions& database);

}  // namespace milepost::load
