#include "tests/component/statement_plans/flows.h"

#include <future>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/db/lane.h"
#include "common/db/lease.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "common/events/sequencer.h"
#include "common/events/stream_reader.h"
#include "common/service/gauges.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "migrations/gig_catalog.h"
#include "migrations/milestone_billing.h"
#include "migrations/offer_service.h"
#include "services/gig_catalog/store/gig_body.h"
#include "services/gig_catalog/store/gig_lists.h"
#include "services/gig_catalog/store/gig_mapping.h"
#include "services/gig_catalog/store/gig_search.h"
#include "services/gig_catalog/store/plan_reviews.h"
#include "services/gig_catalog/store/search_filling.h"
#include "services/gig_catalog/store/subcategory_mapping.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/store/backlogs.h"
#include "services/milestone_billing/store/invariants.h"
#include "services/milestone_billing/store/ledger_queries.h"
#include "services/milestone_billing/store/order_audit.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "services/milestone_billing/store/order_queries.h"
#include "services/offer_service/store/offer_mapping.h"
#include "services/offer_service/store/offer_queries.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::plans {
namespace {

using testing::IsOk;

constexpr auto kFollow = db::TestClockUse::kFollow;
const absl::Time kNow = absl::FromUnixSeconds(1'750'000'000);

// Rows of a table of aggregates exist, but their bodies are no state: what is looked at is what was sent.
template <class D>
void LockAndLoad(const LargeSchema& schema, db::Connection& connection, db::Mapping<D> mapping) {
  const db::AggregateTable<D> table(std::move(mapping));
  std::vector<typename D::Id> ids;
  for (int n : {7, 77, 777, 7777, 77777}) ids.push_back(typename D::Id(IdOfRow(n)));
  std::sort(ids.begin(), ids.end());
  for (size_t count : {size_t{1}, ids.size()}) {
    const absl::Span<const typename D::Id> some = absl::MakeConstSpan(ids).subspan(0, count);
    typename db::AggregateTable<D>::Heads heads;
    static_cast<void>(table.Lock(connection, some, db::RowLocks::kWait, heads));
    static_cast<void>(table.Lock(connection, some, db::RowLocks::kNoWait, heads));
    static_cast<void>(table.Load(connection, some));
  }
  EXPECT_THAT(connection.Execute("ROLLBACK"), IsOk()) << schema.service;
}

void CommonStatements(const LargeSchema& schema, db::Connection& connection,
                      const std::string& aggregate_type) {
  EXPECT_THAT(db::EnableTestClock(schema.options, db::ClockMode::kFrozen), IsOk());
  db::MySqlTimeline timeline(schema.options, aggregate_type, kFollow);
  EXPECT_THAT(timeline.ReadClock(), IsOk());
  EXPECT_THAT(timeline.ShowTime(kNow), IsOk());
  EXPECT_THAT(timeline.DueBy(kNow, 100), IsOk());
  EXPECT_THAT(db::ServiceNow(connection, kFollow), IsOk());
  EXPECT_THAT(db::ShareClockSetting(connection), IsOk());
  const db::RequestKey one{IdOfRow(1), IdOfRow(1), std::string(32, 'h')};
  const db::RequestKey two{IdOfRow(2), NewUuid(kNow), std::string(32, 'h')};
  EXPECT_THAT(db::ReadRequests(connection, {&one, &two}), IsOk());
  const db::CommitId commit{NewUuid(WallNow()), 1};
  EXPECT_THAT(db::WriteLaneCommit(connection, commit), IsOk());
  EXPECT_THAT(db::LookUpLaneCommit(connection, commit), IsOk());
  testing::ExecuteOrDie(
      schema.options, "INSERT INTO lane_commits (lane, batch, committed_us) VALUES (REPEAT('o', 16), 1, 1)");
  testing::ExecuteOrDie(schema.options, "INSERT INTO stream_lanes (lane, batch) VALUES (REPEAT('o', 16), 1)");
  EXPECT_THAT(db::PruneLaneCommits(connection), IsOk());
  db::Leases leases(schema.options);
  EXPECT_THAT(leases.Acquire("sweeper", absl::Seconds(1)), IsOk());
  EXPECT_THAT(leases.HeldByOther("sweeper"), IsOk());
  EXPECT_THAT(leases.Release("sweeper"), IsOk());
  service::Gauges gauges(schema.options, db::ClockMode::kFrozen, absl::Seconds(1),
                         {service::DeadlinesDue(aggregate_type), service::StreamLag()});
  EXPECT_THAT(gauges.Tick(), IsOk());
}

void StreamStatements(const LargeSchema& schema, db::Connection& connection, events::StreamSource source) {
  // A backlog of more than one round, so that the sequencer asks what it has to ask of one.
  testing::ExecuteOrDie(
      schema.options,
      absl::StrCat(
          "INSERT INTO events (aggregate_id, sequence, type, at_us, actor, payload, lane, batch, place) "
          "SELECT ",
          kIdOfRow,
          ", 2, 'filler', n, 'users/filler', '', REPEAT('g', 16), n + 1, 0 FROM numbers WHERE n < 9"));
  testing::ExecuteOrDie(schema.options,
                        "INSERT INTO lane_commits (lane, batch, committed_us) VALUES (REPEAT('g', 16), 9, "
                        "1750000000000000)");
  events::Sequencer sequencer(schema.options, {.batches_max = 4});
  EXPECT_THAT(sequencer.Run(), IsOk());
  EXPECT_THAT(sequencer.Run(), IsOk());
  const events::StreamReader stream(std::move(source));
  for (const events::Filter& filter :
       {events::Filter{}, events::Filter{.aggregate = IdOfRow(1)}, events::Filter{.seller = "users/seller-1"},
        events::Filter{.buyer = "users/buyer-1"}, events::Filter{.reader = "users/seller-1"}}) {
    // Far back a user's part is found otherwise than near the end.
    for (uint64_t after : {kRows - 20'000, kRows - 1000})
      EXPECT_THAT(stream.Read(connection, filter, after, 100), IsOk());
  }
}

// An order placed, paid, delivered and accepted, one that is disputed and split, and one whose payment succeeds late, in one lane:
// every table that a lane writes, with real rows.
void WriteOrders(const LargeSchema& schema) {
  using billing::OrderDomain;
  const auto table = std::make_shared<const db::AggregateTable<OrderDomain>>(billing::OrderMapping());
  db::Lanes<OrderDomain> lanes({.lanes = 1}, [&] {
    return std::make_unique<db::MySqlStore<OrderDomain>>(schema.options, table, kFollow);
  });
  const auto run = [&](const OrderId& id, billing::OrderCommand command) {
    std::promise<absl::StatusOr<db::Answer<OrderDomain>>> promise;
    db::RequestKey request{id.uuid(), NewUuid(kNow), std::string(32, 'h')};
    lanes.Submit({id, std::move(command), Actor::System(), "Test", request},
                 [&](auto answer) { promise.set_value(std::move(answer)); });
    const auto answer = promise.get_future().get();
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->state : billing::Order();
  };
  const Actor buyer = *Actor::Parse("users/ben"), seller = *Actor::Parse("users/sam");
  billing::PlaceOrder place{
      .actor = *Actor::Parse("services/offer-service"), .offer = OfferId(IdOfRow(-1)), .buyer = buyer.name};
  place.seller = seller.name;
  place.terms.gig = GigId(IdOfRow(1));
  for (int i = 0; i < 3; ++i)
    place.terms.milestones.push_back({.name = "Step", .days = 4, .amount = Money::Usd(15000)});
  place.terms_hash = "agreed";
  place.payment_method = "pm_ok";
  place.attempt = 1;
  place.accept_until = kNow + absl::Hours(1);
  const billing::Order placed = run(billing::OrderIdOf(place.offer), place);
  ASSERT_FALSE(placed.charges.empty());
  run(placed.id, billing::SettleCharge{placed.charges.back().id, billing::Succeeded{"captured"}});
  run(placed.id, billing::PostUpdate{seller, 1, "half done"});
  run(placed.id, billing::DeliverMilestone{seller, 1, false, "done", ""});
  run(placed.id, billing::AcceptMilestone{buyer, 1, billing::NextStep::kDecideLater, {}});
  place.offer = OfferId(IdOfRow(-3));
  const billing::Order disputed = run(billing::OrderIdOf(place.offer), place);
  ASSERT_FALSE(disputed.charges.empty());
  const ChargeId charge = disputed.charges.back().id;
  run(disputed.id, billing::SettleCharge{charge, billing::Succeeded{"captured"}});
  run(disputed.id, billing::OpenDispute{buyer, 1, "not this"});
  run(disputed.id, billing::RequestCancellation{seller, Money::Usd(5000), "let us part"});
  run(disputed.id, billing::AnswerCancellation{buyer, true, ""});
  run(disputed.id, billing::SettleRefund{charge, 1, billing::Refunded{"back"}});
  place.offer = OfferId(IdOfRow(-2));
  const billing::Order late = run(billing::OrderIdOf(place.offer), place);
  ASSERT_FALSE(late.charges.empty());
  run(late.id, billing::SettleCharge{late.charges.back().id, billing::Voided{}});
  run(late.id, billing::SettleCharge{late.charges.back().id, billing::Succeeded{"late"}});
  lanes.Drain();
}

// Every filter of ListOrders with every other.
void OrderLists(db::Connection& connection) {
  // EXPLAIN counts all rows behind a place, whatever the limit: lists of all users begin near their end.
  const billing::OrderPlace late{FromMicros(50), OrderId(IdOfRow(50))};
  const std::optional<absl::Time> dues[] = {std::nullopt, kNow};
  const std::optional<billing::OrderState> states[] = {std::nullopt, billing::OrderState::kActive};
  for (const std::string buyer : {"", "users/buyer-1"}) {
    for (const std::string seller : {"", "users/seller-1"}) {
      const bool of_user = !buyer.empty() || !seller.empty();
      for (const auto& state : states) {
        for (const auto& due : dues) {
          const std::optional<billing::OrderPlace> after =
              of_user || due ? std::nullopt : std::optional(late);
          EXPECT_THAT(billing::ListOrders(connection, {buyer, seller, state, due}, after, 50), IsOk());
        }
        const billing::OrderFilter waiting{buyer, seller, state, std::nullopt, /*operator_needed=*/true};
        for (const auto& after : {std::optional<billing::OrderPlace>(), std::optional(late)})
          EXPECT_THAT(billing::ListOrders(connection, waiting, after, 50), IsOk());
      }
    }
  }
}

void BillingQueries(db::Connection& connection) {
  OrderLists(connection);
  EXPECT_THAT(billing::FindOrderOfCharge(connection, ChargeId(IdOfRow(1))), IsOk());
  EXPECT_THAT(billing::ListOpenCharges(connection, kNow, 100), IsOk());
  EXPECT_THAT(billing::ListDueQuestions(connection, kNow, 100), IsOk());
  EXPECT_THAT(billing::ListPendingRefunds(connection, kNow, 100), IsOk());
  EXPECT_THAT(billing::ListOwedOutcomes(connection, std::nullopt, 100), IsOk());
  static_cast<void>(
      billing::ListDeadlines(connection, OrderId(IdOfRow(1)), 0, 100));  // of no kind that it knows
  EXPECT_THAT(billing::FindEventType(connection, OrderId(IdOfRow(1)), 1), IsOk());
  EXPECT_THAT(billing::ListEntriesOfOrder(connection, OrderId(IdOfRow(1)), std::nullopt, 100), IsOk());
  const std::vector<std::string> types = {"filler", "milestone.funded", "milestone.accepted"};
  EXPECT_THAT(billing::ListEntriesOfOrder(connection, OrderId(IdOfRow(1)), std::nullopt, 100, types), IsOk());
  EXPECT_THAT(billing::ListEntriesOfAccount(connection, "seller:clearing:users/seller-1", std::nullopt, 100),
              IsOk());
  EXPECT_THAT(billing::ReadBalance(connection, "seller:clearing:users/seller-1", Currency()), IsOk());
  EXPECT_THAT(billing::ReadTrialBalance(connection), IsOk());
  const billing::OrderAuditor auditor;
  EXPECT_THAT(auditor.AuditOne(connection, OrderId(IdOfRow(1))), IsOk());
  // The last page: some two dozen of the fillers. EXPLAIN counts all rows behind a place, whatever the limit.
  const OrderId late(*Uuid::FromBytes(std::string("\xff\xf0") + std::string(14, '\0')));
  EXPECT_THAT(auditor.AuditAfter(connection, late, 50), IsOk());
  EXPECT_THAT(billing::ReadOwedOutcomes(connection, 100), IsOk());
  EXPECT_THAT(billing::ReadPendingRefunds(connection, 100), IsOk());
  EXPECT_THAT(billing::ReadOperatorTasks(connection, 100), IsOk());
  EXPECT_THAT(billing::ReadDisputes(connection, 100), IsOk());
  EXPECT_THAT(billing::ListOpenAttempts(connection, 100), IsOk());
  billing::InvariantWalk walk(50, 0.5);
  for (int page = 0; page < 3; ++page) EXPECT_THAT(walk.Step(connection), IsOk());
}

void OfferQueries(db::Connection& connection) {
  using offers::OfferState;
  const offers::OfferPlace place{kNow, OfferId(IdOfRow(1))};
  for (offers::OfferFilter filter :
       {offers::OfferFilter{.seller = "users/seller-1"}, offers::OfferFilter{.buyer = "users/buyer-1"},
        offers::OfferFilter{.buyer = "users/buyer-1", .drafts = false},
        offers::OfferFilter{.seller = "users/seller-1", .buyer = "users/buyer-1"}, offers::OfferFilter{},
        offers::OfferFilter{.conversation = "talk-1"},
        offers::OfferFilter{.seller = "users/seller-1", .conversation = "talk-1"},
        offers::OfferFilter{.buyer = "users/buyer-1", .conversation = "talk-1"},
        offers::OfferFilter{.buyer = "users/buyer-1", .conversation = "talk-1", .drafts = false},
        offers::OfferFilter{
            .seller = "users/seller-1", .buyer = "users/buyer-1", .conversation = "talk-1"}}) {
    for (std::optional<OfferState> state :
         {std::optional<OfferState>(), std::optional(OfferState::kDraft), std::optional(OfferState::kSent),
          std::optional(OfferState::kExpired), std::optional(OfferState::kAccepted)}) {
      filter.state = state;
      EXPECT_THAT(offers::FindOffers(connection, filter, std::nullopt, kNow, 50), IsOk());
      EXPECT_THAT(offers::FindOffers(connection, filter, place, kNow, 50), IsOk());
    }
  }
  EXPECT_THAT(offers::FindAccepting(connection, std::nullopt, kNow, 100), IsOk());
}

void CatalogQueries(const LargeSchema& schema) {
  using gig_catalog::GigState;
  db::ReadPool pool(schema.options, {.connections = 1});
  gig_catalog::GigLists lists(pool);
  const auto& all = kValuesOf<GigState>;
  const gig_catalog::GigPlace place{kNow, GigId(IdOfRow(1))};
  for (const char* seller : {"users/seller-1", ""}) {
    for (size_t states = 1; states <= all.size(); ++states) {
      for (const auto& from : {std::optional<gig_catalog::GigPlace>(), std::optional(place)}) {
        std::promise<void> listed;
        lists.List({seller, {all.begin(), all.begin() + states}, from, 50},
                   [&](auto) { listed.set_value(); });
        listed.get_future().get();
      }
    }
  }
}

void SubcategoryQueries(const LargeSchema& schema, db::Connection& connection) {
  LockAndLoad<gig_catalog::SubcategoryDomain>(schema, connection, gig_catalog::SubcategoryMapping());
  EXPECT_THAT(gig_catalog::ListSubcategories(connection), IsOk());
  const std::vector<std::string> codes = {"business-plans", "logo-design", "no-such"};
  EXPECT_THAT(gig_catalog::FindSubcategories(connection, codes), IsOk());
  EXPECT_THAT(gig_catalog::FindSubcategories(connection, codes, db::FactsLock::kShared), IsOk());
  gig_catalog::PlanReview review{"business-plans", 1, gig_catalog::PlanState::kActive, GigId(IdOfRow(7)),
                                 false};
  EXPECT_THAT(gig_catalog::NextGigs(connection, review, 256), IsOk());
  EXPECT_THAT(gig_catalog::SaveReview(connection, review), IsOk());
  EXPECT_THAT(gig_catalog::FindReview(connection), IsOk());
  EXPECT_THAT(gig_catalog::UnfinishedSince(connection), IsOk());
}

}  // namespace

// Every gig is "common"; a hundred have each "group", one each "number". Ten rows were made by earlier rules.
std::string SearchRows() {
  return absl::StrCat(
      "gig_search (gig, sequence, version, sample, listed, subcategory, price, currency, milestones, "
      "created_us, words) SELECT ",
      kIdOfRow,
      ", 1, IF(n < 10, 0, 1), n * 42000, 1, 'business-plans', 10000, 'USD', 1, n, CONCAT(' zqcommon  "
      "zqgroup', "
      "n MOD 1000, '  zqnumber', n, '  ztgroup', n MOD 1000, ' ')");
}

// With each combination of filters, of both orders, from the top and from further down.
void Searches(const LargeSchema& schema) {
  using gig_catalog::SearchOrder;
  db::ReadPool pool(schema.options, {.connections = 1});
  gig_catalog::GigSearch search(pool, {.words = {.common = 1000, .sample_rows = 1500},
                                       .read_with_words = 500,
                                       .read_without_words = 500,
                                       .rounds = 1});
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"common"}, {"common", "number77"}, {"group7"}}) {
    for (int filters = 0; filters < 16; ++filters) {
      gig_catalog::SearchQuery query;
      query.words = words;
      if (filters & 1) query.subcategory = "business-plans";
      if (filters & 2) query.price = gig_catalog::PriceRange{Currency::Usd(), 1, 10'000};
      query.milestones_available = filters & 4;
      if (filters & 8) {
        const bool common = words.empty() || words == std::vector<std::string>{"common"};
        query.after = gig_catalog::SearchPlace{common ? SearchOrder::kNewestFirst : SearchOrder::kRelevance,
                                               0, FromMicros(50'000), GigId()};
      }
      std::promise<absl::Status> found;
      search.Find(query, [&](const auto& gigs) { found.set_value(gigs.status()); });
      EXPECT_THAT(found.get_future().get(), IsOk());
    }
  }
}

LargeSchema Catalog() {
  gig_catalog::Gig gig;
  gig.seller = "users/seller-1";
  gig.state = gig_catalog::GigState::kPublished;
  const std::string gigs = absl::StrCat(
      "gigs (id, sequence, updated_us, seller, state, subcategory, plan_state, basic_price, basic_currency, "
      "created_us, body) SELECT ",
      kIdOfRow,
      ", 1, n, CONCAT('users/seller-', n MOD 1000), IF(n MOD 3 = 0, 'DRAFT', 'PUBLISHED'), "
      "'business-plans', IF(n MOD 2 = 0, 'NONE', 'ACTIVE'), 10000, 'USD', n, UNHEX('",
      absl::BytesToHexString(gig_catalog::EncodeGig(gig)), "')");
  LargeSchema schema = MakeLargeSchema("gig_catalog", migrations::gig_catalog(), "gig", {gigs, SearchRows()});
  Watch(schema, [&](db::Connection& connection) {
    LockAndLoad<gig_catalog::GigDomain>(schema, connection, gig_catalog::GigMapping());
    CommonStatements(schema, connection, "gig");
    StreamStatements(schema, connection,
                     {.table = "gigs", .seller_column = "seller", .buyer_column = "", .audience = nullptr});
    CatalogQueries(schema);
    SubcategoryQueries(schema, connection);
    Searches(schema);
    gig_catalog::SearchFilling filling(200);
    for (bool goes_on = true; goes_on;) {
      const absl::StatusOr<gig_catalog::SearchFilling::Page> page = filling.NextPage(connection);
      EXPECT_THAT(page, IsOk());
      goes_on = page.ok() && !page->last;
    }
  });
  return schema;
}

LargeSchema Offers() {
  LargeSchema schema = MakeLargeSchema(
      "offer_service", migrations::offer_service(), "offer",
      {absl::StrCat("offers (id, sequence, updated_us, seller, buyer, gig_id, conversation, created_us, "
                    "state, expire_us, "
                    "accepting_since_us, total_minor, currency, body) SELECT ",
                    kIdOfRow,
                    ", 1, n, CONCAT('users/seller-', n MOD 1000), CONCAT('users/buyer-', n MOD 2000), ",
                    kIdOfRow,
                    ", CONCAT('talk-', n MOD 500), n, IF(n < 10, 'ACCEPTING', 'SENT'), IF(n < 20, n + 1000, "
                    "4102444800000000 + n), IF(n < 10, n, "
                    "NULL), 100, 'USD', ''")});
  Watch(schema, [&](db::Connection& connection) {
    LockAndLoad<offers::OfferDomain>(schema, connection, offers::OfferMapping());
    CommonStatements(schema, connection, "offer");
    StreamStatements(
        schema, connection,
        {.table = "offers", .seller_column = "seller", .buyer_column = "buyer", .audience = nullptr});
    OfferQueries(connection);
  });
  return schema;
}

LargeSchema Billing() {
  LargeSchema schema = MakeLargeSchema(
      "milestone_billing", migrations::milestone_billing(), "order",
      {absl::StrCat(
           "orders (id, sequence, updated_us, buyer, seller, offer_id, gig_id, kind, state, "
           "current_milestone, "
           "milestone_state, currency, funded_minor, released_minor, refunded_minor, requested_us, "
           "outcome_due_us, operator_since_us, body) SELECT ",
           kIdOfRow, ", 1, n, CONCAT('users/buyer-', n MOD 2000), CONCAT('users/seller-', n MOD 1000), ",
           kIdOfRow, ", ", kIdOfRow,
           ", 'MILESTONES', IF(n MOD 200 = 0, 'DISPUTED', 'ACTIVE'), 1, 'ACTIVE', 'USD', 100, 0, 0, n, "
           "IF(n < 10, n, NULL), IF(n MOD 200 = 0, n, NULL), ''"),
       absl::StrCat(
           "charges (id, order_id, milestone, slot, state, outcome_unknown, amount_minor, buyer_fee_minor, "
           "currency, payment_method, created_us, open_lease_us, closed_us) SELECT ",
           kIdOfRow, ", ", kIdOfRow,
           ", 1, 1, IF(n < 10, 'OPEN', 'SUCCEEDED'), 0, 100, 5, 'USD', 'pm_ok', n, IF(n < 10, n, NULL), "
           "IF(n < 10, NULL, n)"),
       absl::StrCat(
           "entries (order_id, sequence, line, move, account, amount_minor, currency, at_us) SELECT ",
           kIdOfRow, ", 1, 1, 'M1', CONCAT('seller:clearing:users/seller-', n MOD 1000), -100, 'USD', n"),
       absl::StrCat("charge_questions (charge_id, order_id, answers, ask_us) SELECT ", kIdOfRow, ", ",
                    kIdOfRow, ", 3, IF(n < 10, n, NULL)"),
       absl::StrCat("refunds (charge_id, number, order_id, state, outcome_unknown, amount_minor, currency, "
                    "created_us, open_lease_us, closed_us) SELECT ",
                    kIdOfRow, ", 1, ", kIdOfRow,
                    ", IF(n < 10, 'PENDING', 'SUCCEEDED'), 0, 100, 'USD', n, IF(n < 10, n, NULL), "
                    "IF(n < 10, NULL, n)")});
  Watch(schema, [&](db::Connection& connection) {
    LockAndLoad<billing::OrderDomain>(schema, connection, billing::OrderMapping());
    CommonStatements(schema, connection, "order");
    WriteOrders(schema);
    StreamStatements(
        schema, connection,
        {.table = "orders", .seller_column = "seller", .buyer_column = "buyer", .audience = nullptr});
    BillingQueries(connection);
  });
  return schema;
}

}  // namespace milepost::plans
