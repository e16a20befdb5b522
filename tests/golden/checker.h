// Checks one story of the corpus against the code as it is: decodes each row and each payload and encodes it again, byte for
// byte; makes the chain's digests anew from the stored bytes; folds the events from nothing; and makes all rows of each commit
// anew from what the fold gives.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/core/clock.h"
#include "common/core/event_chain.h"
#include "common/core/timer_history.h"
#include "google/protobuf/message.h"
#include "tests/golden/coverage.h"
#include "tests/golden/exceptions.h"
#include "tests/golden/teller.h"

namespace milepost::golden {

using Findings = std::vector<std::string>;

// How one service reads what its mapping writes.
template <class D>
struct Codec {
  db::Mapping<D> mapping;
  std::function<absl::StatusOr<typename D::Event>(typename D::Id, absl::string_view)> decode_event;
  const google::protobuf::Message* body;     // what `body` is
  const google::protobuf::Message* payload;  // what `payload` is
};

// What was seen of one kind of aggregate.
struct Seen {
  Coverage* coverage = nullptr;  // null: nobody asks
  std::set<size_t> events;       // the alternatives of the domain's Event
};

// `expected` without what came after `stored` was written.
TextRow WithoutAdded(TextRow expected, const TextRow& stored, const std::vector<AddedColumn>& added);
std::vector<TextRow> WithoutAdded(std::vector<TextRow> expected, const std::vector<TextRow>& stored,
                                  const std::vector<AddedColumn>& added);
// Clears the fields of `written` that came after `stored` was written. Whether there were any.
bool ClearAdded(google::protobuf::Message& written, const google::protobuf::Message& stored,
                absl::Span<const AddedField> added);
// What differs between the rows of a commit and those that are made of it now.
void CompareRows(const std::string& where, const std::vector<TextRow>& stored,
                 const std::vector<TextRow>& expected, Findings& findings);

template <class D>
class Checker {
 public:
  Checker(const Codec<D>& codec, const StoryFile& file, Seen& seen)
      : codec_(codec), table_(codec.mapping), file_(file), seen_(seen) {}

  // What is wrong with it; empty: nothing.
  Findings Check() {
    int number = 0;
    for (const Commit& commit : file_.commits) {
      where_ = absl::StrCat(file_.name, ", commit ", ++number);
      CheckCommit(commit);
      if (!findings_.empty()) break;  // what follows is folded on it
    }
    return std::move(findings_);
  }

 private:
  void Find(absl::string_view what) { findings_.push_back(absl::StrCat(where_, ": ", what)); }

  void CheckCommit(const Commit& commit) {
    const std::optional<typename D::State> before =
        fold_.next.sequence > 0 ? std::optional<typename D::State>(fold_.next) : std::nullopt;
    std::vector<db::RecordedEvent<D>> events;
    const TextRow* row = nullptr;
    for (const TextRow& each : commit.rows) {
      if (each.table == codec_.mapping.table) row = &each;
      if (each.table == "events") CheckEvent(each, events);
    }
    if (row == nullptr || events.empty()) return Find("has no row of its aggregate, or no events");
    if (!findings_.empty()) return;
    CheckRow(*row);
    const Ended ended = EndedIn(commit, before ? before->sequence : 0);
    const db::Change<D> change{before ? &*before : nullptr, &fold_.next, events, ended.fired, ended.cleared};
    CompareRows(where_, commit.rows,
                WithoutAdded(RowsOf(table_, change, heads_), commit.rows, AddedColumns()), findings_);
  }

  void CheckEvent(const TextRow& row, std::vector<db::RecordedEvent<D>>& events) {
    const std::string payload = row.Bytes("payload");
    const typename D::Id id(*Uuid::FromBytes(row.Bytes("aggregate_id")));
    const std::string what = absl::StrCat("event ", row.Text("sequence"), " (", row.Bytes("type"), ")");
    absl::StatusOr<typename D::Event> event = codec_.decode_event(id, payload);
    if (!event.ok()) return Find(absl::StrCat(what, " can't be read: ", event.status().ToString()));
    if (codec_.mapping.encode_event(*event) != payload)
      Find(absl::StrCat(what, " is encoded to other bytes"));
    CheckDigest(what, row, id.uuid(), payload);
    seen_.events.insert(event->index());
    if (seen_.coverage != nullptr) seen_.coverage->Add(*codec_.payload, payload);
    const absl::Time at = FromMicros(row.Number("at_us"));
    ApplyAll<D>(fold_, {*std::move(event)}, at);
    timers_.Follow(fold_.next, at);
    if (fold_.next.sequence != static_cast<uint64_t>(row.Number("sequence"))) Find(what + " is out of order");
    events.push_back({std::move(fold_.events.back()), row.Bytes("actor")});
    fold_.events.clear();
  }

  // From the stored bytes alone.
  void CheckDigest(const std::string& what, const TextRow& row, const Uuid& id, absl::string_view payload) {
    if (!codec_.mapping.chained_part) return;
    const std::string type = row.Bytes("type"), actor = row.Bytes("actor");
    head_ = ChainDigest(
        head_, {id, static_cast<uint64_t>(row.Number("sequence")), FromMicros(row.Number("at_us")), type,
                actor, codec_.mapping.chained_part(payload)});
    if (row.Bytes("digest") != head_) Find(what + " has another digest than its stored bytes");
  }

  void CheckRow(const TextRow& row) {
    const std::string body = row.Bytes("body");
    const absl::StatusOr<typename D::State> decoded = codec_.mapping.decode(body);
    if (!decoded.ok()) return Find(absl::StrCat("the body can't be read: ", decoded.status().ToString()));
    if (codec_.mapping.encode(*decoded) != body) Find("the body is encoded to other bytes");
    if (codec_.mapping.encode(fold_.next) != body) Find("the events fold to another body");
    if (codec_.mapping.chained_part && row.Bytes("digest") != head_)
      Find("the row has not the last event's digest");
    if (seen_.coverage != nullptr) seen_.coverage->Add(*codec_.body, body);
  }

  // The deadlines that ended with the commit's events, those after `sequence`: their rows say which fired.
  struct Ended {
    std::vector<FiredDeadline<D>> fired;
    std::vector<typename D::Deadline> cleared;
  };
  Ended EndedIn(const Commit& commit, uint64_t sequence) {
    std::map<int64_t, absl::Time> fired;  // by number
    for (const TextRow& row : commit.rows)
      if (row.table == "deadlines" && row.Text("fired_us") != "NULL")
        fired[row.Number("number")] = FromMicros(row.Number("fired_us"));
    Ended ended;
    for (const auto& timer : timers_.timers()) {
      if (!timer.ended_by || *timer.ended_by < sequence) continue;
      const auto at = fired.find(timer.deadline.number);
      if (at != fired.end())
        ended.fired.push_back({timer.deadline, at->second});
      else
        ended.cleared.push_back(timer.deadline);
    }
    return ended;
  }

  const Codec<D>& codec_;
  const db::AggregateTable<D> table_;
  const StoryFile& file_;
  Seen& seen_;
  Findings findings_;
  std::string where_;
  Step<D> fold_;
  TimerHistory<D> timers_;
  std::string head_ = ChainStart();
  typename db::AggregateTable<D>::Heads heads_;
};

}  // namespace milepost::golden
