// A service's schema, migrated and filled with 100,000 rows in every table that grows, and the statements that the
// service's own code was seen to send to it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/db/connection.h"
#include "common/db/migrations.h"

namespace milepost::plans {

inline constexpr int kRows = 100'000;

// A statement as the code sent it, with the parameters of its last time.
using Statements = std::map<std::string, std::vector<db::Row>>;

// The id that row n of every table begins with, as SQL and here.
inline constexpr char kIdOfRow[] = "LEFT(UNHEX(SHA2(n, 256)), 16)";
Uuid IdOfRow(int n);

struct LargeSchema {
  std::string service;
  db::ConnectOptions options;
  Statements statements;
};

// Makes and fills a schema: the tables that every service has, and `fill`, each "TABLE SELECT … " over the table numbers(n).
// Dies when that fails.
LargeSchema MakeLargeSchema(const std::string& service, const db::MigrationSet& migrations,
                            const std::string& aggregate_type, const std::vector<std::string>& fill);

// Runs `flow` and keeps every statement that it sends.
void Watch(LargeSchema& schema, const std::function<void(db::Connection&)>& flow);

}  // namespace milepost::plans
