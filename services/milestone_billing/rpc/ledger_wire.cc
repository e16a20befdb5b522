#include "services/milestone_billing/rpc/ledger_wire.h"

#include "common/rpc/wire.h"

namespace milepost::billing {

v1::TrialBalanceLine ToWire(const TrialBalanceLine& line) {
  v1::TrialBalanceLine wire;
  wire.set_kind(line.kind);
  *wire.mutable_debits() = rpc::ToWire(Money{line.debits_minor, line.currency});
  *wire.mutable_credits() = rpc::ToWire(Money{line.credits_minor, line.currency});
  wire.set_accounts(line.accounts);
  return wire;
}

}  // namespace milepost::billing
