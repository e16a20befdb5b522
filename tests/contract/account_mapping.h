// The account's tables: what a service's store/ folder holds for its aggregate.
#pragma once

#include "common/db/mapping.h"
#include "common/db/migrations.h"
#include "tests/contract/account.h"

namespace milepost::contract {

db::Mapping<Account> AccountMapping();
db::MigrationSet AccountMigrations();

}  // namespace milepost::contract
