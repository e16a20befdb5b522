#include "tests/torture/books.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "common/core/status_macros.h"
#include "milepost/storage/v1/offer.pb.h"
#include "tests/e2e/stories/story.h"

namespace milepost::torture {
namespace {

using testing::v1::PaymentSimulator;
constexpr std::chrono::seconds kTimeout{20};
constexpr char kReader[] = "operators/torture";
constexpr char kLanesBehind[] =
    "SELECT COUNT(*) FROM lane_commits l LEFT JOIN stream_lanes s ON s.lane = l.lane WHERE s.batch IS NULL "
    "OR "
    "s.batch < l.batch";

const char* TableOf(Victim service) {
  if (service == Victim::kCatalog) return "gigs";
  return service == Victim::kOffers ? "offers" : "orders";
}

std::string StateName(payments::v1::ChargeState state) {
  return payments::v1::ChargeState_Name(state).substr(std::string("CHARGE_STATE_").size());
}

// "RUNNING" until the offer knows how its order ended.
std::string OutcomeName(storage::v1::Offer::OrderOutcome outcome) {
  if (outcome == storage::v1::Offer::ORDER_OUTCOME_COMPLETED) return "COMPLETED";
  return outcome == storage::v1::Offer::ORDER_OUTCOME_CANCELLED ? "CANCELLED" : "RUNNING";
}

absl::Status NotAnswered(const std::string& what, const grpc::Status& status) {
  return absl::UnavailableError(absl::StrCat(what, ": ", status.error_message()));
}

}  // namespace

// On a cluster a read may lag behind a commit that another node has acknowledged, unless it is told to wait.
Books::Books(Fleet& fleet) : fleet_(fleet), platform_(fleet.NewClient(kTimeout)) {
  for (const Victim service : {Victim::kCatalog, Victim::kOffers, Victim::kBilling}) {
    sessions_[service] = std::make_unique<db::Session>(
        fleet.Schema(service),
        std::vector<std::string>{
            "SET @milepost_wait = IF((SELECT COUNT(*) FROM information_schema.plugins "
            "WHERE plugin_name = 'wsrep' AND plugin_status = 'ACTIVE') = 1, 'SET SESSION "
            "wsrep_sync_wait = 1', 'DO 0')",
            "PREPARE milepost_wait FROM @milepost_wait", "EXECUTE milepost_wait",
            "DEALLOCATE PREPARE milepost_wait"});
  }
}

// Once more on a new connection: the database may have been killed since the last look.
absl::Status Books::Read(Victim service, const std::string& sql, const db::Row& parameters, Each each) {
  for (int tries = 1;; ++tries) {
    MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, sessions_.at(service)->Get());
    absl::Status read = connection->Query(sql, parameters, each);
    if (!db::IsLost(read) || tries == 2) return read;
  }
}

// All services are as far ahead of the database.
absl::StatusOr<int64_t> Books::NowMicros() {
  int64_t now_us = 0;
  MILEPOST_RETURN_IF_ERROR(
      Read(Victim::kBilling,
           absl::StrCat("SELECT CAST(", db::kNowMicros,
                        " + COALESCE((SELECT value_us FROM test_clock WHERE mode = 1), 0) AS SIGNED)"),
           {}, [&](const db::ResultRow& row) {
             now_us = row.Int64(0);
             return absl::OkStatus();
           }));
  return now_us;
}

absl::StatusOr<std::vector<OrderRow>> Books::Orders(int64_t since_us) {
  std::map<Uuid, OrderRow> orders;
  MILEPOST_RETURN_IF_ERROR(Read(
      Victim::kBilling,
      "SELECT id, sequence, state, offer_id, funded_minor, released_minor, refunded_minor FROM orders WHERE "
      "updated_us >= ?",
      {since_us}, [&](const db::ResultRow& row) {
        OrderRow& order = orders[row.Id(0)];
        order.id = row.Id(0);
        order.sequence = row.Uint64(1);
        order.state = row.Bytes(2);
        if (!row.IsNull(3)) order.offer = row.Id(3);
        order.funded_minor = row.Int64(4);
        order.released_minor = row.Int64(5);
        order.refunded_minor = row.Int64(6);
        return absl::OkStatus();
      }));
  MILEPOST_RETURN_IF_ERROR(ReadAttempts(since_us, orders));
  MILEPOST_RETURN_IF_ERROR(ReadEntries(since_us, orders));
  MILEPOST_RETURN_IF_ERROR(ReadEvents(since_us, orders));
  MILEPOST_RETURN_IF_ERROR(ReadOffersOf(orders));
  std::vector<OrderRow> rows;
  for (auto& [id, order] : orders) rows.push_back(std::move(order));
  return rows;
}

