// Watches a lane: decides every command of a batch a second time, one after the other on the stored states, and compares. A batch must
// be answered as its commands alone would have been, whatever failed on the way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/core/decider.h"
#include "common/core/refusal.h"
#include "common/db/working_set.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/findings.h"
#include "tests/simulation/lanes.h"
#include "tests/support/memory_store.h"

namespace milepost::simulation {

// The reason's wire name, "OK", or the status where it is no refusal.
inline std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal ? std::string(RowOf(refusal->reason).name) : status.ToString();
}

// The answer that says nothing about the command: the database failed.
inline bool IsTrouble(const absl::Status& status) {
  return IsRefusal(status, Reason::kDatabaseUnavailable) || IsRefusal(status, Reason::kResourceBusy) ||
         IsRefusal(status, Reason::kOutcomeUnknown);
}

template <class D>
class Witness : public LaneWatch<D> {
 public:
  using Id = typename D::Id;
  using State = typename D::State;
  // What one command, decided alone, comes to. `before` has its due deadlines fired; null: there is no aggregate.
  using OnDecided = std::function<void(const State* before, const db::Submission<D>& submission,
                                       const absl::Status& decided, absl::Time now)>;

  // All outlive this object.
  Witness(testing::MemoryDatabase<D>* database, Findings* findings, OnDecided on_decided)
      : db_(*database), reader_(database), findings_(*findings), on_decided_(std::move(on_decided)) {}

  void BeforeBatch(absl::Span<const db::Pending<D>> batch) override {
    states_.clear();
    remembered_.clear();
    unknown_.clear();
    std::vector<const db::RequestKey*> keys;
    for (const db::Pending<D>& pending : batch) {
      const Id& id = pending.submission.aggregate;
      if (!states_.contains(id)) states_.emplace(id, db_.Find(id));
      if (pending.submission.request) keys.push_back(&*pending.submission.request);
    }
    auto moment = reader_.ReadMoment(keys);
    now_ = moment->now;
    for (const db::Remembered& request : moment->remembered) Remember(request.key, Id(request.aggregate));
  }

  void Answered(const db::Submission<D>& submission, const absl::StatusOr<db::Answer<D>>& answer) override {
    ++answered_;
    if (IsTrouble(answer.status())) {
      if (IsRefusal(answer.status(), Reason::kOutcomeUnknown)) unknown_.insert(submission.aggregate);
      return;
    }
    if (!answer.ok() && !RefusalOf(answer.status()))
      return findings_.Add("EveryErrorIsARefusal", NameOf(submission.aggregate),
                           absl::StrCat(submission.kind, ": ", answer.status().ToString()));
    if (unknown_.contains(submission.aggregate)) return;
    if (submission.request) {
      const auto known = remembered_.find({submission.request->scope, submission.request->request_id});
      if (known != remembered_.end()) return CheckReplay(submission, known->second, answer);
    }
    CheckDecision(submission, answer);
  }

  void AfterBatch() override {
    for (const auto& [id, state] : states_) {
      if (unknown_.contains(id) || db_.Find(id) == state) continue;
      findings_.Add("ABatchIsItsCommandsOneByOne", NameOf(id),
                    "another state was stored than the commands lead to");
    }
  }

  // How many commands were answered so far.
  uint64_t answered() const { return answered_; }

 private:
  struct Known {
    std::string hash;
    Id aggregate;
  };

  void Remember(const db::RequestKey& key, const Id& aggregate) {
    remembered_.insert_or_assign({key.scope, key.request_id}, Known{key.hash, aggregate});
  }

  void CheckReplay(const db::Submission<D>& submission, const Known& known,
                   const absl::StatusOr<db::Answer<D>>& answer) {
    if (known.hash != submission.request->hash) {
      if (!IsRefusal(answer.status(), Reason::kRequestIdReused))
        Differs(submission, "REQUEST_ID_REUSED", ReasonOf(answer.status()));
      return;
    }
    const auto here = states_.find(known.aggregate);
    const std::optional<State> state = here != states_.end() ? here->second : db_.Find(known.aggregate);
    if (!answer.ok() || !answer->replayed || !answer->events.empty())
      return Differs(submission, "a replay", ReasonOf(answer.status()));
    if (!state || answer->state != AsOf<D>(*state, now_))
      Differs(submission, "a replay with the present state", "another state");
  }

  void CheckDecision(const db::Submission<D>& submission, const absl::StatusOr<db::Answer<D>>& answer) {
    std::optional<State>& before = states_[submission.aggregate];
    absl::StatusOr<Step<D>> step = Run<D>(before ? &*before : nullptr, submission.command, now_);
    if (on_decided_) {
      const std::optional<State> fired = before ? std::optional(AsOf<D>(*before, now_)) : std::nullopt;
      on_decided_(fired ? &*fired : nullptr, submission, step.status(), now_);
    }
    if (step.ok()) {
      if (absl::Status etag = db::CheckEtag(submission, *step); !etag.ok()) step = std::move(etag);
    }
    if (ReasonOf(step.status()) != ReasonOf(answer.status()))
      return Differs(submission, ReasonOf(step.status()), ReasonOf(answer.status()));
    if (!step.ok()) return;
    if (answer->replayed || answer->events.size() != step->events.size() || answer->state != step->next)
      return Differs(submission, "another answer", "this one");
    const bool changed = !step->events.empty();
    if (submission.request && (changed || submission.remembers_unchanged))
      Remember(*submission.request, submission.aggregate);
    if (changed) before = std::move(step->next);
  }

  void Differs(const db::Submission<D>& submission, absl::string_view expected, absl::string_view found) {
    findings_.Add("ABatchIsItsCommandsOneByOne", NameOf(submission.aggregate),
                  absl::StrCat(submission.kind, " by ", submission.actor.name, ": expected ", expected,
                               ", found ", found));
  }

  testing::MemoryDatabase<D>& db_;
  testing::MemoryStore<D> reader_;
  Findings& findings_;
  const OnDecided on_decided_;
  absl::Time now_;
  std::map<Id, std::optional<State>> states_;
  std::map<std::pair<Uuid, Uuid>, Known> remembered_;
  std::set<Id> unknown_;
  uint64_t answered_ = 0;
};

}  // namespace milepost::simulation
