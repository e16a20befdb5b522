// The golden corpus (README.md): what was stored by earlier code is read, written and proven by today's, byte for byte; and
// there is nothing that can be stored of which the corpus has no example.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "milepost/storage/v1/gig.pb.h"
#include "milepost/storage/v1/offer.pb.h"
#include "milepost/storage/v1/order.pb.h"
#include "milepost/storage/v1/quote.pb.h"
#include "milepost/storage/v1/simulated_charge.pb.h"
#include "milepost/storage/v1/subcategory.pb.h"
#include "services/gig_catalog/store/gig_body.h"
#include "services/gig_catalog/store/gig_mapping.h"
#include "services/gig_catalog/store/subcategory_body.h"
#include "services/gig_catalog/store/subcategory_mapping.h"
#include "services/milestone_billing/rpc/quote_token.h"
#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_audit.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "services/milestone_billing/store/order_record.h"
#include "services/offer_service/store/offer_mapping.h"
#include "services/offer_service/store/offer_record.h"
#include "services/payment_simulator/store/journal.h"
#include "services/payment_simulator/store/record.h"
#include "tests/golden/checker.h"
#include "tests/golden/corpus.h"
#include "tests/golden/stories.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"

namespace milepost::golden {
namespace {

namespace pb = milepost::storage::v1;
using ::milepost::testing::IsOk;
using ::milepost::testing::ScratchFolder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kHowToAdd[] = "tests/golden/README.md says how to add what is missing";

const std::vector<StoryFile>& Corpus() {
  static const auto* const files = [] {
    absl::StatusOr<std::vector<StoryFile>> read = ReadCorpus(MILEPOST_GOLDEN_FOLDER);
    EXPECT_THAT(read, IsOk());
    return new std::vector<StoryFile>(read.ok() ? *std::move(read) : std::vector<StoryFile>{});
  }();
  return *files;
}

// The files of one folder; there are some.
std::vector<StoryFile> FilesOf(absl::string_view folder) {
  std::vector<StoryFile> files;
  for (const StoryFile& file : Corpus())
    if (absl::StartsWith(file.name, absl::StrCat(folder, "/"))) files.push_back(file);
  EXPECT_THAT(files, Not(IsEmpty())) << folder;
  return files;
}

Codec<gig_catalog::GigDomain> Gigs() {
  return {gig_catalog::GigMapping(),
          [](GigId, absl::string_view payload) { return gig_catalog::DecodeEvent(payload); },
          &pb::Gig::default_instance(), &pb::GigEvent::default_instance()};
}
Codec<gig_catalog::SubcategoryDomain> Subcategories() {
  return {gig_catalog::SubcategoryMapping(),
          [](gig_catalog::SubcategoryId, absl::string_view payload) {
            return gig_catalog::DecodeSubcategoryEvent(payload);
          },
          &pb::Subcategory::default_instance(), &pb::SubcategoryEvent::default_instance()};
}
Codec<offers::OfferDomain> Offers() {
  return {offers::OfferMapping(), offers::OfferEventFromPayload, &pb::Offer::default_instance(),
          &pb::OfferEvent::default_instance()};
}
Codec<billing::OrderDomain> Orders() {
  return {billing::OrderMapping(),
          [](OrderId, absl::string_view payload) { return billing::DecodeEvent(payload); },
          &pb::Order::default_instance(), &pb::OrderEvent::default_instance()};
}

template <class D>
Seen ExpectSound(const Codec<D>& codec, absl::string_view folder, Coverage* coverage = nullptr) {
  Seen seen{coverage, {}};
  for (const StoryFile& file : FilesOf(folder))
    for (const std::string& finding : Checker<D>(codec, file, seen).Check()) ADD_FAILURE() << finding;
  return seen;
}

TEST(Golden, GigsAreReadAndWrittenByteForByte) {
  ExpectSound(Gigs(), "gigs");
}

TEST(Golden, SubcategoriesAreReadAndWrittenByteForByte) {
  ExpectSound(Subcategories(), "subcategories");
}

TEST(Golden, OffersAreReadAndWrittenByteForByte) {
  ExpectSound(Offers(), "offers");
}

TEST(Golden, OrdersAreReadAndWrittenByteForByte) {
  ExpectSound(Orders(), "orders");
}

// The row as migrations that came after it was written have left it.
TextRow Migrated(TextRow row) {
  for (const AddedColumn& added : AddedColumns())
    if (added.table == row.table && row.Text(added.column).empty())
      row.cells.emplace_back(added.column, added.value);
  return row;
}

// What an audit of the file's last rows reads.
audit::StoredHistory HistoryOf(const StoryFile& file) {
  const db::Mapping<billing::OrderDomain> mapping = billing::OrderMapping();
  auto rows = LastRows(mapping, file.commits);
  const auto cells_of = [](const TextRow& stored, const std::vector<std::string>& columns) {
    const TextRow row = Migrated(stored);
    audit::Cells cells;
    for (const std::string& column : columns) cells.push_back(row.Cell(column));
    return cells;
  };
  audit::StoredHistory history;
  history.id = *Uuid::FromBytes(rows["orders"].back().Bytes("id"));
  history.row = cells_of(rows["orders"].back(), db::ColumnsOf(mapping));
  std::map<std::string, int> commit_of;  // by the event's sequence
  for (size_t i = 0; i < file.commits.size(); ++i)
    for (const TextRow& row : file.commits[i].rows)
      if (row.table == "events") commit_of[row.Text("sequence")] = static_cast<int>(i);
  for (const TextRow& row : rows["events"]) {
    history.events.push_back({static_cast<uint64_t>(row.Number("sequence")), row.Bytes("type"),
                              row.Number("at_us"), row.Bytes("actor"), row.Bytes("payload"),
                              row.Cell("digest"), absl::StrCat(commit_of[row.Text("sequence")])});
  }
  for (const auto& side : mapping.side_tables) {
    history.side.emplace_back();
    for (const TextRow& row : rows[side.table]) history.side.back().push_back(cells_of(row, side.columns));
  }
  for (const TextRow& row : rows["deadlines"])
    history.deadlines.push_back(cells_of(row, db::DeadlineColumns()));
  return history;
}

TEST(Golden, OrdersPassTheAudit) {
  for (const absl::string_view folder : {"orders", "standing_orders"}) {
    for (const StoryFile& file : FilesOf(folder)) {
      const billing::OrderAudit audit = billing::OrderAuditor().Judge(HistoryOf(file));
      EXPECT_TRUE(audit.consistent())
          << file.name << ": " << audit::TextOf(*audit.discrepancy, audit::ValuesShown::kYes);
    }
  }
}

// What is written of an event whose text was erased is no text and no hash: so a stored payload is never written anew
// (decisions/0010), and this is the one thing that may differ.
std::string WithoutHashes(const std::string& payload) {
  pb::OrderEvent event;
  EXPECT_TRUE(event.ParseFromString(payload));
  const google::protobuf::Reflection& reflection = *event.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(event, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    google::protobuf::Message& inner = *reflection.MutableMessage(&event, field);
    for (int i = 0; i < field->message_type()->field_count(); ++i) {
      const auto* hash = field->message_type()->field(i);
      if (absl::EndsWith(hash->name(), "_sha256")) inner.GetReflection()->ClearField(&inner, hash);
    }
  }
  return event.SerializeAsString();
}

TEST(Golden, EventsWithErasedTextsAreRead) {
  std::map<std::string, int> erased;
  for (const StoryFile& file : FilesOf("standing_orders")) {
    if (!absl::StartsWith(file.name, "standing_orders/erased_")) continue;
    for (const TextRow& row : file.commits.front().rows) {
      if (row.table != "events") continue;
      const std::string payload = row.Bytes("payload");
      const absl::StatusOr<billing::OrderEvent> event = billing::DecodeEvent(payload);
      ASSERT_THAT(event, IsOk()) << LineOf(row);
      EXPECT_EQ(billing::EncodeEvent(*event), WithoutHashes(payload)) << LineOf(row);
      erased[file.name] += WithoutHashes(payload) != payload;
    }
  }
  EXPECT_EQ(erased, (std::map<std::string, int>{{"standing_orders/erased_texts", 4},
                                                {"standing_orders/erased_updates", 3},
                                                {"standing_orders/erased_quarrel", 7}}));
}

TEST(Golden, EventsFromBeforeTheChainAreReadAsWhatIsWrittenNow) {
  int differently = 0;
  for (const StoryFile& file : FilesOf("standing_orders")) {
    if (file.name != "standing_orders/before_the_chain") continue;
    for (const TextRow& row : file.commits.front().rows) {
      if (row.table != "events") continue;
      const std::string payload = row.Bytes("payload");
      const absl::StatusOr<billing::OrderEvent> event = billing::DecodeEvent(payload);
      ASSERT_THAT(event, IsOk()) << LineOf(row);
      const std::string now = billing::EncodeEvent(*event);
      EXPECT_EQ(*billing::DecodeEvent(now), *event) << LineOf(row);
      EXPECT_THAT(billing::CheckTexts(now), IsOk()) << LineOf(row);
      if (row.Text("digest") == "NULL")
        differently += now != payload;
      else
        EXPECT_EQ(now, payload) << LineOf(row);
    }
  }
  EXPECT_EQ(differently, 2) << "a delivery and a revision request have their texts inside";
}

std::vector<TextRow> Tokens() {
  std::vector<TextRow> rows;
  for (const StoryFile& file : FilesOf("quotes"))
    for (const Commit& commit : file.commits) rows.insert(rows.end(), commit.rows.begin(), commit.rows.end());
  return rows;
}

pb::Quote MessageIn(const std::string& token) {
  std::string bytes;
  pb::Quote message;
  EXPECT_TRUE(absl::WebSafeBase64Unescape(token, &bytes) && message.ParseFromString(bytes)) << token;
  return message;
}

// `written` without the fields that came after `stored` was written.
std::string TokenWithoutAdded(const std::string& written, const std::string& stored) {
  pb::Quote message = MessageIn(written);
  if (!ClearAdded(message, MessageIn(stored), kAddedFields)) return written;
  return absl::WebSafeBase64Escape(message.SerializeAsString());
}

TEST(Golden, QuoteTokensAreReadAndWrittenByteForByte) {
  for (const TextRow& row : Tokens()) {
    const std::string token = row.Bytes("token");
    const absl::StatusOr<billing::Quote> quote = billing::DecodeQuote(token, row.Bytes("buyer"));
    ASSERT_THAT(quote, IsOk()) << LineOf(row);
    EXPECT_EQ(TokenWithoutAdded(billing::EncodeQuote(*quote), token), token) << LineOf(row);
  }
}

TEST(Golden, QuoteTokensFromBeforeQuotesEndedHaveEndedAndGetADigest) {
  int from_before = 0;
  for (const TextRow& row : Tokens()) {
    const std::string token = row.Bytes("token"), buyer = row.Bytes("buyer");
    if (!MessageIn(token).digest().empty()) continue;
    const absl::StatusOr<billing::Quote> quote = billing::DecodeQuote(token, buyer);
    ASSERT_THAT(quote, IsOk()) << LineOf(row);
    EXPECT_EQ(quote->expire_time, absl::UnixEpoch()) << LineOf(row);
    const std::string now = billing::EncodeQuote(*quote);
    EXPECT_FALSE(MessageIn(now).digest().empty()) << LineOf(row);
    const absl::StatusOr<billing::Quote> again = billing::DecodeQuote(now, buyer);
    ASSERT_THAT(again, IsOk()) << LineOf(row) << ": the digest is not that of the message";
    EXPECT_EQ(*again, *quote) << LineOf(row);
    ++from_before;
  }
  EXPECT_EQ(from_before, 6) << "those of quotes/tokens; no later token is without a digest";
}

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The records of one file and, as its last commit, the journal that they make.
TEST(Golden, TheSimulatorsJournalIsReadAndWrittenByteForByte) {
  for (const StoryFile& file : FilesOf("simulator")) {
    const ScratchFolder scratch("golden-journal");
    absl::StatusOr<payment_simulator::Journal> anew = payment_simulator::Journal::Open(
        scratch.path() + "/anew", [](absl::string_view) { return absl::OkStatus(); });
    ASSERT_THAT(anew, IsOk());
    std::vector<std::string> records;
    for (const Commit& commit : file.commits) {
      const TextRow& row = commit.rows.front();
      if (row.table != "journal") continue;
      const std::string record = row.Bytes("record");
      const absl::StatusOr<payment_simulator::Record> read = payment_simulator::DecodeRecord(record);
      ASSERT_THAT(read, IsOk()) << LineOf(row);
      EXPECT_EQ(std::visit([](const auto& any) { return payment_simulator::EncodeRecord(any); }, *read),
                record)
          << LineOf(row);
      ASSERT_THAT(anew->Append({record}), IsOk());
      records.push_back(record);
    }
    ASSERT_EQ(file.commits.back().rows.front().table, "journal_file");
    const std::string stored = file.commits.back().rows.front().Bytes("bytes");
    EXPECT_EQ(BytesOf(scratch.path() + "/anew"), stored);
    std::ofstream(scratch.path() + "/stored", std::ios::binary) << stored;
    std::vector<std::string> replayed;
    const auto opened =
        payment_simulator::Journal::Open(scratch.path() + "/stored", [&](absl::string_view record) {
          replayed.emplace_back(record);
          return absl::OkStatus();
        });
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(opened->torn_bytes(), 0u);
    EXPECT_EQ(replayed, records);
  }
}

// Nothing that can be stored is without an example.

void AddPayloads(const google::protobuf::Message& prototype, absl::string_view folder,
                 absl::string_view column, Coverage& coverage) {
  for (const StoryFile& file : FilesOf(folder))
    for (const Commit& commit : file.commits)
      for (const TextRow& row : commit.rows)
        if (const audit::Cell bytes = row.Cell(column)) coverage.Add(prototype, *bytes);
}

void AddTokens(Coverage& coverage) {
  for (const TextRow& row : Tokens())
    coverage.Add(pb::Quote::default_instance(), MessageIn(row.Bytes("token")).SerializeAsString());
}

TEST(Golden, HoldsEveryFieldStateAndReasonThatIsStored) {
  Coverage coverage;
  ExpectSound(Gigs(), "gigs", &coverage);
  ExpectSound(Subcategories(), "subcategories", &coverage);
  ExpectSound(Offers(), "offers", &coverage);
  ExpectSound(Orders(), "orders", &coverage);
  AddPayloads(pb::OrderEvent::default_instance(), "standing_orders", "payload", coverage);
  AddPayloads(pb::SimulatedCharge::default_instance(), "simulator", "record", coverage);
  AddTokens(coverage);
  for (const google::protobuf::Descriptor* root :
       {pb::Gig::descriptor(), pb::GigEvent::descriptor(), pb::Subcategory::descriptor(),
        pb::SubcategoryEvent::descriptor(), pb::Offer::descriptor(), pb::OfferEvent::descriptor(),
        pb::Order::descriptor(), pb::OrderEvent::descriptor(), pb::Quote::descriptor(),
        pb::SimulatedCharge::descriptor()}) {
    for (const std::string& missing : coverage.Missing(*root))
      ADD_FAILURE() << "no file of the corpus has " << missing << "; " << kHowToAdd;
  }
}

template <class D>
void ExpectEveryEvent(const Codec<D>& codec, absl::string_view folder) {
  const Seen seen = ExpectSound(codec, folder);
  for (size_t kind = 0; kind < std::variant_size_v<typename D::Event>; ++kind) {
    EXPECT_TRUE(seen.events.contains(kind))
        << folder << ": alternative " << kind << " of the domain's Event is in no file of the corpus; "
        << kHowToAdd;
  }
}

TEST(Golden, HoldsEveryKindOfEvent) {
  ExpectEveryEvent(Gigs(), "gigs");
  ExpectEveryEvent(Subcategories(), "subcategories");
  ExpectEveryEvent(Offers(), "offers");
  ExpectEveryEvent(Orders(), "orders");
}

// The checks themselves: they find what is wrong.

TEST(GoldenChecks, NameWhatIsMissing) {
  const std::vector<std::string> missing = Coverage().Missing(*pb::OrderEvent::descriptor());
  for (const char* name : {"milepost.storage.v1.OrderEvent.revision_requested",
                           "milepost.storage.v1.OrderFunded.provider_reference",
                           "milepost.storage.v1.ORDER_COMPLETION_REASON_REVIEW_TIMEOUT",
                           "milepost.storage.v1.OrderAccepted.next_due_us, absent"})
    EXPECT_THAT(missing, Contains(name));
}

StoryFile AnOrder() {
  for (const StoryFile& file : FilesOf("orders"))
    if (file.name == "orders/all_accepted") return file;
  ADD_FAILURE() << "orders/all_accepted is gone: files of the corpus stay for good";
  return {};
}

Findings FindingsOf(const StoryFile& file) {
  Seen seen;
  const Codec<billing::OrderDomain> codec = Orders();
  return Checker<billing::OrderDomain>(codec, file, seen).Check();
}

TEST(GoldenChecks, FindAChangedByteInAnyColumn) {
  const StoryFile sound = AnOrder();
  ASSERT_THAT(FindingsOf(sound), IsEmpty());
  for (size_t commit = 0; commit < sound.commits.size(); ++commit) {
    for (size_t row = 0; row < sound.commits[commit].rows.size(); ++row) {
      for (size_t cell = 0; cell < sound.commits[commit].rows[row].cells.size(); ++cell) {
        StoryFile changed = sound;
        std::string& value = changed.commits[commit].rows[row].cells[cell].second;
        if (value == "NULL") continue;
        char& last = value[value.size() - (value.back() == '"' ? 2 : 1)];
        if (last == '"') continue;  // an empty text
        last = last == '1' ? '2' : '1';
        EXPECT_THAT(FindingsOf(changed), Not(IsEmpty())) << LineOf(changed.commits[commit].rows[row]);
      }
    }
  }
}

TEST(GoldenChecks, FindARowThatIsGone) {
  const StoryFile sound = AnOrder();
  for (size_t commit = 0; commit < sound.commits.size(); ++commit) {
    for (size_t row = 0; row < sound.commits[commit].rows.size(); ++row) {
      StoryFile changed = sound;
      changed.commits[commit].rows.erase(changed.commits[commit].rows.begin() + static_cast<long>(row));
      EXPECT_THAT(FindingsOf(changed), Not(IsEmpty())) << LineOf(sound.commits[commit].rows[row]);
    }
  }
}

TEST(GoldenChecks, AskNothingOfOlderRowsThatCameLater) {
  const std::vector<TextRow> stored = {{"orders", {{"id", "1"}}}};
  const std::vector<TextRow> now = {{"orders", {{"id", "1"}, {"region", "2"}}}, {"notices", {{"id", "3"}}}};
  const std::vector<AddedColumn> added = {{"orders", "region", "0004"}, {"notices", "*", "0005"}};
  EXPECT_EQ(WithoutAdded(now, stored, added), stored);
  EXPECT_EQ(WithoutAdded(now, stored, {}), now);
  EXPECT_EQ(WithoutAdded(now, now, added), now) << "a row that has it keeps it";
}

TEST(GoldenChecks, AskNothingOfOlderMessagesThatCameLater) {
  pb::Quote stored, written;
  stored.set_terms_hash("agreed");
  written.set_terms_hash("agreed");
  written.set_expire_us(7);
  written.set_digest("later");
  const AddedField added[] = {{"milepost.storage.v1.Quote.digest", "0004"}};
  pb::Quote left = written;
  EXPECT_TRUE(ClearAdded(left, stored, added));
  EXPECT_EQ(left.digest(), "");
  EXPECT_EQ(left.terms_hash(), "agreed");
  EXPECT_EQ(left.expire_us(), 7) << "what is not listed shows";
  left = written;
  EXPECT_FALSE(ClearAdded(left, stored, {}));
  EXPECT_EQ(left.digest(), "later");
  stored.set_digest("earlier");
  EXPECT_FALSE(ClearAdded(left, stored, added)) << "a message that has it keeps it";
  EXPECT_EQ(left.digest(), "later");
}

TEST(GoldenChecks, ReadLinesAsTheyWereWritten) {
  const TextRow row =
      TextRowOf("things", {"id", "count", "text", "body", "none"},
                db::MakeRow(*Uuid::Parse("019ab000-0000-7000-8000-000000000001"), int64_t{-7},
                            "a \"b\\c\" ü\n=x:1 NULL", std::string("\x00\xff", 2), db::Value()));
  const absl::StatusOr<TextRow> read = RowFrom(LineOf(row));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, row);
  EXPECT_EQ(read->Bytes("text"), "a \"b\\c\" ü\n=x:1 NULL");
  EXPECT_EQ(read->Bytes("body"), std::string("\x00\xff", 2));
  EXPECT_EQ(read->Number("count"), -7);
  EXPECT_EQ(read->Cell("none"), std::nullopt);
  for (const char* damaged : {"things", "things id", "things id=", "things body=x:0", "things text=\"open"})
    EXPECT_THAT(RowFrom(damaged), Not(IsOk())) << damaged;
}

// The command that wrote the corpus.

std::map<std::string, std::string> Texts(const std::vector<StoryFile>& stories) {
  std::map<std::string, std::string> texts;
  for (const StoryFile& story : stories) {
    EXPECT_THAT(story.told, IsOk()) << "a rule has changed, so this story can't be told any more: change it "
                                       "under another name, or take it out of the "
                                       "generator. Its file stays";
    EXPECT_TRUE(texts.emplace(story.name, TextOf(story)).second) << story.name << " twice";
  }
  return texts;
}

TEST(GoldenStories, AreToldTheSameTwice) {
  EXPECT_EQ(Texts(AllStories()), Texts(AllStories()));
}

TEST(GoldenStories, AreAddedAndNeverWrittenOver) {
  const ScratchFolder scratch("golden-corpus");
  StoryFile first{"orders/first", "One.", {{"made", {{"orders", {{"id", "1"}}}}}}, {}};
  StoryFile second{"orders/second", "Two.", {{"made", {{"orders", {{"id", "2"}}}}}}, {}};
  ASSERT_THAT(WriteCorpus(scratch.path(), {first}), IsOk());
  StoryFile other = first;
  other.commits[0].rows[0].cells[0].second[0] = '3';
  const absl::StatusOr<Written> again = WriteCorpus(scratch.path(), {other, second});
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->added, ElementsAre("orders/second"));
  EXPECT_THAT(again->kept, IsEmpty());
  EXPECT_THAT(again->different, ElementsAre("orders/first"));
  const absl::StatusOr<std::vector<StoryFile>> read = ReadCorpus(scratch.path());
  ASSERT_THAT(read, IsOk());
  ASSERT_THAT(*read, SizeIs(2));
  EXPECT_EQ(read->front().commits[0].rows, first.commits[0].rows);
}

TEST(GoldenStories, ThatCantBeToldAreNotWritten) {
  const ScratchFolder scratch("golden-corpus");
  StoryFile failed{"orders/failed", "None.", {}, absl::InternalError("refused")};
  EXPECT_THAT(WriteCorpus(scratch.path(), {failed}), Not(IsOk()));
  EXPECT_THAT(*ReadCorpus(scratch.path()), IsEmpty());
}

}  // namespace
}  // namespace milepost::golden
