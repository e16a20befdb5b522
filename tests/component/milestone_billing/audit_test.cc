// AuditOrder over the wire and the command `audit`, on a real database that somebody tampers with (W1).
#include <sys/wait.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "common/core/id.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_record.h"
#include "tests/component/milestone_billing/ways_out.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

struct Tampering {
  const char* what;
  const char* sql;  // $ stands for the order's id
  v1::AuditPart part;
  v1::AuditFault fault;
  uint64_t sequence = 0;
  const char* column = "";
};

class AuditTest : public BillingTest {
 protected:
  // Two milestones: one accepted, one delivered, with a dispute that was withdrawn; a deadline pending, one cleared.
  AuditTest() {
    order_ = PlaceOrder({12000, 8000}).name();
    Must(client_->Deliver(order_, 1, false));
    Must(client_->Accept(order_, 1, v1::NEXT_STEP_DECIDE_LATER));
    Must(client_->StartNext(order_));
    Must(client_->Deliver(order_, 2, true));
    Must(client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::OpenDispute, DisputeOf(order_, 2)));
    Must(client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::WithdrawDispute, WithdrawalOf(order_, 2)));
    other_ = PlaceOrder({9000}).name();
    for (const char* table : kTables)
      Sql(absl::StrCat("CREATE TABLE saved_", table, " AS SELECT * FROM ", table));
  }
  void TearDown() override {
    Restore();
    for (const char* table : kTables) Sql(absl::StrCat("DROP TABLE saved_", table));
    BillingTest::TearDown();
  }

  absl::StatusOr<v1::AuditOrderResponse> Audit(const std::string& order,
                                               const std::string& actor = kOperator) {
    v1::AuditOrderRequest request;
    request.set_name(order);
    return client_->Billing(actor, &v1::MilestoneBilling::Stub::AuditOrder, request);
  }
  void Sql(const std::string& statement) { milepost::testing::ExecuteOrDie(options_.database, statement); }
  // With the order's id in place of each $.
  void Tamper(std::string statement) {
    const std::string id = absl::StrCat("UNHEX(REPLACE('", order_.substr(7), "', '-', ''))");
    for (size_t at; (at = statement.find('$')) != std::string::npos;) statement.replace(at, 1, id);
    Sql(statement);
  }
  void Restore() {
    for (const char* table : kTables) {
      Sql(absl::StrCat("DELETE FROM ", table));
      Sql(absl::StrCat("INSERT INTO ", table, " SELECT * FROM saved_", table));
    }
  }

  // What `milestone_billing audit` prints to stdout (with "2>&1" among the flags: to stderr, too), and its exit status.
  struct Ran {
    int status = -1;
    std::string out;
  };
  Ran RunAudit(const std::string& flags = "") {
    std::string command = absl::StrCat("'", milepost::testing::ProgramPath("milestone_billing"), "' audit");
    for (const std::string& flag : milepost::testing::DatabaseFlags(options_.database))
      absl::StrAppend(&command, " '", flag, "'");
    absl::StrAppend(&command, " 2>/dev/null ", flags);
    Ran ran;
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return ran;
    char piece[4096];
    while (const size_t size = std::fread(piece, 1, sizeof piece, pipe)) ran.out.append(piece, size);
    const int ended = pclose(pipe);
    ran.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    return ran;
  }

  static constexpr const char* kTables[] = {"orders", "charges", "entries", "events", "deadlines"};
  std::string order_, other_;
};

constexpr char kOneByte[] = "INSERT(payload, 3, 1, CHAR(ORD(SUBSTRING(payload, 3, 1)) ^ 1))";

