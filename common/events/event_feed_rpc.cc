#include "common/events/event_feed_rpc.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/db/error.h"
#include "common/events/event_wire.h"
#include "common/rpc/await.h"
#include "common/rpc/page.h"

namespace milepost::events {
namespace {

// How much of the stream one call looks through for events of the types that it wants.
constexpr size_t kLooksMax = 8;
constexpr size_t kLook = 1000;

// Up to `limit` matching events after `after`.
absl::StatusOr<Page> ReadUpTo(const StreamReader& reader, db::Connection& connection, const Filter& filter,
                              uint64_t after, size_t limit) {
  Page page;
  for (size_t look = 0; look < kLooksMax; ++look) {
    MILEPOST_ASSIGN_OR_RETURN(
        page, reader.Read(connection, filter, after, filter.types.empty() ? limit : std::max(limit, kLook)));
    if (page.end || !page.events.empty()) break;
    after = page.position;
  }
  if (page.events.size() > limit) {
    page.events.resize(limit);
    page.position = page.events.back().position;
  }
  return page;
}

// On a session of the tail's own.
Tail::Read TailReads(const db::ConnectOptions& database, const StreamReader& reader) {
  return [session = std::make_unique<db::Session>(database), &reader](uint64_t after,
                                                                      size_t limit) -> absl::StatusOr<Page> {
    MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session->Get());
    return reader.Read(*connection, Filter(), after, limit);
  };
}

v1::ListEventsResponse PageOnWire(const FeedSource& source, const Page& page, const Actor& reader) {
  v1::ListEventsResponse wire;
  wire.set_position(page.position);
  wire.set_end_position(std::max(page.position, page.head));
  size_t bytes = 0;
  for (const StoredEvent& event : page.events) {
    if (bytes >= rpc::kPageBytesMax) {
      wire.set_position(wire.events().rbegin()->position());
      break;
    }
    *wire.add_events() = ToWire(source, event, ViewerOf(event, reader));
    bytes += wire.events().rbegin()->ByteSizeLong();
  }
  return wire;
}

}  // namespace

EventFeedRpc::EventFeedRpc(const FeedSource& source, const db::ConnectOptions& database,
                           db::ReadPoolOptions reads, const WatchOptions& options, rpc::HandlerPool& pool,
                           const rpc::ServiceOptions& service)
    : Service("milepost.events.v1.EventFeed", pool, service),
      source_(source),
      options_(options),
      reader_(source.stream),
      tail_(TailReads(database, reader_), source_, options_.tail,
            [this] {
              for (const auto& watcher : Watching()) watcher->Beat();
            }),
      reads_(database, reads),
      shared_{source_, options_.limits,
              [this](const Filter& filter, uint64_t after, size_t limit, auto done) {
                reads_.Run<Page>(
                    [this, &filter, after, limit](db::Connection& connection) {
                      return reader_.Read(connection, filter, after, limit);
                    },
                    std::move(done));
              },
              tail_, [this](Watcher* watcher) { Leave(watcher); }} {
  Add(&EventFeedRpc::ListEvents, *this);
  AddStream(*v1::WatchEventsRequest::descriptor(),
            [this](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                   const rpc::Method& method) { return WatchEvents(context, *request, method); });
}

rpc::Awaitable<v1::ListEventsResponse> EventFeedRpc::ListEvents(rpc::Call call,
                                                                const v1::ListEventsRequest& request) {
  MILEPOST_CO_ASSIGN(Filter filter, FilterOf(source_, request.filter(), call.actor, "filter"));
  const uint64_t after = request.from_position();
  const size_t size = rpc::PageSize(request.page_size());
  auto reading = rpc::Await<absl::StatusOr<Page>>([&](auto done) {
    reads_.Run<Page>(
        [this, filter = std::move(filter), after, size](db::Connection& connection) {
          return ReadUpTo(reader_, connection, filter, after, size);
        },
        std::move(done));
  });
  const absl::StatusOr<Page> page = co_await std::move(reading);
  if (!page.ok()) co_return db::ReadFailure(page.status());
  if (page->ahead)
    co_return Refuse(Reason::kPositionAheadOfStream,
                     {{"position", absl::StrCat(after)}, {"end_position", absl::StrCat(page->head)}});
  co_return PageOnWire(source_, *page, call.actor);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* EventFeedRpc::WatchEvents(grpc::CallbackServerContext* context,
                                                                      const grpc::ByteBuffer& request,
                                                                      const rpc::Method& method) {
  const std::shared_ptr<Watcher> watcher = Watcher::Make(context, method, shared_);
  absl::Status status = watcher->Admit(request, watcher->request());
  if (status.ok()) {
    absl::StatusOr<Filter> filter =
        FilterOf(source_, watcher->request().filter(), watcher->call().actor, "filter");
    status = filter.status();
    if (filter.ok()) watcher->Watch(*std::move(filter));
  }
  if (status.ok()) status = Enter(watcher);
  if (status.ok())
    watcher->Start();
  else
    watcher->Refuse(status);
  return watcher.get();
}

absl::Status EventFeedRpc::Enter(const std::shared_ptr<Watcher>& watcher) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return Refuse(Reason::kShuttingDown);
  if (watchers_.size() >= options_.watchers_max) return Refuse(Reason::kOverloaded);
  watchers_[watcher.get()] = watcher;
  return absl::OkStatus();
}

void EventFeedRpc::Leave(Watcher* watcher) {
  const std::lock_guard lock(mutex_);
  watchers_.erase(watcher);  // it is kept alive by its caller
}

std::vector<std::shared_ptr<Watcher>> EventFeedRpc::Watching() {
  std::vector<std::shared_ptr<Watcher>> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [pointer, watcher] : watchers_) all.push_back(watcher);
  return all;
}

size_t EventFeedRpc::watchers() {
  const std::lock_guard lock(mutex_);
  return watchers_.size();
}

void EventFeedRpc::StopStreams() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  for (const auto& watcher : Watching()) watcher->Cut(Reason::kShuttingDown);
}

}  // namespace milepost::events
