// What clients were told that their commands would come to (W2), and whether they did.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/db/submission.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::simulation {

class Forecasts {
 public:
  // The request does just what this action says.
  void Expect(const Uuid& request, billing::NextAction action) {
    actions_.insert_or_assign(request, std::move(action));
  }
  // The request comes from somebody whom the method is not for.
  void ExpectRefusal(const Uuid& request) { strangers_.insert(request); }

  // What is wrong with the decision on this submission; nothing where it is as it was foretold, or where nothing was. `before`: the
  // order with its due deadlines fired, null where there is none.
  std::optional<std::string> Check(const billing::Order* before,
                                   const db::Submission<billing::OrderDomain>& submission,
                                   const absl::Status& decided, absl::Time now);

  // How many decisions were as foretold: allowed ones, and refusals for the foretold reason.
  uint64_t allowed() const { return allowed_; }
  uint64_t blocked() const { return blocked_; }

 private:
  std::optional<std::string> CheckAction(const billing::Order& before, const billing::NextAction& action,
                                         const absl::Status& decided, absl::Time now);

  std::map<Uuid, billing::NextAction> actions_;
  std::set<Uuid> strangers_;
  uint64_t allowed_ = 0, blocked_ = 0;
};

}  // namespace milepost::simulation
