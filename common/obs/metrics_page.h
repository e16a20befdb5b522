// The metrics of a process as a page over HTTP, for Prometheus: GET /metrics.
//
// Nothing is written to it: who has counters adds a function that reads them, and it is asked at each scrape. So a counter
// costs its owner one relaxed atomic addition and the page nothing until somebody looks. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/obs/exposition.h"

namespace prometheus {
class Exposer;
}

namespace milepost::obs {

class MetricsPage {
 public:
  // With the metrics of the process itself: build, memory, CPU time, files, threads.
  MetricsPage();
  ~MetricsPage();

  // `read` is called from the page's threads, until Close(). It must not block: no SQL.
  void Add(std::function<void(Exposition&)> read);
  // Shows the page from here on; answers the bound port. An address that can't be bound: UNAVAILABLE.
  absl::StatusOr<int> Listen(const std::string& address);
  // After it no function is called any more.
  void Close();

 private:
  class Readers;

  const std::shared_ptr<Readers> readers_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace milepost::obs
