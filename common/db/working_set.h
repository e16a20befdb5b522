// One batch in memory: the locked states, the remembered requests, and the results of its commands, one after
// another. Pure: no I/O, no clock. The lane's BatchRunner fills it, asks it for what to write and, after the commit,
// for the answers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/decider.h"
#include "common/core/refusal.h"
#include "common/db/store.h"
#include "common/db/submission.h"

namespace milepost::db {

// Checks a request id that was used before: OK for the same request, refused for another.
inline absl::Status CheckSameRequest(const RequestKey& key, const std::string& remembered_hash) {
  if (key.hash == remembered_hash) return absl::OkStatus();
  return RefuseFields({{"request_id", "was used before, for another request"}}, Reason::kRequestIdReused);
}

// Compares the etag with the sequence that the command met, firings included: a deadline that fired since the
// caller looked is a change like any other.
template <class D>
absl::Status CheckEtag(const Submission<D>& submission, const Step<D>& step) {
  if (!submission.expected_sequence) return absl::OkStatus();
  const uint64_t met = step.next.sequence - (step.events.size() - step.fired_events);
  return *submission.expected_sequence == met ? absl::OkStatus() : Refuse(Reason::kEtagMismatch);
}

template <class D>
class WorkingSet {
 public:
  using Id = typename D::Id;
  using State = typename D::State;

  explicit WorkingSet(absl::Time now) : now_(now) {}

  void AddLocked(State state) {
    Slot& slot = SlotOf(state.id);
    slot.before = slot.current = std::make_shared<State>(std::move(state));
  }
  void AddRemembered(const Remembered& request) {
    remembered_.insert_or_assign(KeyOf(request.key), Known{request.key.hash, Id(request.aggregate)});
  }
  // The aggregates of remembered requests that the batch did not lock; load them and pass them to AddSeen.
  std::vector<Id> MissingForReplays() const {
    std::vector<Id> missing;
    for (const auto& [key, known] : remembered_)
      if (!slots_.contains(known.aggregate)) missing.push_back(known.aggregate);
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    return missing;
  }
  void AddSeen(State state) {
    const Id id = state.id;
    seen_.insert_or_assign(id, std::make_shared<State>(std::move(state)));
  }

  // The aggregates that it has, for their facts; and these facts. Where the domain has facts, before the first command.
  std::vector<const State*> States() const {
    std::vector<const State*> states;
    for (const auto& [id, slot] : slots_)
      if (slot->current) states.push_back(slot->current.get());
    for (const auto& [id, state] : seen_) states.push_back(state.get());
    return states;
  }
  void SetFacts(FactsOf<D> facts) { facts_ = std::move(facts); }

  // Runs one command on the result of the commands before it. A refusal changes nothing.
  void Take(const Submission<D>& submission) { outcomes_.push_back(OutcomeOf(submission)); }

  // The rows to write; empty without changes and requests. Points into this object.
  WriteSet<D> Writes(const CommitId& commit) const {
    WriteSet<D> writes{commit, now_, {}, new_requests_};
    for (const auto& [id, slot] : slots_) {
      if (slot->events.empty()) continue;
      writes.changes.push_back(
          {slot->before.get(), slot->current.get(), slot->events, slot->fired, slot->cleared});
    }
    std::sort(writes.changes.begin(), writes.changes.end(),
              [](const Change<D>& a, const Change<D>& b) { return a.next->id < b.next->id; });
    return writes;
  }

  // The answers, one for each command taken, in that order. Empties this object.
  std::vector<absl::StatusOr<Answer<D>>> TakeAnswers() {
    for (auto& [id, slot] : slots_) slot->before = slot->current = nullptr;
    seen_.clear();
    std::vector<absl::StatusOr<Answer<D>>> answers;
    answers.reserve(outcomes_.size());
    for (Outcome& outcome : outcomes_) answers.push_back(AnswerOf(outcome));
    outcomes_.clear();
    return answers;
  }

 private:
  // One locked aggregate. `before` is what the database holds; both are null while it does not exist.
  struct Slot {
    std::shared_ptr<State> before, current;
    std::vector<RecordedEvent<D>> events;
    std::vector<FiredDeadline<D>> fired;
    std::vector<typename D::Deadline> cleared;
  };
  struct Known {
    std::string hash;
    Id aggregate;
  };
  struct Outcome {
    absl::Status refusal;
    std::shared_ptr<State> state;
    bool replayed = false;
    Slot* slot = nullptr;  // where the half-open ranges below lie; null: nothing written
    size_t first_event = 0, end_event = 0, first_fired = 0, end_fired = 0;
  };
  using Key = std::pair<Uuid, Uuid>;

