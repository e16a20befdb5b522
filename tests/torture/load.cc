#include "tests/torture/load.h"

#include "tests/torture/acts.h"

namespace milepost::torture {
namespace {

// Of one try. Longer than any answer takes while everything is up, pm_timeout_… included.
constexpr std::chrono::milliseconds kTryTime{5000};

}  // namespace

Load::Load(const Fleet& fleet, Record& record, Market& market, int clients, uint64_t seed) {
  for (int i = 0; i < clients; ++i) {
    threads_.emplace_back([this, &fleet, &record, &market, seed, i] {
      Client client(fleet.NewClient(kTryTime), record, market, seed + static_cast<uint64_t>(i));
      while (!stopping_) ActOnce(client);
    });
  }
}

void Load::Stop() {
  stopping_ = true;
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

}  // namespace milepost::torture
