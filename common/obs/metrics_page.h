// Serves the metrics of a process over HTTP, for Prometheus: GET /metrics.
//
// The owner of counters adds a function that reads them; each scrape calls it. So counting costs one relaxed atomic
// addition, and the page costs nothing between scrapes. Thread-safe.
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
  // With the metrics of the process itself: memory, CPU time, files, threads.
  MetricsPage();
  ~MetricsPage();

  // `read` is called from the page's threads, until Close(). It must not block: no SQL.
  void Add(std::function<void(Exposition&)> read);
  // Starts to serve the page and returns the bound port. UNAVAILABLE if the address can't be bound.
  absl::StatusOr<int> Listen(const std::string& address);
  // Ends the page; no function is called after it returns.
  void Close();

 private:
  class Readers;

  const std::shared_ptr<Readers> readers_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace milepost::obs
