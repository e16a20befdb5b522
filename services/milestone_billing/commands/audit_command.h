// The command `milestone_billing audit`: audits all orders, or one, against the database (W1).
//
// Each order that is not consistent is a line on stdout, the summary is the last one; progress goes to stderr. The exit
// status: 0 all consistent and the ledger balances, 1 something is not, or more events are from before the chain than
// --audit_unchained_max, 2 the audit could not be completed.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/db/connection.h"
#include "common/rpc/flags.h"
#include "services/milestone_billing/commands/audit_walk.h"

namespace milepost::billing {

class AuditCommand {
 public:
  // The command's name and its settings. This object outlives `flags`.
  explicit AuditCommand(rpc::FlagSet& flags);
  AuditCommand(const AuditCommand&) = delete;
  AuditCommand& operator=(const AuditCommand&) = delete;

  int Run(const db::ConnectOptions& database) const;

 private:
  int RunAll(db::Session& session) const;
  int RunOne(db::Session& session) const;
  // Prints the summary and returns the exit status.
  int Conclude(const AuditTally& tally, absl::Duration took) const;

  const OrderAuditor auditor_;
  int page_size_ = 200;
  int unchained_max_ = -1;  // any number
  absl::Duration progress_every_ = absl::Seconds(1);
  std::string order_;
};

}  // namespace milepost::billing