std::vector<Tampering> EveryTampering() {
  static const std::string* const event_byte = new std::string(
      absl::StrCat("UPDATE events SET payload = ", kOneByte, " WHERE aggregate_id = $ AND sequence = 4"));
  return {
      {"one byte of an event", event_byte->c_str(), v1::AUDIT_PART_EVENT, v1::AUDIT_FAULT_BROKEN_CHAIN, 4,
       "digest"},
      {"who caused an event", "UPDATE events SET actor = 'users/eve' WHERE aggregate_id = $ AND sequence = 6",
       v1::AUDIT_PART_EVENT, v1::AUDIT_FAULT_BROKEN_CHAIN, 6, "digest"},
      {"when it happened", "UPDATE events SET at_us = at_us + 1 WHERE aggregate_id = $ AND sequence = 6",
       v1::AUDIT_PART_EVENT, v1::AUDIT_FAULT_BROKEN_CHAIN, 6, "digest"},
      {"an event less", "DELETE FROM events WHERE aggregate_id = $ AND sequence = 5", v1::AUDIT_PART_EVENT,
       v1::AUDIT_FAULT_MISSING, 5},
      {"the last event less", "DELETE FROM events WHERE aggregate_id = $ ORDER BY sequence DESC LIMIT 1",
       v1::AUDIT_PART_EVENT, v1::AUDIT_FAULT_MISSING, 13},
      {"two events swapped",
       "UPDATE events a JOIN saved_events b ON b.aggregate_id = a.aggregate_id AND b.sequence = 9 - "
       "a.sequence"
       " SET a.type = b.type, a.payload = b.payload, a.digest = b.digest, a.at_us = b.at_us, a.actor = "
       "b.actor"
       " WHERE a.aggregate_id = $ AND a.sequence IN (4, 5)",
       v1::AUDIT_PART_EVENT, v1::AUDIT_FAULT_BROKEN_CHAIN, 4, "digest"},
      {"an event more",
       "INSERT INTO events SELECT aggregate_id, 14, type, at_us, actor, payload, lane, batch, 99, digest FROM"
       " saved_events WHERE aggregate_id = $ AND sequence = 13",
       v1::AUDIT_PART_EVENT, v1::AUDIT_FAULT_BROKEN_CHAIN, 14, "digest"},
      {"an event without its digest",
       "UPDATE events SET digest = NULL WHERE aggregate_id = $ AND sequence = 5", v1::AUDIT_PART_EVENT,
       v1::AUDIT_FAULT_BROKEN_CHAIN, 5, "digest"},
      {"a cent of an entry",
       "UPDATE entries SET amount_minor = amount_minor + 1 WHERE order_id = $ AND sequence = 4 AND line = 2",
       v1::AUDIT_PART_ENTRY, v1::AUDIT_FAULT_DIFFERENT, 4, "amount_minor"},
      {"one byte of an entry",
       "UPDATE entries SET account = REPLACE(account, 'sam', 'sal') WHERE order_id = $", v1::AUDIT_PART_ENTRY,
       v1::AUDIT_FAULT_DIFFERENT, 7, "account"},
      {"an entry less", "DELETE FROM entries WHERE order_id = $ AND sequence = 4 AND line = 2",
       v1::AUDIT_PART_ENTRY, v1::AUDIT_FAULT_MISSING, 4},
      {"an entry more",
       "INSERT INTO entries SELECT order_id, sequence, 9, move, account, amount_minor, currency, at_us FROM"
       " saved_entries WHERE order_id = $ AND sequence = 4 AND line = 1",
       v1::AUDIT_PART_ENTRY, v1::AUDIT_FAULT_UNEXPECTED, 4},
      {"one byte of the order's body",
       "UPDATE orders SET body = INSERT(body, 3, 1, CHAR(ORD(SUBSTRING(body, 3, 1)) ^ 1)) WHERE id = $",
       v1::AUDIT_PART_ORDER, v1::AUDIT_FAULT_DIFFERENT, 0, "body"},
      {"a column of the order", "UPDATE orders SET seller = 'users/eve' WHERE id = $", v1::AUDIT_PART_ORDER,
       v1::AUDIT_FAULT_DIFFERENT, 0, "seller"},
      {"the order's digest", "UPDATE orders SET digest = REVERSE(digest) WHERE id = $", v1::AUDIT_PART_ORDER,
       v1::AUDIT_FAULT_DIFFERENT, 0, "digest"},
      {"the order's row less", "DELETE FROM orders WHERE id = $", v1::AUDIT_PART_ORDER,
       v1::AUDIT_FAULT_MISSING, 0},
      {"a charge's amount", "UPDATE charges SET amount_minor = 1 WHERE order_id = $ AND milestone = 2",
       v1::AUDIT_PART_CHARGE, v1::AUDIT_FAULT_DIFFERENT, 0, "amount_minor"},
      {"a charge's time", "UPDATE charges SET closed_us = closed_us + 1 WHERE order_id = $ AND milestone = 1",
       v1::AUDIT_PART_CHARGE, v1::AUDIT_FAULT_DIFFERENT, 0, "closed_us"},
      {"a charge less", "DELETE FROM charges WHERE order_id = $ AND milestone = 1", v1::AUDIT_PART_CHARGE,
       v1::AUDIT_FAULT_MISSING, 0},
      {"a pending deadline's time",
       "UPDATE deadlines SET due_us = due_us + 1, pending_due_us = pending_due_us + 1 WHERE aggregate_id = $"
       " AND state = 1",
       v1::AUDIT_PART_DEADLINE, v1::AUDIT_FAULT_DIFFERENT, 0, "due_us"},
      {"a cleared deadline's state",
       "UPDATE deadlines SET state = 2, fired_us = due_us WHERE aggregate_id = $ AND number = 2",
       v1::AUDIT_PART_DEADLINE, v1::AUDIT_FAULT_DIFFERENT, 0, "state"},
      {"a deadline less", "DELETE FROM deadlines WHERE aggregate_id = $ AND number = 2",
       v1::AUDIT_PART_DEADLINE, v1::AUDIT_FAULT_MISSING, 0},
  };
}

