#include "services/milestone_billing/commands/audit_walk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/core/status_macros.h"
#include "common/db/error.h"

namespace milepost::billing {
namespace {

absl::StatusOr<OrderAuditor::Page> AuditPage(db::Session& session, const OrderAuditor& auditor,
                                             const std::optional<OrderId>& after, int page_size) {
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session.Get());
  return auditor.AuditAfter(*connection, after, page_size);
}

}  // namespace

void AuditTally::Add(const OrderAudit& audit) {
  ++orders;
  bad += !audit.consistent();
  events += audit.events;
  unchained += audit.unchained;
  for (const TrialBalanceLine& line : audit.trial_balance) {
    ledger[line.currency].debits += line.debits_minor;
    ledger[line.currency].credits += line.credits_minor;
  }
}

bool AuditTally::balanced() const {
  return std::all_of(ledger.begin(), ledger.end(),
                     [](const auto& sums) { return sums.second.debits == sums.second.credits; });
}

absl::StatusOr<AuditTally> AuditAll(db::Session& session, const OrderAuditor& auditor, int page_size,
                                    const std::function<void(const OrderAudit&)>& on_bad,
                                    const std::function<void(const AuditTally&)>& on_page) {
  AuditTally tally;
  std::optional<OrderId> after;
  do {
    absl::StatusOr<OrderAuditor::Page> page = AuditPage(session, auditor, after, page_size);
    if (db::IsLost(page.status())) page = AuditPage(session, auditor, after, page_size);
    if (!page.ok()) return page.status();
    for (const OrderAudit& audit : page->orders) {
      tally.Add(audit);
      if (!audit.consistent()) on_bad(audit);
    }
    on_page(tally);
    after = page->last;
  } while (after);
  return tally;
}

}  // namespace milepost::billing
