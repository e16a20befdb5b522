// The figures P1, P1b, P2, P3, P4, P8 and P9 of QUALITY.md, and those of the search, on one database, each beside its baselines: in every round, what
// is measured and what it is divided by follow one another, so that both meet the same machine; figures are ratios of medians.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "report.pb.h"
#include "tests/load/by_hand.h"
#include "tests/load/order_book.h"
#include "tests/load/search_bench.h"
#include "tests/load/servers.h"
#include "tests/load/traffic.h"
#include "tests/load/whole_order.h"

namespace milepost::load {

struct BenchOptions {
  std::string storage = "disk";            // or "memory": said in the report
  std::set<std::string> only;              // "P1", "P1b" …, "curve"; empty: everything but "search"
  absl::Duration time = absl::Seconds(3);  // of each measurement
  int rounds = 5;
  // P8: memory is compared between these two ages of the server; until then it is kept under P1's load.
  absl::Duration memory_from = absl::Minutes(2), memory_until = absl::Minutes(10);
  size_t by_hand_transactions = 8000;  // captured for P2; a run ends early when all were sent
  SearchBenchOptions search;
};

class Bench {
 public:
  // `database`: an account that may make schemas, without a schema. Makes schemas that begin with bench_.
  Bench(db::ConnectOptions database, BenchOptions options);
  ~Bench();

  // Measures and adds to the report. ABORTED when something that should work does not: no figure is made of failures.
  absl::Status Run(v1::Report* report);

  static const std::vector<std::string>& Figures();

 private:
  // Of the last Commands(): ratios of speed follow the machine's mood, processor time a command hardly does.
  struct CpuTimes {
    absl::Duration database, billing, client;
  };
  CpuTimes CpuNow();
  bool Wants(const std::string& figure) const;
  bool WantsAnyOf(const std::vector<std::string>& figures) const;
  absl::Status RunOnOrders(v1::Report* report);
  absl::Status Prepare();
  absl::Status CaptureByHand();
  absl::Status Round(int round);
  absl::Status MeasureNoOp();
  absl::Status MeasureCommands(const char* name, const BillingStubs& stubs);
  absl::Status MeasureByHand(int round);
  absl::Status MeasureSysbench();
  absl::Status MeasureWholeOrders();
  absl::Status MeasureIdleLatency(int round);
  absl::Status CallOneByOne(size_t deliveries, Histogram& latency);
  absl::Status MeasureCurve(v1::Report* report);
  absl::Status MeasureMemory();
  absl::Status MeasureStarts();
  absl::StatusOr<Outcome> Commands(const BillingStubs& stubs, int in_flight, double open_rate,
                                   absl::Duration time);
  absl::StatusOr<Outcome> CommandsOfAStock(const BillingStubs& stubs, int in_flight, double open_rate,
                                           absl::Duration time);
  void Note(const std::string& name, double value);
  void NoteMemory(const std::string& when);

  const db::ConnectOptions database_;
  const BenchOptions options_;
  Servers servers_;
  absl::Time began_;
  BillingStubs billing_, billing_singly_;
  std::unique_ptr<OrderBook> book_;
  std::unique_ptr<ByHand> by_hand_;
  std::unique_ptr<WholeOrders> whole_orders_;
  double rate_guess_ = 6000;  // commands/s, for how many orders to hold ready
  CpuTimes cpu_;
  int by_hand_connections_ = 0;  // the best so far
  std::map<std::string, std::vector<double>> measured_;
};

}  // namespace milepost::load
