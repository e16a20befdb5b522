// The figures of SearchGigs and ListGigs on many gigs, beside GetGig of the same run: one call at a time over the wire, with
// nothing else to do for the server. The gigs are written by the service's own mapping, not by calls.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "tests/load/gig_texts.h"
#include "tests/load/histogram.h"
#include "tests/load/report.h"
#include "tests/support/server_process.h"

namespace milepost::load {

struct SearchBenchOptions {
  uint64_t gigs = 1'000'000;
  int calls = 400;  // of each kind
  int rounds = 3;   // in which the kinds take turns
};

class SearchBench {
 public:
  // `database`: an account that may make schemas, without a schema. Makes the schema bench_search.
  SearchBench(db::ConnectOptions database, SearchBenchOptions options);

  // Fills the schema, starts a server on it and adds to `measured`. ABORTED when a call fails.
  absl::Status Run(Measured& measured);

 private:
  using Request = catalog::v1::SearchGigsRequest;
  // A kind of call: `call` makes the number-th.
  struct Kind {
    std::string name;
    std::function<absl::Status(int number)> call;
  };

  absl::Status Fill(Measured& measured);
  absl::Status Store(db::Connection& connection);
  absl::Status StartServer(Measured& measured);
  absl::Status FindFarPage();
  // Finds, for some words, a page that has no gigs any more with the word in their title: what a search costs at most.
  absl::Status FindDeepPages();
  std::vector<Kind> Kinds();
  // Searches, each by another of `words`, changed by `change`.
  Kind Searches(
      std::string name, std::vector<std::string> words, catalog::v1::SearchOrder order,
      std::function<void(Request&)> change = [](Request&) {});
  absl::Status Search(const Request& request, catalog::v1::SearchOrder order, std::string* next = nullptr);
  absl::Status Get(int number);
  absl::Status List(const std::string& page_token, std::string* next = nullptr);

  const db::ConnectOptions database_, schema_;
  const SearchBenchOptions options_;
  GigTexts texts_{20261130};
  std::vector<std::string> names_;  // of some gigs
  std::unique_ptr<testing::ServerProcess> server_;
  std::unique_ptr<catalog::v1::GigCatalog::Stub> stub_;
  std::vector<Request> deep_pages_;
  std::string far_page_;  // the token of ListGigs' page 1000, or of the last
};

}  // namespace milepost::load
