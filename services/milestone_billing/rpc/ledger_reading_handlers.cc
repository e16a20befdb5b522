#include "services/milestone_billing/rpc/ledger_reading_handlers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/page.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/rpc/ledger_wire.h"
#include "services/milestone_billing/rpc/visibility.h"
#include "services/milestone_billing/store/ledger_queries.h"

namespace milepost::billing {
namespace {

// Users may read their own accounts: "seller:{user}:…".
absl::Status CheckOwner(absl::string_view account, const Actor& actor) {
  const std::string own = absl::StrCat("seller:", absl::StripPrefix(actor.name, "users/"), ":");
  if (!actor.is_user() || absl::StartsWith(account, own)) return absl::OkStatus();
  return Refuse(Reason::kNotTheAccountOwner);
}

absl::StatusOr<Currency> CurrencyOf(const v1::GetBalanceRequest& request) {
  return request.currency_code().empty() ? Currency::Usd() : Currency::Parse(request.currency_code());
}

// Assets and expenses stand on the debit side, everything else on the credit side (DOMAIN §3).
bool IsDebitSide(absl::string_view account) {
  return account == kProviderClearing || absl::EndsWith(account, ":receivable") ||
         absl::StartsWith(account, "expense:") || absl::StartsWith(account, "loss:");
}

// The key of an entry, as a page token keeps it.
std::string PlaceTextOf(const LedgerEntry& entry) {
  return absl::StrCat(ToMicros(entry.at), "/", entry.order.ToString(), "/", entry.sequence, "/", entry.line);
}

// The inverse, and of nothing else.
absl::StatusOr<std::optional<LedgerEntry>> EntryFrom(absl::string_view place) {
  if (place.empty()) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(place, '/');
  if (parts.size() != 4) return Refuse(Reason::kInvalidPageToken);
  LedgerEntry entry;
  int64_t at_us = 0;
  const absl::StatusOr<Uuid> order = Uuid::Parse(parts[1]);
  if (!absl::SimpleAtoi(parts[0], &at_us) || !order.ok() || !absl::SimpleAtoi(parts[2], &entry.sequence) ||
      !absl::SimpleAtoi(parts[3], &entry.line))
    return Refuse(Reason::kInvalidPageToken);
  entry.at = FromMicros(at_us);
  entry.order = OrderId(*order);
  if (PlaceTextOf(entry) != place) return Refuse(Reason::kInvalidPageToken);
  return entry;
}

v1::Entry ToWire(const LedgerEntry& entry) {
  v1::Entry wire;
  wire.set_order(rpc::NameOf("orders", entry.order.uuid()));
  wire.set_sequence(entry.sequence);
  wire.set_line(entry.line);
  wire.set_move(entry.move);
  wire.set_account(entry.account);
  if (entry.amount.minor > 0) {
    *wire.mutable_debit() = rpc::ToWire(entry.amount);
  } else {
    *wire.mutable_credit() = rpc::ToWire(Money{-entry.amount.minor, entry.amount.currency});
  }
  *wire.mutable_entry_time() = rpc::ToWire(entry.at);
  return wire;
}

bool IsBalanced(const std::vector<TrialBalanceLine>& lines) {
  std::map<Currency, int64_t> difference;
  for (const TrialBalanceLine& line : lines)
    difference[line.currency] += line.debits_minor - line.credits_minor;
  return std::all_of(difference.begin(), difference.end(), [](const auto& each) { return each.second == 0; });
}

}  // namespace

void LedgerReadingHandlers::AddTo(rpc::Service& service) {
  service.Add(&LedgerReadingHandlers::GetBalance, *this);
  service.Add(&LedgerReadingHandlers::ListEntries, *this);
  service.Add(&LedgerReadingHandlers::GetTrialBalance, *this);
}

rpc::Awaitable<v1::GetBalanceResponse> LedgerReadingHandlers::GetBalance(
    rpc::Call call, const v1::GetBalanceRequest& request) {
  MILEPOST_CO_ASSIGN(const Currency currency, CurrencyOf(request));
  MILEPOST_CO_RETURN_IF_ERROR(CheckOwner(request.account(), call.actor));
  auto asking = queries_.Run<int64_t>(
      [&](db::Connection& connection) { return ReadBalance(connection, request.account(), currency); });
  MILEPOST_CO_ASSIGN(const int64_t debit_balance, co_await std::move(asking));
  v1::GetBalanceResponse response;
  response.set_account(request.account());
  const int64_t balance = IsDebitSide(request.account()) ? debit_balance : -debit_balance;
  *response.mutable_balance() = rpc::ToWire(Money{balance, currency});
  co_return response;
}

rpc::Awaitable<v1::ListEntriesResponse> LedgerReadingHandlers::ListEntries(
    rpc::Call call, const v1::ListEntriesRequest& request) {
  auto admitting = Admit(call.actor, request);
  MILEPOST_CO_ASSIGN(const Visibility visible, co_await std::move(admitting));
  const std::string filter = absl::StrCat("entries ", request.order(), " ", request.account());
  MILEPOST_CO_ASSIGN(const std::string token, rpc::PlaceOf(request.page_token(), filter));
  MILEPOST_CO_ASSIGN(const std::optional<LedgerEntry> after, EntryFrom(token));
  const size_t size = rpc::PageSize(request.page_size());
  auto listing = queries_.Run<std::vector<LedgerEntry>>(
      [&](db::Connection& connection) -> absl::StatusOr<std::vector<LedgerEntry>> {
        const int limit = static_cast<int>(size + 1);
        if (request.has_account()) return ListEntriesOfAccount(connection, request.account(), after, limit);
        MILEPOST_ASSIGN_OR_RETURN(const Uuid order, rpc::IdIn(request.order(), "orders"));
        return ListEntriesOfOrder(connection, OrderId(order), after, limit, visible.EntryTypes());
      });
  MILEPOST_CO_ASSIGN(std::vector<LedgerEntry> entries, co_await std::move(listing));
  v1::ListEntriesResponse response;
  if (entries.size() > size) {
    entries.resize(size);
    response.set_next_page_token(rpc::PageToken(filter, PlaceTextOf(entries.back())));
  }
  for (const LedgerEntry& entry : entries) *response.add_entries() = ToWire(entry);
  co_return response;
}

rpc::Awaitable<Visibility> LedgerReadingHandlers::Admit(const Actor& actor,
                                                        const v1::ListEntriesRequest& request) {
  if (request.has_account()) {
    MILEPOST_CO_RETURN_IF_ERROR(CheckOwner(request.account(), actor));
    // An account's owner is shown all its entries.
    co_return Visibility(events::Viewer::kOperator);
  }
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(request.order(), "orders"));
  auto reading = orders_.Get(OrderId(id));
  auto found = co_await std::move(reading);
  MILEPOST_CO_ASSIGN(const OrderSnapshot order, Visible(std::move(found), actor));
  co_return Visibility::Of(order.state, actor);
}

rpc::Awaitable<v1::GetTrialBalanceResponse> LedgerReadingHandlers::GetTrialBalance(
    rpc::Call, const v1::GetTrialBalanceRequest&) {
  auto asking = queries_.Run<std::vector<TrialBalanceLine>>(ReadTrialBalance);
  MILEPOST_CO_ASSIGN(const std::vector<TrialBalanceLine> lines, co_await std::move(asking));
  v1::GetTrialBalanceResponse response;
  for (const TrialBalanceLine& line : lines) *response.add_lines() = billing::ToWire(line);
  response.set_balanced(IsBalanced(lines));
  co_return response;
}

}  // namespace milepost::billing
