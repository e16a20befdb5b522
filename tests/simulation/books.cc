#include "tests/simulation/books.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/milestone_billing/store/order_mapping.h"

namespace milepost::simulation {
namespace {

using billing::OrderDomain;
using Change = db::Change<OrderDomain>;
using Work = Books::Work;

size_t PlaceOf(const std::vector<std::string>& columns, absl::string_view column) {
  return std::find(columns.begin(), columns.end(), column) - columns.begin();
}

int64_t NumberIn(const audit::Cell& cell) {
  int64_t number = 0;
  return cell && absl::SimpleAtoi(*cell, &number) ? number : 0;
}

Uuid IdIn(const audit::Cell& cell) {
  return Uuid::FromBytes(cell.value_or("")).value_or(Uuid());
}

// The indexes by which the workers find their work: the table, the column that is NULL where there is none, and the columns of the key.
struct WorkIndex {
  Work work;
  absl::string_view table, due;
  absl::string_view charge, number;  // empty: none
};
constexpr WorkIndex kIndexes[] = {
    {Work::kCharges, "charges", "open_lease_us", "id", ""},
    {Work::kQuestions, "charge_questions", "ask_us", "charge_id", ""},
    {Work::kRefunds, "refunds", "open_lease_us", "charge_id", "number"},
    {Work::kOutcomes, "orders", "outcome_due_us", "", ""},
};

}  // namespace

Books::Books() : table_(billing::OrderMapping()), columns_(db::ColumnsOf(table_.mapping())) {
  for (const Work work : kAllWork) due_[work];
}

void Books::Write(const Change& change) {
  ++commits_;
  const OrderId& id = change.next->id;
  std::unique_ptr<OrderBook>& book = books_[id];
  std::unique_ptr<Stored>& stored = stored_[id];
  if (!book) {
    book = std::make_unique<OrderBook>();
    stored = std::make_unique<Stored>();
    stored->side.resize(table_.mapping().side_tables.size());
  }
  Follow(change, *book);
  Store(change, *stored);
}

// What a reader of the events alone would come to.
void Books::Follow(const Change& change, OrderBook& book) {
  for (const db::RecordedEvent<OrderDomain>& event : change.events) {
    const StampedEvent<OrderDomain>& stamped = event.stamped;
    billing::Order& folded = book.folded;
    if (stamped.sequence != folded.sequence + 1)
      book.broken = absl::StrCat("event ", stamped.sequence, " follows ", folded.sequence);
    if (folded.sequence > 0 && stamped.at < folded.updated_at)
      book.broken = absl::StrCat("event ", stamped.sequence, " is older than the one before it");
    if (!billing::CanApply(folded, stamped.event))
      book.broken = absl::StrCat("event ", stamped.sequence, " can't follow on those before it");
    if (!book.broken.empty()) return;
    OrderDomain::Apply(folded, stamped.event, stamped.at);
    folded.sequence = stamped.sequence;
    folded.updated_at = stamped.at;
    book.timers.Follow(folded, stamped.at);
    Post(event, book);
  }
}

void Books::Post(const db::RecordedEvent<OrderDomain>& event, OrderBook& book) {
  const billing::Move* move = billing::MoveOf(event.stamped.event);
  if (move == nullptr) return;
  const std::string currency(move->currency.code());
  int64_t sum = 0;
  for (const billing::Posting& posting : move->postings) {
    sum += posting.amount_minor;
    book.balances[posting.account] += posting.amount_minor;
    totals_[{posting.account, currency}] += posting.amount_minor;
  }
  if (sum != 0) book.broken = absl::StrCat("event ", event.stamped.sequence, " posts ", sum, " too much");
}

void Books::Store(const Change& change, Stored& stored) {
  const db::Mapping<OrderDomain>& mapping = table_.mapping();
  const OrderId& id = change.next->id;
  for (const db::Row& event : table_.EventRows({change}, heads_)) {
    const audit::Cells cells = audit::CellsOf(event);
    stored.events.push_back({static_cast<uint64_t>(NumberIn(cells[1])), *cells[2], NumberIn(cells[3]),
                             *cells[4], *cells[5], cells[6], absl::StrCat(commits_)});
  }
  stored.row = audit::CellsOf(db::RowOf(mapping, *change.next, heads_.at(id)));
  SetDue(id, mapping.table, *stored.row);
  StoreSideRows(change, stored);
  for (const db::DeadlineRow& row : db::DeadlineRowsOf(change))
    stored.deadlines.insert_or_assign(row.number, audit::CellsOf(db::RowOf(mapping.aggregate_type, row)));
}

void Books::StoreSideRows(const Change& change, Stored& stored) {
  const std::vector<db::SideTable<OrderDomain>>& tables = table_.mapping().side_tables;
  for (size_t i = 0; i < tables.size(); ++i) {
    std::vector<db::Row> rows;
    tables[i].rows(change, rows);
    for (const db::Row& row : rows) {
      audit::Cells cells = audit::CellsOf(row);
      SetDue(change.next->id, tables[i].table, cells);
      audit::Cells key(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(tables[i].key_columns));
      stored.side[i].insert_or_assign(std::move(key), std::move(cells));
    }
  }
}

void Books::SetDue(const OrderId& order, absl::string_view table, const audit::Cells& row) {
  for (const WorkIndex& index : kIndexes) {
    if (index.table != table) continue;
    const auto& tables = table_.mapping().side_tables;
    const auto side =
        std::find_if(tables.begin(), tables.end(), [&](const auto& one) { return one.table == table; });
    const std::vector<std::string>& columns = side == tables.end() ? columns_ : side->columns;
    DueItem item{order, {}, 0};
    if (!index.charge.empty()) item.charge = ChargeId(IdIn(row[PlaceOf(columns, index.charge)]));
    if (!index.number.empty())
      item.number = static_cast<uint32_t>(NumberIn(row[PlaceOf(columns, index.number)]));
    const Uuid key = index.charge.empty() ? order.uuid() : item.charge.uuid();
    due_[index.work].Set({key, item.number}, row[PlaceOf(columns, index.due)], item);
  }
}

void Books::Index::Set(const Key& key, const audit::Cell& due_us, const DueItem& item) {
  if (const auto row = rows.find(key); row != rows.end()) {
    by_due.erase({row->second.first, key});
    rows.erase(row);
  }
  if (!due_us) return;
  const absl::Time due = FromMicros(NumberIn(due_us));
  rows.emplace(key, std::pair(due, item));
  by_due.insert({due, key});
}

std::vector<DueItem> Books::Due(Work work, absl::Time now, size_t limit) const {
  std::vector<DueItem> due;
  const Index& index = due_.at(work);
  for (const auto& [at, key] : index.by_due) {
    if (at > now || due.size() == limit) break;
    due.push_back(index.rows.at(key).second);
  }
  return due;
}

std::optional<absl::Time> Books::NextDue() const {
  std::optional<absl::Time> next;
  for (const auto& [work, index] : due_)
    if (!index.by_due.empty() && (!next || index.by_due.begin()->first < *next))
      next = index.by_due.begin()->first;
  return next;
}

billing::OrderAudit Books::Audit(const OrderId& order) const {
  const Stored& stored = *stored_.at(order);
  audit::StoredHistory history{order.uuid(), stored.row, stored.events, {}, {}};
  for (const auto& side : stored.side) {
    history.side.emplace_back();
    for (const auto& [key, row] : side) history.side.back().push_back(row);
  }
  for (const auto& [number, row] : stored.deadlines) history.deadlines.push_back(row);
  return auditor_.Judge(history);
}

}  // namespace milepost::simulation
