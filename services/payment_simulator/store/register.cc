#include "services/payment_simulator/store/register.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "services/payment_simulator/store/record.h"

namespace milepost::payment_simulator {

absl::StatusOr<std::unique_ptr<Register>> Register::Open(const std::string& path, Book book) {
  absl::StatusOr<Journal> journal = Journal::Open(path, [&](absl::string_view bytes) -> absl::Status {
    absl::StatusOr<Record> record = DecodeRecord(bytes);
    if (record.ok()) std::visit([&](auto& any) { book.Restore(std::move(any)); }, *record);
    return record.status();
  });
  if (!journal.ok()) return journal.status();
  return std::unique_ptr<Register>(new Register(std::move(book), *std::move(journal)));
}

Register::Register(Book book, Journal journal)
    : book_(std::move(book)), journal_(std::move(journal)), thread_([this] { Loop(); }) {}

Register::~Register() {
  Close();
}

void Register::Submit(Ask ask, Done done) {
  Entry entry{.ask = std::move(ask), .done = std::move(done)};
  if (absl::Status refused = Enqueue(entry, kMaxQueued); !refused.ok()) entry.done(std::move(refused));
}

bool Register::Run(Job job) {
  Entry entry{.job = std::move(job)};
  return Enqueue(entry, std::numeric_limits<size_t>::max()).ok();
}

absl::Status Register::Enqueue(Entry& entry, size_t max_queued) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Refuse(Reason::kShuttingDown);
    if (queued_.size() >= max_queued) return Refuse(Reason::kOverloaded);
    queued_.push_back(std::move(entry));
  }
  woken_.notify_one();
  return absl::OkStatus();
}

void Register::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  woken_.notify_one();
  std::call_once(joined_, [this] { thread_.join(); });
}

void Register::Loop() {
  while (true) {
    std::deque<Entry> batch;
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return closed_ || !queued_.empty(); });
      if (queued_.empty()) return;
      batch.swap(queued_);
    }
    AnswerBatch(std::move(batch));
  }
}

void Register::AnswerBatch(std::deque<Entry> batch) {
  std::vector<absl::StatusOr<Verdict>> verdicts;
  std::vector<std::string> records;
  for (const Entry& entry : batch) {
    if (entry.job) continue;
    verdicts.push_back(book_.Answer(entry.ask, WallNow()));
    if (verdicts.back().ok() && verdicts.back()->recorded)
      records.push_back(EncodeRecord(*verdicts.back()->recorded));
    if (verdicts.back().ok() && verdicts.back()->recorded_refund)
      records.push_back(EncodeRecord(*verdicts.back()->recorded_refund));
  }
  const absl::Status durable = journal_.Append(records);
  writable_ = durable.ok();
  auto verdict = verdicts.begin();
  for (Entry& entry : batch) {
    if (entry.job)
      entry.job(book_);
    else if (durable.ok())
      entry.done(*std::move(verdict++));
    else
      entry.done(Refuse(Reason::kProviderUnavailable));
  }
}

}  // namespace milepost::payment_simulator
