#include "common/obs/metrics_page.h"

#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/obs/bugs.h"
#include "common/obs/process_metrics.h"
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"

namespace milepost::obs {
namespace {

constexpr size_t kScrapesMax = 2;  // scrapes at a time

}  // namespace

class MetricsPage::Readers final : public prometheus::Collectable {
 public:
  void Add(std::function<void(Exposition&)> read) {
    const std::lock_guard lock(mutex_);
    reads_.push_back(std::move(read));
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard lock(mutex_);
    Exposition exposition;
    for (const auto& read : reads_) read(exposition);
    return exposition.Families();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::function<void(Exposition&)>> reads_;
};

MetricsPage::MetricsPage() : readers_(std::make_shared<Readers>()) {
  Add(ReadProcess);
  Add(ReadBugs);
}

MetricsPage::~MetricsPage() = default;

void MetricsPage::Add(std::function<void(Exposition&)> read) {
  readers_->Add(std::move(read));
}

absl::StatusOr<int> MetricsPage::Listen(const std::string& address) {
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address, kScrapesMax);
  } catch (const std::exception&) {
    return absl::UnavailableError(absl::StrCat("can't listen on ", address, " (--metrics_listen)"));
  }
  exposer_->RegisterCollectable(readers_);
  return exposer_->GetListeningPorts().front();
}

void MetricsPage::Close() {
  exposer_.reset();
}

}  // namespace milepost::obs