TEST_F(AuditTest, W1AnOrderProvesItself) {
  const v1::AuditOrderResponse audit = Must(Audit(order_));
  EXPECT_TRUE(audit.consistent()) << audit.finding().text();
  EXPECT_EQ(audit.order(), order_);
  EXPECT_EQ(audit.events(), 13u);
  EXPECT_EQ(audit.unchained_events(), 0u);
  EXPECT_THAT(audit.head_digest(), ContainsRegex("^[0-9a-f]{64}$"));
  EXPECT_EQ(Cents(audit.funded()), 20000);
  EXPECT_EQ(Cents(audit.released()), 12000);
  EXPECT_EQ(Cents(audit.refunded()), 0);
  EXPECT_EQ(Cents(audit.escrow()), 8000);
  int64_t sum = 0;
  for (const v1::TrialBalanceLine& line : audit.trial_balance())
    sum += Cents(line.debits()) - Cents(line.credits());
  EXPECT_EQ(audit.trial_balance_size(), 5);
  EXPECT_EQ(sum, 0);
  // What comes next is chained to what was.
  Must(client_->Accept(order_, 2, v1::NEXT_STEP_UNSPECIFIED));
  const v1::AuditOrderResponse later = Must(Audit(order_));
  EXPECT_TRUE(later.consistent()) << later.finding().text();
  EXPECT_NE(later.head_digest(), audit.head_digest());
  EXPECT_EQ(Cents(later.escrow()), 0);
}

TEST_F(AuditTest, W1WhoeverChangesAnythingIsFoundOut) {
  for (const Tampering& tampering : EveryTampering()) {
    SCOPED_TRACE(tampering.what);
    Tamper(tampering.sql);
    const v1::AuditOrderResponse audit = Must(Audit(order_));
    EXPECT_FALSE(audit.consistent());
    EXPECT_EQ(audit.finding().part(), tampering.part) << audit.finding().text();
    EXPECT_EQ(audit.finding().fault(), tampering.fault) << audit.finding().text();
    EXPECT_EQ(audit.finding().sequence(), tampering.sequence) << audit.finding().text();
    EXPECT_EQ(audit.finding().column(), tampering.column) << audit.finding().text();
    EXPECT_TRUE(Must(Audit(other_)).consistent()) << "and nobody else is accused";
    Restore();
    EXPECT_TRUE(Must(Audit(order_)).consistent());
  }
}

