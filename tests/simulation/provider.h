// The payment provider of the simulation: the rules of services/payment_simulator, with its mishaps, and its own books.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "services/payment_simulator/domain/book.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/network.h"

namespace milepost::simulation {

class Provider {
 public:
  // `now` outlives this object.
  Provider(uint64_t seed, bool faulty, const absl::Time* now);

  // Serves the provider's methods.
  void AddTo(Network& network);

  // What it took under the keys of this order, less what it gave back, in minor units.
  int64_t KeptOf(const OrderId& order) const;
  // The charge that it knows under this key.
  std::optional<payment_simulator::Charge> Find(absl::string_view key) const;

  // A payment method that a buyer might use.
  static std::string SomeMethod(Chance& chance);

 private:
  template <class Request, class Response>
  void Serve(Network& network);

  payment_simulator::Book book_;
  const absl::Time& now_;
};

}  // namespace milepost::simulation
