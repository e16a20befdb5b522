// Shows a test or the load program every statement that its process sends to the database, to check its plan or to
// repeat it by hand. Servers set no observer.
#pragma once

#include <functional>
#include <string>

#include "absl/types/span.h"
#include "common/db/row.h"

namespace milepost::db {

// Called on the connection's thread before the statement is sent; `parameters` fill its places in order.
using StatementObserver = std::function<void(const std::string& sql, absl::Span<const Row> parameters)>;

// Sets the observer; null removes it. Not thread-safe: never call it while a statement is being sent.
void ObserveStatements(StatementObserver observer);

}  // namespace milepost::db
