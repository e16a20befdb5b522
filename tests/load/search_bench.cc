#include "tests/load/search_bench.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/core/stopwatch.h"
#include "common/db/migrations.h"
#include "migrations/gig_catalog.h"
#include "tests/load/schema_copy.h"
#include "tests/support/database.h"
#include "tests/support/stored_gigs.h"

namespace milepost::load {
namespace {

namespace api = ::milepost::catalog::v1;

constexpr char kSchema[] = "bench_search";
constexpr size_t kGigsAtOnce = 512;  // a transaction
constexpr size_t kNames = 1000;      // for GetGig
constexpr size_t kWords = 200;       // of each kind
constexpr size_t kDeepPages = 20;
constexpr int kFarPage = 1000;
// A server calls a word common that more than 13,000 gigs have, by an estimate from a sample. Of words between these two, some are
// answered in the one order and some in the other.
constexpr uint64_t kRareMost = 10'000, kCommonLeast = 17'000;
constexpr api::SearchOrder kAnyOrder = api::SEARCH_ORDER_UNSPECIFIED;

db::ConnectOptions WithSchema(db::ConnectOptions database) {
  database.schema = kSchema;
  return database;
}

absl::Status Failed(const std::string& what, const grpc::Status& status) {
  return absl::AbortedError(absl::StrCat(what, ": ", status.error_message()));
}

void SetUpCall(grpc::ClientContext& context, const char* actor = "users/ben") {
  context.AddMetadata("milepost-actor", actor);
}

// Each word with the one after it.
std::vector<std::string> InPairs(std::vector<std::string> words) {
  for (size_t i = 0; i + 1 < words.size(); ++i) absl::StrAppend(&words[i], " ", words[i + 1]);
  return words;
}

}  // namespace

SearchBench::SearchBench(db::ConnectOptions database, SearchBenchOptions options)
    : database_(std::move(database)), schema_(WithSchema(database_)), options_(options) {}

absl::Status SearchBench::Run(Measured& measured) {
  MILEPOST_RETURN_IF_ERROR(Fill(measured));
  MILEPOST_RETURN_IF_ERROR(StartServer(measured));
  MILEPOST_RETURN_IF_ERROR(FindFarPage());
  MILEPOST_RETURN_IF_ERROR(FindDeepPages());
  std::vector<Kind> kinds = Kinds();
  for (int round = 0; round < options_.rounds; ++round) {
    for (const Kind& kind : kinds) {
      Histogram latency;
      for (int i = 0; i < options_.calls; ++i) {
        const Stopwatch call;
        MILEPOST_RETURN_IF_ERROR(kind.call(round * options_.calls + i));
        latency.Record(call.elapsed());
      }
      for (const auto& [share, which] : {std::pair(0.5, "p50"), std::pair(0.95, "p95")}) {
        const double ms = absl::ToDoubleMilliseconds(latency.Quantile(share));
        measured[measure::Latency(kind.name, which)].push_back(ms);
        Say(absl::StrCat("  ", measure::Latency(kind.name, which), ": ", Print(ms)));
      }
    }
  }
  return absl::OkStatus();
}

// Without its full-text index, which then is made in one go: as after a restore, and several times as fast.
absl::Status SearchBench::Fill(Measured& measured) {
  MILEPOST_RETURN_IF_ERROR(MakeEmptySchema(database_, kSchema));
  MILEPOST_RETURN_IF_ERROR(db::Migrate(schema_, {{migrations::gig_catalog()}}));
  MILEPOST_ASSIGN_OR_RETURN(const auto connection, db::Connection::Open(schema_));
  MILEPOST_RETURN_IF_ERROR(connection->Execute("ALTER TABLE gig_search DROP KEY gig_search_words"));
  const Stopwatch filling;
  MILEPOST_RETURN_IF_ERROR(Store(*connection));
  measured[measure::kFill].push_back(absl::ToDoubleSeconds(filling.elapsed()));
  Say(absl::StrCat("stored ", options_.gigs, " gigs in ", absl::FormatDuration(filling.elapsed())));
  // Longer than a statement usually may.
  db::ConnectOptions patient = schema_;
  patient.read_timeout = absl::Hours(1);
  MILEPOST_ASSIGN_OR_RETURN(const auto indexing, db::Connection::Open(patient));
  const Stopwatch index;
  MILEPOST_RETURN_IF_ERROR(
      indexing->Execute("ALTER TABLE gig_search ADD FULLTEXT KEY gig_search_words (words)"));
  measured[measure::kIndex].push_back(absl::ToDoubleSeconds(index.elapsed()));
  Say(absl::StrCat("made the full-text index in ", absl::FormatDuration(index.elapsed())));
  MILEPOST_RETURN_IF_ERROR(indexing->Execute("ANALYZE TABLE gigs, gig_search"));
  return AwaitWritten(database_);
}

absl::Status SearchBench::Store(db::Connection& connection) {
  std::vector<gig_catalog::Gig> gigs;
  for (uint64_t stored = 0; stored < options_.gigs; stored += gigs.size()) {
    gigs.clear();
    while (gigs.size() < std::min<uint64_t>(kGigsAtOnce, options_.gigs - stored))
      gigs.push_back(texts_.Next());
    if (names_.size() < kNames) names_.push_back(absl::StrCat("gigs/", gigs.front().id.ToString()));
    MILEPOST_RETURN_IF_ERROR(connection.Execute("START TRANSACTION"));
    MILEPOST_RETURN_IF_ERROR(testing::StoreGigs(connection, gigs));
    MILEPOST_RETURN_IF_ERROR(connection.Execute("COMMIT"));
  }
  return absl::OkStatus();
}

absl::Status SearchBench::StartServer(Measured& measured) {
  std::vector<std::string> flags = testing::DatabaseFlags(schema_);
  flags.push_back("--max_connection_age=24h");
  server_ = std::make_unique<testing::ServerProcess>("gig_catalog", std::move(flags));
  MILEPOST_RETURN_IF_ERROR(server_->Start());
  stub_ = api::GigCatalog::NewStub(server_->channel());
  // The first search of a replica reads the sample.
  Request request;
  request.set_query("nobody");
  const Stopwatch first;
  MILEPOST_RETURN_IF_ERROR(Search(request, api::SEARCH_ORDER_RELEVANCE));
  measured[measure::kFirstSearch].push_back(absl::ToDoubleMilliseconds(first.elapsed()));
  return absl::OkStatus();
}

absl::Status SearchBench::FindFarPage() {
  for (int page = 1; page < kFarPage; ++page) {
    std::string next;
    MILEPOST_RETURN_IF_ERROR(List(far_page_, &next));
    if (next.empty()) break;
    far_page_ = next;
  }
  return absl::OkStatus();
}

absl::Status SearchBench::FindDeepPages() {
  for (const std::string& word : texts_.WordsWith(kRareMost * 7 / 8, kRareMost, kDeepPages)) {
    Request request;
    request.set_query(word);
    // A tenth of the words are in titles.
    request.set_page_size(1000);
    std::string next;
    MILEPOST_RETURN_IF_ERROR(Search(request, kAnyOrder, &next));
    request.set_page_size(0);
    request.set_page_token(next);
    deep_pages_.push_back(std::move(request));
  }
  return absl::OkStatus();
}

std::vector<SearchBench::Kind> SearchBench::Kinds() {
  const auto newest = api::SEARCH_ORDER_NEWEST_FIRST;
  const std::vector<std::string> rare = texts_.WordsWith(1, kRareMost, kWords);
  const std::vector<std::string> common = texts_.WordsWith(kCommonLeast, options_.gigs, kWords);
  std::vector<Kind> kinds = {
      {measure::kGet, [this](int i) { return Get(i); }},
      Searches(measure::kRare, rare, kAnyOrder),
      Searches(measure::kNearlyCommon, texts_.WordsWith(kRareMost * 7 / 8, kRareMost, kWords), kAnyOrder),
      {measure::kDeep, [this](int i) { return Search(deep_pages_[i % deep_pages_.size()], kAnyOrder); }},
      Searches(measure::kTwoRare, InPairs(rare), kAnyOrder),
      Searches(measure::kShort, texts_.ShortWords(kRareMost), kAnyOrder),
      Searches(measure::kFiltered, rare, kAnyOrder,
               [](Request& request) {
                 request.set_subcategory("business-plans");
                 request.set_milestones_available(true);
                 request.mutable_max_price()->set_currency_code("USD");
                 request.mutable_max_price()->set_units(500);
               }),
      Searches(measure::kCommon, common, kAnyOrder),
      Searches(measure::kTwoCommon, InPairs(common), kAnyOrder),
      Searches(measure::kNewest, {""}, newest),
      Searches(measure::kSeldomPrice, {""}, newest,
               [](Request& request) {
                 request.mutable_min_price()->set_currency_code("USD");
                 request.mutable_min_price()->set_units(1'100);
               }),
      {measure::kListFirst, [this](int) { return List(""); }},
      {measure::kListFar, [this](int) { return List(far_page_); }},
  };
  // Few gigs have no common words.
  std::erase_if(kinds, [&](const Kind& kind) {
    return kind.call == nullptr || (kind.name == measure::kDeep && deep_pages_.empty());
  });
  return kinds;
}

SearchBench::Kind SearchBench::Searches(std::string name, std::vector<std::string> words,
                                        api::SearchOrder order, std::function<void(Request&)> change) {
  if (words.empty()) return {std::move(name), nullptr};
  return {std::move(name), [this, words = std::move(words), order, change = std::move(change)](int number) {
            Request request;
            request.set_query(words[number % words.size()]);
            change(request);
            return Search(request, order);
          }};
}

absl::Status SearchBench::Search(const Request& request, api::SearchOrder order, std::string* next) {
  grpc::ClientContext context;
  SetUpCall(context);
  api::SearchGigsResponse response;
  const grpc::Status status = stub_->SearchGigs(&context, request, &response);
  if (!status.ok()) return Failed("SearchGigs", status);
  if (order != kAnyOrder && response.order() != order)
    return absl::AbortedError(absl::StrCat("another order than expected for '", request.query(), "'"));
  if (next != nullptr) *next = response.next_page_token();
  return absl::OkStatus();
}

absl::Status SearchBench::Get(int number) {
  grpc::ClientContext context;
  SetUpCall(context);
  api::GetGigRequest request;
  request.set_name(names_[number % names_.size()]);
  api::GetGigResponse response;
  const grpc::Status status = stub_->GetGig(&context, request, &response);
  return status.ok() ? absl::OkStatus() : Failed("GetGig", status);
}

absl::Status SearchBench::List(const std::string& page_token, std::string* next) {
  grpc::ClientContext context;
  SetUpCall(context, "operators/ops");
  api::ListGigsRequest request;
  request.set_page_token(page_token);
  api::ListGigsResponse response;
  const grpc::Status status = stub_->ListGigs(&context, request, &response);
  if (!status.ok()) return Failed("ListGigs", status);
  if (next != nullptr) *next = response.next_page_token();
  return absl::OkStatus();
}

}  // namespace milepost::load