  static Key KeyOf(const RequestKey& key) { return {key.scope, key.request_id}; }

  Slot& SlotOf(const Id& id) {
    std::unique_ptr<Slot>& slot = slots_[id];
    if (!slot) slot = std::make_unique<Slot>();
    return *slot;
  }

  Outcome OutcomeOf(const Submission<D>& submission) {
    if (submission.request) {
      if (auto known = remembered_.find(KeyOf(*submission.request)); known != remembered_.end())
        return Replay(*submission.request, known->second);
    }
    return Run(submission);
  }

  Outcome Replay(const RequestKey& key, const Known& known) {
    if (absl::Status same = CheckSameRequest(key, known.hash); !same.ok()) return {std::move(same)};
    std::shared_ptr<State> stored;
    if (auto slot = slots_.find(known.aggregate); slot != slots_.end()) stored = slot->second->current;
    if (auto seen = seen_.find(known.aggregate); !stored && seen != seen_.end()) stored = seen->second;
    if (!stored) return {absl::InternalError("a remembered request names an aggregate that does not exist")};
    return {absl::OkStatus(), std::make_shared<State>(AsOf<D>(*stored, now_, facts_)),
            /*replayed=*/true};
  }

  Outcome Run(const Submission<D>& submission) {
    Slot& slot = SlotOf(submission.aggregate);
    absl::StatusOr<Step<D>> step = milepost::Run<D>(slot.current.get(), submission.command, now_, facts_);
    if (!step.ok()) return {step.status()};
    if (absl::Status etag = CheckEtag(submission, *step); !etag.ok()) return {std::move(etag)};
    if (!step->events.empty() && step->next.id != submission.aggregate)
      return {absl::InternalError("the domain made another aggregate than the one it was asked for")};
    return Keep(submission, slot, *std::move(step));
  }

  // From here it must succeed.
  Outcome Keep(const Submission<D>& submission, Slot& slot, Step<D> step) {
    if (slot.current)
      for (auto& deadline : ClearedBy<D>(step, slot.current->deadlines))
        slot.cleared.push_back(std::move(deadline));
    Outcome outcome{absl::OkStatus(), std::make_shared<State>(std::move(step.next)), /*replayed=*/false,
                    &slot};
    outcome.first_event = slot.events.size();
    outcome.first_fired = slot.fired.size();
    for (size_t i = 0; i < step.events.size(); ++i) {
      const bool by_deadline = i < step.fired_events;
      slot.events.push_back(
          {std::move(step.events[i]), by_deadline ? Actor::System().name : submission.actor.name});
    }
    std::move(step.fired.begin(), step.fired.end(), std::back_inserter(slot.fired));
    outcome.end_event = slot.events.size();
    outcome.end_fired = slot.fired.size();
    const bool changed = !step.events.empty();
    if (changed) slot.current = outcome.state;
    if (submission.request && (changed || submission.remembers_unchanged)) {
      new_requests_.push_back(
          {*submission.request, submission.kind, submission.aggregate.uuid(), outcome.state->sequence});
      AddRemembered(new_requests_.back());
    }
    return outcome;
  }

  absl::StatusOr<Answer<D>> AnswerOf(Outcome& outcome) {
    if (!outcome.refusal.ok()) return std::move(outcome.refusal);
    Answer<D> answer;
    if (outcome.state.use_count() == 1) {
      answer.state = std::move(*outcome.state);
    } else {
      answer.state = *outcome.state;
    }
    answer.replayed = outcome.replayed;
    answer.now = now_;
    answer.facts = facts_;
    if (outcome.slot == nullptr) return answer;
    answer.events.reserve(outcome.end_event - outcome.first_event);
    for (size_t i = outcome.first_event; i < outcome.end_event; ++i)
      answer.events.push_back(std::move(outcome.slot->events[i].stamped));
    for (size_t i = outcome.first_fired; i < outcome.end_fired; ++i)
      answer.fired.push_back(std::move(outcome.slot->fired[i]));
    return answer;
  }

  absl::Time now_;
  [[no_unique_address]] FactsOf<D> facts_ = {};
  absl::flat_hash_map<Id, std::unique_ptr<Slot>> slots_;
  absl::flat_hash_map<Id, std::shared_ptr<State>> seen_;
  absl::flat_hash_map<Key, Known> remembered_;
  std::vector<Remembered> new_requests_;
  std::vector<Outcome> outcomes_;
};

}  // namespace milepost::db
