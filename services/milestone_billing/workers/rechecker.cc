#include "services/milestone_billing/workers/rechecker.h"

#include <optional>
#include <utility>

#include "common/core/refusal.h"
#include "common/obs/log.h"
#include "services/milestone_billing/workers/due.h"

namespace milepost::billing {
namespace {

Finding FindingOf(const Charge& charge, const absl::StatusOr<ProviderCharge>& answer) {
  if (IsRefusal(answer.status(), Reason::kProviderChargeNotFound)) return Finding::kNoMoney;
  if (!answer.ok() || answer->state == ProviderCharge::State::kPending) return Finding::kNoAnswer;
  if (answer->state != ProviderCharge::State::kSucceeded) return Finding::kNoMoney;
  if (answer->amount == charge.total()) return Finding::kMoney;
  obs::Log(obs::Level::kError, "the provider captured another amount than was asked for")
      .With("charge", charge.id.ToString())
      .With("asked", charge.total().ToString())
      .With("captured", answer->amount ? answer->amount->ToString() : "none");
  return Finding::kNoAnswer;
}

// An operator said that the money was taken, the seller may have been paid for it, and the provider has none. No rule can
// mend that: somebody has to look.
void ReportContradiction(const OrderId& order, const Charge& charge) {
  obs::Log(obs::Level::kError, "an operator resolved a charge as succeeded; the provider took no money")
      .With("order", order.ToString())
      .With("charge", charge.id.ToString())
      .With("resolved_by", charge.resolution ? charge.resolution->by : "");
}

}  // namespace

absl::StatusOr<size_t> Rechecker::Tick() {
  return TakeDue<DueQuestion>(executor_, queries_, ListDueQuestions, page_,
                              [this](DueQuestion question, absl::Time now) { return Ask(question, now); });
}

asio::awaitable<bool> Rechecker::Ask(DueQuestion question, absl::Time now) {
  if (stopping_) co_return false;
  auto reading = orders_.Get(question.order);
  const absl::StatusOr<std::optional<OrderSnapshot>> found = co_await std::move(reading);
  if (!found.ok() || !*found || stopping_) co_return false;
  const Charge* charge = (*found)->state.FindCharge(question.charge);
  if (charge == nullptr || !charge->ask_at || *charge->ask_at > now) co_return false;
  auto asking = AskProvider(question.order, *charge);
  const absl::StatusOr<ProviderCharge> answer = co_await std::move(asking);
  const Finding finding = FindingOf(*charge, answer);
  auto recording = orders_.Record(question.order,
                                  RecordFinding{charge->id, charge->answers, finding,
                                                answer.ok() ? answer->capture_reference : "", policy_},
                                  "RecordFinding");
  const absl::StatusOr<OrderAnswer> recorded = co_await std::move(recording);
  if (!recorded.ok()) co_return false;
  ReportLateSuccess(*recorded);
  if (finding == Finding::kNoMoney && charge->state == ChargeState::kSucceeded)
    ReportContradiction(question.order, *charge);
  co_return !recorded->events.empty();
}

// Nobody has voided the key of an attempt that an operator ended without money: VoidCharge tells the truth about it, or
// makes it. Elsewhere the question is only a question.
rpc::Awaitable<ProviderCharge> Rechecker::AskProvider(const OrderId& order, const Charge& charge) {
  const std::string key = ProviderKeyOf(order, charge);
  const bool voids = charge.resolution && charge.state != ChargeState::kSucceeded;
  auto asking = voids ? provider_.VoidCharge(key, {}) : provider_.GetCharge(key, {});
  co_return co_await std::move(asking);
}

}  // namespace milepost::billing