absl::Status Books::ReadAttempts(int64_t since_us, std::map<Uuid, OrderRow>& orders) {
  return Read(
      Victim::kBilling,
      "SELECT c.order_id, c.milestone, c.slot, c.state, c.amount_minor, c.buyer_fee_minor, "
      "c.late_success_us, "
      "(SELECT CAST(COALESCE(SUM(r.amount_minor), 0) AS SIGNED) FROM refunds r WHERE r.charge_id = c.id AND "
      "r.state = 'SUCCEEDED') FROM orders o STRAIGHT_JOIN charges c ON c.order_id = o.id WHERE o.updated_us "
      ">= ?",
      {since_us}, [&](const db::ResultRow& row) {
        const auto order = orders.find(row.Id(0));
        if (order == orders.end()) return absl::OkStatus();
        AttemptRow attempt;
        attempt.milestone = static_cast<uint32_t>(row.Int64(1));
        attempt.slot = static_cast<uint32_t>(row.Int64(2));
        attempt.state = row.Bytes(3);
        attempt.amount_minor = row.Int64(4);
        attempt.total_minor = row.Int64(4) + row.Int64(5);
        attempt.late_success = !row.IsNull(6);
        attempt.given_back_minor = row.Int64(7);
        order->second.attempts.push_back(std::move(attempt));
        return absl::OkStatus();
      });
}

absl::Status Books::ReadEntries(int64_t since_us, std::map<Uuid, OrderRow>& orders) {
  return Read(
      Victim::kBilling,
      "SELECT e.order_id, e.sequence, CAST(SUM(IF(e.account LIKE 'escrow:%', -e.amount_minor, 0)) AS "
      "SIGNED), "
      "CAST(SUM(IF(e.account = 'provider:clearing' AND e.amount_minor > 0, e.amount_minor, 0)) AS SIGNED), "
      "CAST(SUM(e.amount_minor) AS SIGNED), "
      "CAST(SUM(IF(e.account = 'provider:clearing' AND e.amount_minor < 0, -e.amount_minor, 0)) AS SIGNED), "
      "CAST(SUM(IF(e.account = 'revenue:buyer_fee' AND e.amount_minor > 0, e.amount_minor, 0)) AS SIGNED), "
      "CAST(SUM(IF(e.account IN ('refund:transit', 'suspense'), -e.amount_minor, 0)) AS SIGNED) "
      "FROM orders o STRAIGHT_JOIN entries e ON e.order_id = o.id WHERE "
      "o.updated_us >= ? GROUP BY e.order_id, e.sequence, e.currency",
      {since_us}, [&](const db::ResultRow& row) {
        const auto order = orders.find(row.Id(0));
        if (order == orders.end()) return absl::OkStatus();
        order->second.escrow_minor += row.Int64(2);
        order->second.captured_minor += row.Int64(3);
        if (row.Int64(4) != 0) order->second.unbalanced.push_back(row.Uint64(1));
        order->second.paid_back_minor += row.Int64(5);
        order->second.fees_back_minor += row.Int64(6);
        order->second.under_way_minor += row.Int64(7);
        return absl::OkStatus();
      });
}

absl::Status Books::ReadEvents(int64_t since_us, std::map<Uuid, OrderRow>& orders) {
  return Read(Victim::kBilling,
              "SELECT e.aggregate_id, COUNT(*), MAX(e.sequence) FROM orders o STRAIGHT_JOIN events e ON "
              "e.aggregate_id = o.id WHERE o.updated_us >= ? GROUP BY e.aggregate_id",
              {since_us}, [&](const db::ResultRow& row) {
                const auto order = orders.find(row.Id(0));
                if (order == orders.end()) return absl::OkStatus();
                order->second.events = row.Uint64(1);
                order->second.last_event = row.Uint64(2);
                return absl::OkStatus();
              });
}

