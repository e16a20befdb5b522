#include "tests/contract/account_mapping.h"

#include <cstring>
#include <iterator>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"

namespace milepost::contract {
namespace {

// The smallest encoding that will do: numbers as eight bytes, texts with their length before them.
class Packer {
 public:
  Packer& Number(int64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }
  Packer& Text(absl::string_view text) {
    Number(static_cast<int64_t>(text.size()));
    bytes_.append(text.data(), text.size());
    return *this;
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(absl::string_view bytes) : bytes_(bytes) {}
  int64_t Number() {
    int64_t number = 0;
    if (bytes_.size() < sizeof number) {
      ok_ = false;
      return 0;
    }
    std::memcpy(&number, bytes_.data(), sizeof number);
    bytes_.remove_prefix(sizeof number);
    return number;
  }
  std::string Text() {
    const size_t size = static_cast<size_t>(Number());
    if (bytes_.size() < size) {
      ok_ = false;
      return "";
    }
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  bool finished() const { return ok_ && bytes_.empty(); }

 private:
  absl::string_view bytes_;
  bool ok_ = true;
};

void Pack(const Account::Deadline& deadline, Packer& packer) {
  packer.Number(deadline.number).Number(ToMicros(deadline.due)).Number(deadline.fee).Number(deadline.repeats);
  packer.Number(absl::ToInt64Microseconds(deadline.interval)).Number(deadline.subject);
  packer.Number(deadline.left ? absl::ToInt64Microseconds(*deadline.left) : -1);
}

Account::Deadline DeadlineIn(Unpacker& unpacker) {
  Account::Deadline deadline;
  deadline.number = static_cast<uint32_t>(unpacker.Number());
  deadline.due = FromMicros(unpacker.Number());
  deadline.fee = unpacker.Number();
  deadline.repeats = static_cast<int>(unpacker.Number());
  deadline.interval = absl::Microseconds(unpacker.Number());
  deadline.subject = static_cast<uint32_t>(unpacker.Number());
  if (const int64_t left = unpacker.Number(); left >= 0) deadline.left = absl::Microseconds(left);
  return deadline;
}

// The members of an event, as they are packed.
struct EventPacker {
  Packer& packer;
  void operator()(const Account::Opened& e) const { packer.Text(e.id.uuid().ToString()).Text(e.number); }
  void operator()(const Account::Moved& e) const { packer.Number(e.amount); }
  void operator()(const Account::FeeScheduled& e) const { Pack(e.deadline, packer); }
  void operator()(const Account::FeeTaken& e) const { packer.Number(e.number).Number(e.amount); }
  void operator()(const Account::FeesCancelled&) const {}
  void operator()(const Account::FeeFrozen& e) const {
    packer.Number(e.number).Number(absl::ToInt64Microseconds(e.left));
  }
  void operator()(const Account::FeeReplaced& e) const { Pack(e.deadline, packer); }
  void operator()(const Account::FeeThawed& e) const { packer.Number(e.number).Number(ToMicros(e.due)); }
};
struct EventUnpacker {
  Unpacker& unpacker;
  void operator()(Account::Opened& e) const {
    e.id = Account::Id(Uuid::Parse(unpacker.Text()).value_or(Uuid()));
    e.number = unpacker.Text();
  }
  void operator()(Account::Moved& e) const { e.amount = unpacker.Number(); }
  void operator()(Account::FeeScheduled& e) const { e.deadline = DeadlineIn(unpacker); }
  void operator()(Account::FeeTaken& e) const {
    e.number = static_cast<uint32_t>(unpacker.Number());
    e.amount = unpacker.Number();
  }
  void operator()(Account::FeesCancelled&) const {}
  void operator()(Account::FeeFrozen& e) const {
    e.number = static_cast<uint32_t>(unpacker.Number());
    e.left = absl::Microseconds(unpacker.Number());
  }
  void operator()(Account::FeeReplaced& e) const { e.deadline = DeadlineIn(unpacker); }
  void operator()(Account::FeeThawed& e) const {
    e.number = static_cast<uint32_t>(unpacker.Number());
    e.due = FromMicros(unpacker.Number());
  }
};

// The event of that alternative, with nothing in it.
template <size_t... kAlternatives>
Account::Event EmptyEvent(size_t index, std::index_sequence<kAlternatives...>) {
  Account::Event event;
  ((kAlternatives == index ? (void)event.emplace<kAlternatives>() : void()), ...);
  return event;
}

std::string Encode(const Account::State& state) {
  Packer packer;
  packer.Text(state.number).Number(state.balance).Number(state.deadlines_ever);
  packer.Number(static_cast<int64_t>(state.deadlines.size()));
  for (const Account::Deadline& deadline : state.deadlines) Pack(deadline, packer);
  return packer.Take();
}

absl::StatusOr<Account::State> Decode(absl::string_view body) {
  Unpacker unpacker(body);
  Account::State state;
  state.number = unpacker.Text();
  state.balance = unpacker.Number();
  state.deadlines_ever = static_cast<uint32_t>(unpacker.Number());
  for (int64_t more = unpacker.Number(); more > 0; --more) state.deadlines.push_back(DeadlineIn(unpacker));
  if (!unpacker.finished()) return absl::DataLossError("an account's body is malformed");
  return state;
}

constexpr absl::string_view kEventTypes[] = {
    "account.opened",         "account.moved",      "account.fee_scheduled", "account.fee_taken",
    "account.fees_cancelled", "account.fee_frozen", "account.fee_thawed",    "account.fee_replaced"};
static_assert(std::size(kEventTypes) == std::variant_size_v<Account::Event>);

// Every movement of money as a row, in a table of its own.
void EntryRows(const db::Change<Account>& change, std::vector<db::Row>& rows) {
  for (const db::RecordedEvent<Account>& event : change.events) {
    int64_t amount = 0;
    if (const auto* moved = std::get_if<Account::Moved>(&event.stamped.event)) amount = moved->amount;
    if (const auto* fee = std::get_if<Account::FeeTaken>(&event.stamped.event)) amount = -fee->amount;
    if (amount != 0) rows.push_back({change.next->id, event.stamped.sequence, amount});
  }
}

constexpr db::Migration kSteps[] = {
    {1, "accounts", "0000000000000000000000000000000000000000000000000000000000000001", R"(
CREATE TABLE IF NOT EXISTS accounts (
  id BINARY(16) NOT NULL PRIMARY KEY,
  sequence BIGINT UNSIGNED NOT NULL,
  updated_us BIGINT NOT NULL,
  number VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  balance BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  digest BINARY(32) NULL,
  UNIQUE KEY accounts_number (number),
  CONSTRAINT accounts_balance CHECK (balance < 1000000000)
) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS entries (
  account_id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (account_id, sequence)
) ENGINE=InnoDB;
)"},
};

}  // namespace

db::Mapping<Account> AccountMapping() {
  db::Mapping<Account> mapping;
  mapping.table = "accounts";
  mapping.aggregate_type = "account";
  mapping.columns = {"number", "balance"};
  mapping.values = [](const Account::State& state) { return db::Row{state.number, state.balance}; };
  mapping.encode = Encode;
  mapping.decode = Decode;
  mapping.event_type = [](const Account::Event& event) { return kEventTypes[event.index()]; };
  mapping.encode_event = [](const Account::Event& event) { return absl::StrCat("event ", event.index()); };
  mapping.chained_part = [](absl::string_view payload) { return payload; };
  mapping.side_tables = {{"entries",
                          {"account_id", "sequence", "amount"},
                          2,
                          db::SideTable<Account>::Write::kInsert,
                          EntryRows,
                          "account_id"}};
  return mapping;
}

std::string PackEvent(const Account::Event& event) {
  Packer packer;
  packer.Number(static_cast<int64_t>(event.index()));
  std::visit(EventPacker{packer}, event);
  return packer.Take();
}

absl::StatusOr<Account::Event> UnpackEvent(absl::string_view payload) {
  constexpr auto kAlternatives = std::make_index_sequence<std::variant_size_v<Account::Event>>();
  Unpacker unpacker(payload);
  Account::Event event = EmptyEvent(static_cast<size_t>(unpacker.Number()), kAlternatives);
  std::visit(EventUnpacker{unpacker}, event);
  if (!unpacker.finished()) return absl::DataLossError("an account's event is malformed");
  return event;
}

db::MigrationSet AccountMigrations() {
  return {"accounts", kSteps};
}

}  // namespace milepost::contract