TEST_F(AuditTest, W1AnErasedTextLeavesNoTraceAndNoDoubt) {
  const std::string where = "here it is";
  const auto count = [&](const char* column, const char* table) {
    return milepost::testing::CountOrDie(
        options_.database,
        absl::StrCat("SELECT COUNT(*) FROM ", table, " WHERE INSTR(", column, ", '", where, "') > 0"));
  };
  ASSERT_EQ(count("payload", "events"), 2);
  const auto connection = *db::Connection::Open(options_.database);
  const auto rewrite = [&](const std::string& select, const std::string& update, auto erase) {
    std::vector<db::Row> rows;
    ASSERT_THAT(connection->Query(select, db::Row{},
                                  [&](const db::ResultRow& row) {
                                    rows.push_back({erase(row.Bytes(2)), row.Id(0), row.Uint64(1)});
                                    return absl::OkStatus();
                                  }),
                IsOk());
    for (const db::Row& row : rows) ASSERT_THAT(connection->Update(update, row).status(), IsOk());
  };
  rewrite("SELECT aggregate_id, sequence, payload FROM events",
          "UPDATE events SET payload = ? WHERE aggregate_id = ? AND sequence = ?",
          [](const std::string& payload) { return std::string(ChainedPart(payload)); });
  EXPECT_FALSE(Must(Audit(order_)).consistent()) << "the order's row still has it";
  rewrite("SELECT id, sequence, body FROM orders", "UPDATE orders SET body = ? WHERE id = ? AND sequence = ?",
          [](const std::string& body) {
            Order order = *DecodeOrder(body);
            for (Milestone& milestone : order.milestones) {
              milestone.delivery_message.clear();
              if (milestone.dispute) milestone.dispute->message.clear();
            }
            return EncodeOrder(order);
          });
  EXPECT_EQ(count("payload", "events") + count("body", "orders"), 0);
  EXPECT_TRUE(Must(Audit(order_)).consistent());
  // Life goes on.
  Must(client_->Accept(order_, 2, v1::NEXT_STEP_UNSPECIFIED));
  EXPECT_TRUE(Must(Audit(order_)).consistent());
}

TEST_F(AuditTest, W1EventsFromBeforeTheChainAreCountedAsSuch) {
  Tamper("UPDATE events SET digest = NULL WHERE aggregate_id = $");
  Tamper("UPDATE orders SET digest = NULL WHERE id = $");
  EXPECT_TRUE(Must(Audit(order_)).consistent());
  Must(client_->Accept(order_, 2, v1::NEXT_STEP_UNSPECIFIED));
  const v1::AuditOrderResponse audit = Must(Audit(order_));
  EXPECT_TRUE(audit.consistent()) << audit.finding().text();
  EXPECT_EQ(audit.unchained_events(), 13u);
  EXPECT_GT(audit.events(), 13u);
  // Whoever has no events of that age finds a chain that was taken away.
  EXPECT_EQ(RunAudit().status, 0);
  EXPECT_EQ(RunAudit("--audit_unchained_max=13").status, 0);
  const Ran ran = RunAudit("--audit_unchained_max=12");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("; more than 12 events without a chain\n"));
}

TEST_F(AuditTest, W1PartiesAndOperatorsMayAskAndOnlyOperatorsSeeValues) {
  for (const char* party : {kBuyer, kSeller}) EXPECT_TRUE(Must(Audit(order_, party)).consistent());
  EXPECT_THAT(Audit(order_, kStranger), RefusedWith(Reason::kOrderNotFound));
  EXPECT_THAT(Audit(order_, kOfferServiceActor), RefusedWith(Reason::kNotAUser));
  EXPECT_THAT(Audit(rpc::NameOf("orders", NewUuid(WallNow()))), RefusedWith(Reason::kOrderNotFound));
  Tamper("UPDATE charges SET amount_minor = 4711 WHERE order_id = $ AND milestone = 2");
  const v1::AuditFinding seen = Must(Audit(order_, kSeller)).finding();
  EXPECT_EQ(seen.column(), "amount_minor");
  EXPECT_EQ(seen.found() + seen.expected(), "");
  EXPECT_THAT(seen.text(), ::testing::Not(HasSubstr("4711")));
  const v1::AuditFinding full = Must(Audit(order_)).finding();
  EXPECT_EQ(full.expected(), "8000");
  EXPECT_EQ(full.found(), "4711");
  EXPECT_THAT(full.text(), HasSubstr("4711"));
  // Somebody else in the row is no party: the events say who is.
  Tamper("UPDATE orders SET buyer = 'users/eve' WHERE id = $");
  EXPECT_THAT(Audit(order_, kStranger), RefusedWith(Reason::kOrderNotFound));
  EXPECT_FALSE(Must(Audit(order_, kBuyer)).consistent());
}

