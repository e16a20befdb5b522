// What the databases and the provider's journal say after a round, as plain values that verdict.h judges.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "tests/torture/fleet.h"

namespace milepost::torture {

// A payment attempt as MilestoneBilling has it.
struct AttemptRow {
  uint32_t milestone = 0, slot = 0;
  std::string state;        // "SUCCEEDED"
  int64_t total_minor = 0;  // amount and buyer's fee: what the provider is asked for
  int64_t amount_minor = 0;
  bool late_success = false;     // captured after it was closed (M9)
  int64_t given_back_minor = 0;  // by refunds that ended well (M5, M6, M9)
};

// A key as the provider has it.
struct ProviderRow {
  std::string key;
  std::string state;
  int64_t amount_minor = 0;
  int captures = 0;
};

// A refund's key as the provider has it.
struct RefundRow {
  std::string charge_key;
  int64_t amount_minor = 0;
  int payouts = 0;
};

// What the provider has of one order.
struct ProviderRows {
  std::vector<ProviderRow> charges;
  std::vector<RefundRow> refunds;
};

struct OrderRow {
  Uuid id;
  uint64_t sequence = 0;
  std::string state;
  std::optional<Uuid> offer;
  std::string offer_state;        // of its offer; empty: no such offer
  std::string offer_order_state;  // what the offer says of the order, as its parties are told
  int64_t funded_minor = 0, released_minor = 0, refunded_minor = 0;
  std::vector<AttemptRow> attempts;
  // From its ledger entries.
  int64_t escrow_minor = 0;          // what its escrow accounts hold
  int64_t captured_minor = 0;        // what was debited to provider:clearing
  int64_t paid_back_minor = 0;       // … and credited
  int64_t fees_back_minor = 0;       // what was debited to revenue:buyer_fee
  int64_t under_way_minor = 0;       // what refund:transit and suspense hold
  std::vector<uint64_t> unbalanced;  // events whose entries don't sum to 0
  // From its events.
  uint64_t events = 0, last_event = 0;
  // What AuditOrder (W1) found first, printed; empty: it is consistent.
  std::string audit_finding;
};

// An offer that the database has as ACCEPTED, or any that has an order.
struct OfferRow {
  Uuid id;
  std::string state;
  std::string order_state;  // of its order's row; empty: there is none
};

struct Totals {
  int64_t captured_at_provider_minor = 0;
  int64_t provider_captures = 0, provider_succeeded = 0;
  int64_t captured_in_ledger_minor = 0;
  int64_t paid_back_at_provider_minor = 0, paid_back_in_ledger_minor = 0;
  bool trial_balance_is_zero = false;
};

// The stream of one service's events.
struct StreamRow {
  int64_t events = 0, in_stream = 0;  // how many there are, and how many have a position
  int64_t next_position = 0;
};

// Everything by service; times are the services', which are the database's unless they were advanced.
class Books {
 public:
  // The fleet outlives it. Everything must be up.
  explicit Books(Fleet& fleet);

  absl::StatusOr<int64_t> NowMicros();
  // What changed since then (0: everything).
  absl::StatusOr<std::vector<OrderRow>> Orders(int64_t since_us);
  absl::StatusOr<std::vector<OfferRow>> Offers(int64_t since_us);
  // AuditOrder: what it found first, empty where the order is consistent.
  absl::StatusOr<std::string> Audit(const std::string& order);
  absl::StatusOr<std::map<Uuid, uint64_t>> Sequences(Victim service);
  struct RequestRow {
    Uuid request_id, aggregate;
    uint64_t sequence = 0;
  };
  absl::StatusOr<std::vector<RequestRow>> Requests(Victim service, int64_t since_us);
  absl::StatusOr<ProviderRows> Provider(const std::string& key_prefix);
  absl::StatusOr<StreamRow> Stream(Victim service);
  absl::StatusOr<Totals> ReadTotals();
  // How many steps are open that should finish by themselves, by kind; empty: none.
  absl::StatusOr<std::map<std::string, int64_t>> OpenSteps();
  // How many deadlines fired since the first round, by kind ("REVIEW").
  absl::StatusOr<std::map<std::string, int64_t>> DeadlinesFired();

 private:
  using Each = absl::FunctionRef<absl::Status(const db::ResultRow&)>;
  absl::Status Read(Victim service, const std::string& sql, const db::Row& parameters, Each each);
  absl::StatusOr<std::vector<ProviderRow>> ProviderCharges(const std::string& key_prefix);
  absl::StatusOr<std::vector<RefundRow>> ProviderRefunds(const std::string& key_prefix);
  absl::Status ReadProviderTotals(Totals& totals);
  absl::Status ReadAttempts(int64_t since_us, std::map<Uuid, OrderRow>& orders);
  absl::Status ReadEntries(int64_t since_us, std::map<Uuid, OrderRow>& orders);
  absl::Status ReadEvents(int64_t since_us, std::map<Uuid, OrderRow>& orders);
  absl::Status ReadOffersOf(std::map<Uuid, OrderRow>& orders);
  absl::Status CountDueDeadlines(std::map<std::string, int64_t>& open);

  Fleet& fleet_;
  e2e::PlatformClient platform_;
  std::map<Victim, std::unique_ptr<db::Session>> sessions_;
};

}  // namespace milepost::torture
