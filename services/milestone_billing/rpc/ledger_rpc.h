// The RPC service Ledger: its methods are those of its handlers.
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
    reading_.AddTo(*this);
  }

 private:
  LedgerReadingHandlers reading_;
};

}  // namespace milepost::billing
