// The handlers of the service Ledger, which read balances and entries.
#pragma once

#include "common/rpc/service.h"
#include "milepost/billing/v1/ledger.pb.h"
#include "services/milestone_billing/rpc/visibility.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Thread-safe. Its parts outlive it and every call to it.
class LedgerReadingHandlers {
 public:
  LedgerReadingHandlers(OrderAccess& orders, Queries& queries) : orders_(orders), queries_(queries) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<v1::GetBalanceResponse> GetBalance(rpc::Call call, const v1::GetBalanceRequest& request);
  rpc::Awaitable<v1::ListEntriesResponse> ListEntries(rpc::Call call, const v1::ListEntriesRequest& request);
  rpc::Awaitable<v1::GetTrialBalanceResponse> GetTrialBalance(rpc::Call call,
                                                              const v1::GetTrialBalanceRequest& request);

  // The actor's visibility of these entries; refuses with NOT_THE_ACCOUNT_OWNER or ORDER_NOT_FOUND.
  rpc::Awaitable<Visibility> Admit(const Actor& actor, const v1::ListEntriesRequest& request);

  OrderAccess& orders_;
  Queries& queries_;
};

}  // namespace milepost::billing
