// The shell of a service: one object with everything that all services have in common.
//
// The shell brings the handlers' threads, the lanes and reads of the service's aggregates, readiness, the event feed with its
// sequencer, the sweeper (where the aggregates have deadlines), the test clock with its RPC, leases, workers, the metrics
// that every service has, and the order in which all of that is drained. A service adds its own parts:
//
//   class OfferServer {
//    public:
//     explicit OfferServer(const OfferOptions& options)
//         : shell_(options, OfferMapping(), {.schema = migrations::offer_service(), .collection = "offers",
//                                            .feed = OfferFeed()}) {
//       auto& billing = shell_.AddPeer<MilestoneBillingClient>(options.billing);
//       auto& placing = shell_.Add<Placing>(shell_.access(), billing);
//       shell_.AddService<OfferRpc>(…);
//       shell_.AddWorker<AcceptDriver>("accept_driver", options.sweep_interval, …);
//     }
//     service::Shell<OfferDomain> shell_;
//   };
//
//   rpc::Server server(shared.server);   // first: it sets the process up before there are threads
//   OfferServer offers(options);
//   return offers.shell().Run(server, shared);
//
// Added parts live as long as the shell and are destroyed in the reverse order, after the workers have ended.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "common/db/lease.h"
#include "common/db/mapping.h"
#include "common/db/migrations.h"
#include "common/db/readiness.h"
#include "common/events/event_feed.h"
#include "common/events/feed_source.h"
#include "common/obs/exposition.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/service.h"
#include "common/rpc/test_clock_service.h"
#include "common/service/access.h"
#include "common/service/aggregates.h"
#include "common/service/gauges.h"
#include "common/service/options.h"
#include "common/service/queries.h"
#include "common/service/workers.h"

namespace milepost::rpc {
class Server;
class ServiceFlags;
}  // namespace milepost::rpc

namespace milepost::service {

// The identity of a service.
struct Identity {
  db::MigrationSet schema;  // stands beside the common migrations
  std::string collection;   // its aggregates are named `collection`/{id}
  events::FeedSource feed;
};

// Thread-safe once everything is added. Outlives the drain of the server that it was added to.
class AnyShell {
 public:
  // Connects when it is first used.
  AnyShell(const Options& options, std::unique_ptr<AnyAggregates> aggregates, Identity identity);
  // Stops the workers, cancels their pending calls to peers, waits for them, then destroys the added parts.
  ~AnyShell();
  AnyShell(const AnyShell&) = delete;
  AnyShell& operator=(const AnyShell&) = delete;

  // Adds a part of the service, constructed with these arguments.
  template <class Part, class... Args>
  Part& Add(Args&&... args) {
    auto part = std::make_shared<Part>(std::forward<Args>(args)...);
    parts_.all.push_back(part);
    return *part;
  }
  // Adds a client of another service. Its Cancel() cancels pending calls, in a drain that takes too long and at the
  // shell's end.
  template <class Client, class... Args>
  Client& AddPeer(Args&&... args) {
    Client& client = Add<Client>(std::forward<Args>(args)...);
    peers_.push_back([&client] { client.Cancel(); });
    return client;
  }
  // Adds aggregates of a further kind, with lanes of their own, and returns the access to them. They have no deadlines: the
  // sweeper and the test clock are those of the first kind.
  template <class D>
  Access<D>& AddAggregates(const Options& options, db::Mapping<D> mapping) {
    static_assert(!kHasDeadlines<D>);
    const std::shared_ptr<Aggregates<D>> added = Aggregates<D>::Make(options, std::move(mapping), nullptr);
    parts_.all.push_back(added);
    further_.push_back(added.get());
    return added->access();
  }
  // Adds an RPC service, constructed with the handlers' threads, the options of RPC services and these arguments.
  template <class Rpc, class... Args>
  Rpc& AddService(Args&&... args) {
    Rpc& added = Add<Rpc>(pool_, options_.service, std::forward<Args>(args)...);
    services_.push_back(&added);
    return added;
  }
  // Adds a worker. Its Tick() runs repeatedly, on one replica at a time, with a pause of `period` after a Tick that
  // found nothing to do. After its Stop() a Tick begins nothing more.
  template <class Worker, class... Args>
  Worker& AddWorker(std::string name, absl::Duration period, Args&&... args) {
    Worker& worker = Add<Worker>(std::forward<Args>(args)...);
    workers_.Add(
        {std::move(name), period, [&worker] { return worker.Tick(); }, [&worker] { worker.Stop(); }});
    return worker;
  }
  // Adds metrics to those that every service has: metrics that query the database, and metrics that do not.
  void AddQuestion(Gauges::Question question) { questions_.push_back(std::move(question)); }
  void AddMetrics(std::function<void(obs::Exposition&)> read) { metrics_.push_back(std::move(read)); }

  asio::any_io_executor executor() { return pool_.executor(); }
  db::ReadPool& reads() { return aggregates_->reads(); }
  Queries& queries() { return queries_; }
  events::EventFeed& feed() { return feed_; }

  // The command `serve`: takes calls and works until the process is asked to stop, then drains. Its exit code.
  int Run(rpc::Server& server, const rpc::ServiceFlags& flags);

  // The parts of Run, for tests in one process: the RPC services, readiness and the order of draining …
  void AddTo(rpc::Server& server);
  // … the workers, the sweeper and the sequencer among them; a test that ticks by hand starts none …
  void StartWorkers();
  // … and their end: no worker begins anything more, and running work is waited for.
  void StopWorkers() { workers_.Stop(); }
  // OK when the database is there with the schema of this version and the lanes move; puts the test clock in its place, if
  // there is one. Blocks for a few round trips.
  absl::Status CheckReady();
  // Fires one page of due deadlines by hand; returns how many fired.
  absl::StatusOr<size_t> Sweep() { return aggregates_->Sweep(); }

 protected:
  AnyAggregates& aggregates() { return *aggregates_; }

 private:
  // Destroys the parts in the reverse order.
  struct Parts {
    ~Parts() {
      while (!all.empty()) all.pop_back();
    }
    std::vector<std::shared_ptr<void>> all;
  };

  void CancelPeers();
  void ShowMetrics(const rpc::ServiceFlags& flags);

  const Options options_;
  rpc::HandlerPool pool_;
  const std::unique_ptr<AnyAggregates> aggregates_;
  db::Leases leases_;
  Queries queries_;
  events::EventFeed feed_;
  std::unique_ptr<rpc::TestClockService> clock_rpc_;  // null: the real time
  db::Readiness readiness_;
  Parts parts_;
  std::vector<AnyAggregates*> further_;
  std::vector<std::function<void()>> peers_;
  std::vector<rpc::Service*> services_;
  std::vector<Gauges::Question> questions_;
  std::vector<std::function<void(obs::Exposition&)>> metrics_;
  Workers workers_;  // after the parts: it is stopped before they go
  std::unique_ptr<Gauges> gauges_;
};

// The shell around the aggregates of D.
template <class D>
class Shell final : public AnyShell {
 public:
  // `on_committed`: see Access.
  Shell(const Options& options, db::Mapping<D> mapping, Identity identity,
        typename Access<D>::OnCommitted on_committed = nullptr)
      : AnyShell(options, Aggregates<D>::Make(options, std::move(mapping), std::move(on_committed)),
                 std::move(identity)) {}

  Access<D>& access() { return static_cast<Aggregates<D>&>(aggregates()).access(); }
};

}  // namespace milepost::service