absl::Status Books::ReadOffersOf(std::map<Uuid, OrderRow>& orders) {
  const std::string sql =
      absl::StrCat("SELECT state, body FROM ", fleet_.Schema(Victim::kOffers).schema, ".offers WHERE id = ?");
  for (auto& [id, order] : orders) {
    if (!order.offer) continue;
    MILEPOST_RETURN_IF_ERROR(
        Read(Victim::kOffers, sql, {*order.offer}, [&order = order](const db::ResultRow& row) {
          order.offer_state = row.Bytes(0);
          storage::v1::Offer body;
          if (!body.ParseFromString(row.Bytes(1))) return absl::DataLossError("an offer can't be read");
          order.offer_order_state = OutcomeName(body.order_outcome());
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<OfferRow>> Books::Offers(int64_t since_us) {
  std::vector<OfferRow> offers;
  const std::string sql = absl::Substitute(
      "SELECT f.id, f.state, COALESCE(o.state, '') FROM offers f LEFT JOIN $0.orders o ON o.offer_id = f.id "
      "WHERE f.updated_us >= ? AND (f.state = 'ACCEPTED' OR o.id IS NOT NULL)",
      fleet_.Schema(Victim::kBilling).schema);
  MILEPOST_RETURN_IF_ERROR(Read(Victim::kOffers, sql, {since_us}, [&](const db::ResultRow& row) {
    offers.push_back({row.Id(0), row.Bytes(1), row.Bytes(2)});
    return absl::OkStatus();
  }));
  return offers;
}

absl::StatusOr<std::string> Books::Audit(const std::string& order) {
  billing::v1::AuditOrderRequest request;
  request.set_name(order);
  const auto audit =
      platform_.Call(kReader, platform_.billing(), &billing::v1::MilestoneBilling::Stub::AuditOrder, request);
  if (!audit.ok()) return NotAnswered("AuditOrder", audit.status);
  if (audit->consistent()) return "";
  return audit->finding().ShortDebugString();
}

absl::StatusOr<std::map<Uuid, uint64_t>> Books::Sequences(Victim service) {
  std::map<Uuid, uint64_t> sequences;
  MILEPOST_RETURN_IF_ERROR(Read(service, absl::StrCat("SELECT id, sequence FROM ", TableOf(service)), {},
                                [&](const db::ResultRow& row) {
                                  sequences[row.Id(0)] = row.Uint64(1);
                                  return absl::OkStatus();
                                }));
  return sequences;
}

absl::StatusOr<std::vector<Books::RequestRow>> Books::Requests(Victim service, int64_t since_us) {
  std::vector<RequestRow> requests;
  MILEPOST_RETURN_IF_ERROR(Read(service,
                                "SELECT request_id, aggregate_id, sequence FROM requests WHERE at_us >= ?",
                                {since_us}, [&](const db::ResultRow& row) {
                                  requests.push_back({row.Id(0), row.Id(1), row.Uint64(2)});
                                  return absl::OkStatus();
                                }));
  return requests;
}

absl::StatusOr<std::vector<ProviderRow>> Books::ProviderCharges(const std::string& key_prefix) {
  std::vector<ProviderRow> rows;
  testing::v1::ListChargesRequest request;
  request.set_key_prefix(key_prefix);
  request.set_page_size(1000);
  do {
    const auto page =
        platform_.Call(kReader, platform_.simulator(), &PaymentSimulator::Stub::ListCharges, request);
    if (!page.ok()) return NotAnswered("ListCharges", page.status);
    for (const auto& recorded : page->charges())
      rows.push_back({recorded.charge().key(), StateName(recorded.charge().state()),
                      e2e::Cents(recorded.charge().amount()), recorded.captures()});
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return rows;
}

absl::StatusOr<std::vector<RefundRow>> Books::ProviderRefunds(const std::string& key_prefix) {
  std::vector<RefundRow> rows;
  testing::v1::ListRefundsRequest request;
  request.set_key_prefix(key_prefix);
  request.set_page_size(1000);
  do {
    const auto page =
        platform_.Call(kReader, platform_.simulator(), &PaymentSimulator::Stub::ListRefunds, request);
    if (!page.ok()) return NotAnswered("ListRefunds", page.status);
    for (const auto& recorded : page->refunds())
      rows.push_back(
          {recorded.refund().charge_key(), e2e::Cents(recorded.refund().amount()), recorded.payouts()});
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return rows;
}

absl::StatusOr<ProviderRows> Books::Provider(const std::string& key_prefix) {
  ProviderRows rows;
  MILEPOST_ASSIGN_OR_RETURN(rows.charges, ProviderCharges(key_prefix));
  MILEPOST_ASSIGN_OR_RETURN(rows.refunds, ProviderRefunds(key_prefix));
  return rows;
}

absl::StatusOr<StreamRow> Books::Stream(Victim service) {
  StreamRow stream;
  MILEPOST_RETURN_IF_ERROR(Read(
      service,
      "SELECT (SELECT COUNT(*) FROM events), (SELECT CAST(COALESCE(SUM(events), 0) AS SIGNED) FROM stream), "
      "(SELECT CAST(next_position AS SIGNED) FROM stream_head WHERE id = 1)",
      {}, [&](const db::ResultRow& row) {
        stream = {row.Int64(0), row.Int64(1), row.Int64(2)};
        return absl::OkStatus();
      }));
  return stream;
}

absl::Status Books::ReadProviderTotals(Totals& totals) {
  const auto provider =
      platform_.Call(kReader, platform_.simulator(), &PaymentSimulator::Stub::SummarizeCharges,
                     testing::v1::SummarizeChargesRequest());
  if (!provider.ok()) return NotAnswered("SummarizeCharges", provider.status);
  totals.provider_captures = provider->captures();
  totals.provider_succeeded = provider->succeeded();
  for (const auto& amount : provider->captured()) totals.captured_at_provider_minor += e2e::Cents(amount);
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<RefundRow> refunds, ProviderRefunds(""));
  for (const RefundRow& refund : refunds)
    totals.paid_back_at_provider_minor += refund.payouts * refund.amount_minor;
  return absl::OkStatus();
}

absl::StatusOr<Totals> Books::ReadTotals() {
  Totals totals;
  MILEPOST_RETURN_IF_ERROR(ReadProviderTotals(totals));
  MILEPOST_RETURN_IF_ERROR(Read(Victim::kBilling,
                                "SELECT CAST(COALESCE(SUM(GREATEST(amount_minor, 0)), 0) AS SIGNED), "
                                "CAST(COALESCE(SUM(GREATEST(-amount_minor, 0)), 0) AS SIGNED) FROM entries "
                                "WHERE account = 'provider:clearing'",
                                {}, [&](const db::ResultRow& row) {
                                  totals.captured_in_ledger_minor = row.Int64(0);
                                  totals.paid_back_in_ledger_minor = row.Int64(1);
                                  return absl::OkStatus();
                                }));
  const auto trial = platform_.Call(kReader, platform_.ledger(), &billing::v1::Ledger::Stub::GetTrialBalance,
                                    billing::v1::GetTrialBalanceRequest());
  if (!trial.ok()) return NotAnswered("GetTrialBalance", trial.status);
  totals.trial_balance_is_zero = trial->balanced();
  return totals;
}

// Each by an index that holds nothing else: this is asked again and again.
absl::StatusOr<std::map<std::string, int64_t>> Books::OpenSteps() {
  struct Kind {
    const char* name;
    Victim service;
    const char* sql;
  };
  static constexpr Kind kKinds[] = {
      {"open charges", Victim::kBilling, "SELECT COUNT(*) FROM charges WHERE open_lease_us IS NOT NULL"},
      {"refunds", Victim::kBilling, "SELECT COUNT(*) FROM refunds WHERE open_lease_us IS NOT NULL"},
      {"questions about ended charges", Victim::kBilling,
       "SELECT COUNT(*) FROM charge_questions WHERE ask_us IS NOT NULL"},
      {"owed outcomes", Victim::kBilling, "SELECT COUNT(*) FROM orders WHERE outcome_due_us IS NOT NULL"},
      {"offers being accepted", Victim::kOffers,
       "SELECT COUNT(*) FROM offers WHERE accepting_since_us IS NOT NULL"},
      {"lanes with events out of the catalogue's stream", Victim::kCatalog, kLanesBehind},
      {"lanes with events out of the offers' stream", Victim::kOffers, kLanesBehind},
      {"lanes with events out of the orders' stream", Victim::kBilling, kLanesBehind},
  };
  std::map<std::string, int64_t> open;
  // First: what fires may open the others.
  MILEPOST_RETURN_IF_ERROR(CountDueDeadlines(open));
  for (const Kind& kind : kKinds) {
    MILEPOST_RETURN_IF_ERROR(Read(kind.service, kind.sql, {}, [&](const db::ResultRow& row) {
      if (row.Int64(0) > 0) open[kind.name] = row.Int64(0);
      return absl::OkStatus();
    }));
  }
  return open;
}

absl::Status Books::CountDueDeadlines(std::map<std::string, int64_t>& open) {
  MILEPOST_ASSIGN_OR_RETURN(const int64_t now_us, NowMicros());
  for (const auto& [service, type] :
       {std::pair(Victim::kOffers, "offer"), std::pair(Victim::kBilling, "order")}) {
    const std::string sql = absl::StrCat("SELECT COUNT(*) FROM deadlines WHERE aggregate_type = '", type,
                                         "' AND pending_due_us <= ?");
    MILEPOST_RETURN_IF_ERROR(Read(service, sql, {now_us}, [&](const db::ResultRow& row) {
      if (row.Int64(0) > 0) open["due deadlines"] += row.Int64(0);
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, int64_t>> Books::DeadlinesFired() {
  std::map<std::string, int64_t> fired;
  for (const Victim service : {Victim::kOffers, Victim::kBilling})
    MILEPOST_RETURN_IF_ERROR(Read(service,
                                  "SELECT kind, COUNT(*) FROM deadlines WHERE state = 2 GROUP BY kind", {},
                                  [&](const db::ResultRow& row) {
                                    fired[row.Bytes(0)] += row.Int64(1);
                                    return absl::OkStatus();
                                  }));
  return fired;
}

}  // namespace milepost::torture
