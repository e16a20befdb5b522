#include "tests/simulation/forecasts.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "tests/simulation/witness.h"

namespace milepost::simulation {
namespace {

using billing::NextAction;
using billing::Trigger;

// Whether the table of the workflow refuses the method with that reason in any state.
bool RefusesWith(Trigger trigger, const absl::Status& status) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  const absl::Span<const billing::Rule> rules = billing::RulesOf(trigger);
  return refusal && std::any_of(rules.begin(), rules.end(),
                                [&](const billing::Rule& rule) { return rule.refusal == refusal->reason; });
}

// The gig, which the order knows nothing of, may have changed since the quote (A28).
bool HangsOnTheGig(Trigger trigger) {
  return trigger == billing::kTriggerOf<billing::PlaceGigOrder>;
}

std::string NameOfAction(const NextAction& action) {
  return absl::StrCat(NameOf(action.trigger), " by ", NameOf(action.actor));
}

}  // namespace

std::optional<std::string> Forecasts::Check(const billing::Order* before,
                                            const db::Submission<billing::OrderDomain>& submission,
                                            const absl::Status& decided, absl::Time now) {
  if (!submission.request) return std::nullopt;
  const Uuid& request = submission.request->request_id;
  if (strangers_.erase(request) > 0 && decided.ok())
    return absl::StrCat(submission.kind, " of ", submission.actor.name,
                        ", whom it is not for, was not refused");
  const auto found = actions_.find(request);
  if (found == actions_.end()) return std::nullopt;
  const NextAction action = std::move(found->second);
  actions_.erase(found);
  return before ? CheckAction(*before, action, decided, now) : std::nullopt;
}

// The order may have changed since the client looked; then the same action is no longer there.
std::optional<std::string> Forecasts::CheckAction(const billing::Order& before, const NextAction& action,
                                                  const absl::Status& decided, absl::Time now) {
  const std::vector<NextAction> actions = billing::NextActions(before, now);
  if (std::find(actions.begin(), actions.end(), action) == actions.end()) return std::nullopt;
  if (!action.blocked_by) {
    if (decided.ok()) {
      ++allowed_;
      return std::nullopt;
    }
    if (HangsOnTheGig(action.trigger) && !RefusesWith(action.trigger, decided)) return std::nullopt;
    return absl::StrCat(NameOfAction(action), " was said to be allowed, and refused with ",
                        ReasonOf(decided));
  }
  if (IsRefusal(decided, *action.blocked_by)) {
    ++blocked_;
    return std::nullopt;
  }
  return absl::StrCat(NameOfAction(action), " was said to be blocked by ", RowOf(*action.blocked_by).name,
                      ", and came to ", ReasonOf(decided));
}

}  // namespace milepost::simulation
