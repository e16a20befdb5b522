// The account's tables: what a service's store/ folder holds for its aggregate.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/db/mapping.h"
#include "common/db/migrations.h"
#include "tests/contract/account.h"

namespace milepost::contract {

// Its events are told apart and not read back: each is stored as "event 3".
db::Mapping<Account> AccountMapping();
// An event's payload that can be read back, for a mapping that is audited.
std::string PackEvent(const Account::Event& event);
absl::StatusOr<Account::Event> UnpackEvent(absl::string_view payload);

db::MigrationSet AccountMigrations();

}  // namespace milepost::contract