TEST_F(AuditTest, W1TheCommandAuditsAllOrdersInPages) {
  for (int i = 0; i < 5; ++i) PlaceOrder({5000 + i});
  for (const char* page : {"--audit_page=1", "--audit_page=2", "--audit_page=7", ""}) {
    const Ran ran = RunAudit(page);
    EXPECT_EQ(ran.status, 0) << ran.out;
    EXPECT_THAT(ran.out,
                ContainsRegex("^audited 7 orders with [0-9]+ events \\(0 from before the chain\\) in .* s:"
                              " 0 bad; USD debits ([0-9]+) = credits"));
  }
  const Ran told = RunAudit("--audit_page=3 --audit_progress_every=0s 2>&1");
  EXPECT_THAT(told.out, ContainsRegex("audit: 3 orders, [0-9]+/s, 0 bad\naudit: 6 orders, [0-9]+/s, 0 bad\n"
                                      "audit: 7 orders"));
  const Ran one = RunAudit(absl::StrCat("--audit_order=", order_));
  EXPECT_EQ(one.status, 0);
  EXPECT_THAT(one.out, HasSubstr("audited 1 orders with 13 events"));
}

TEST_F(AuditTest, W1TheCommandNamesEachBadOrderAndWhatBelongsToNone) {
  Tamper(
      "UPDATE entries SET amount_minor = amount_minor + 1 WHERE order_id = $ AND sequence = 4 AND line = 2");
  Sql("INSERT INTO entries SELECT REVERSE(order_id), sequence, line, move, account, amount_minor, currency, "
      "at_us"
      " FROM saved_entries LIMIT 1");
  Sql("INSERT INTO events SELECT REVERSE(aggregate_id), sequence, type, at_us, actor, payload, lane, batch, "
      "place +"
      " 1000, digest FROM saved_events WHERE sequence = 1 LIMIT 1");
  for (const char* page : {"--audit_page=1", ""}) {
    const Ran ran = RunAudit(page);
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.out, HasSubstr(absl::StrCat(order_,
                                                " entries 4/2: amount_minor is not what the events say;"
                                                " expected -12000; found -11999\n")));
    EXPECT_THAT(ran.out, HasSubstr("events 1: "));
    EXPECT_THAT(ran.out, HasSubstr(" bad; USD debits "));
    EXPECT_THAT(ran.out, HasSubstr(" ≠ credits "));
  }
  EXPECT_EQ(RunAudit(absl::StrCat("--audit_order=", other_)).status, 0);
  EXPECT_EQ(RunAudit(absl::StrCat("--audit_order=", order_)).status, 1);
}

TEST_F(AuditTest, W1ACommandThatCannotBeCompletedSaysSo) {
  EXPECT_EQ(RunAudit("--audit_order=orders/01975e20-0000-7000-8000-00000000000f").status, 2);
  EXPECT_EQ(RunAudit("--database_schema=nowhere").status, 2);
  EXPECT_EQ(RunAudit("--audit_page=0").status, 2);
}

// 0, "all consistent", of an audit of which nobody has seen what it found.
TEST_F(AuditTest, W1ACommandWhoseFindingsAreLostWasNotCompleted) {
  EXPECT_EQ(RunAudit().status, 0);
  EXPECT_EQ(RunAudit(">/dev/full").status, 2);
}

}  // namespace
}  // namespace milepost::billing
