// The RPC service Ledger: it connects methods and handlers.
#pragma once

#include "common/rpc/handler_pool.h"
#include "common/rpc/service.h"
#include "services/milestone_billing/rpc/ledger_reading_handlers.h"

namespace milepost::billing {

// Thread-safe. The constructor's arguments must outlive it, and it must outlive the gRPC server.
class LedgerRpc final : public rpc::Service {
 public:
  LedgerRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, OrderAccess& orders, Queries& queries)
      : Service("milepost.billing.v1.Ledger", pool, options), reading_(orders, queries) {
    Add(&LedgerReadingHandlers::GetBalance, reading_);
    Add(&LedgerReadingHandlers::ListEntries, reading_);
    Add(&LedgerReadingHandlers::GetTrialBalance, reading_);
  }

 private:
  LedgerReadingHandlers reading_;
};

}  // namespace milepost::billing
