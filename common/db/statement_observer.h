// Lets a test, or the load program, see every statement that its process sends to the database: to judge the plan, or
// to send it again by hand. Servers observe nothing.
#pragma once

#include <functional>
#include <string>

#include "absl/types/span.h"
#include "common/db/row.h"

namespace milepost::db {

// Called on the connection's thread before the statement is sent; `parameters` fill its places in order.
using StatementObserver = std::function<void(const std::string& sql, absl::Span<const Row> parameters)>;

// From now on; null: no more. Not while a statement is being sent: it is not guarded against that.
void ObserveStatements(StatementObserver observer);

}  // namespace milepost::db
