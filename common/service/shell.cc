#include "common/service/shell.h"

#include "common/core/status_macros.h"
#include "common/rpc/server.h"
#include "common/rpc/service_flags.h"

namespace milepost::service {
namespace {

WorkersOptions WorkersOptionsOf(const Options& options, db::Leases& leases) {
  return {.lease = options.worker_lease,
          .leases = leases,
          .rests_for = options.test_clock ? db::kTestClockLease : ""};
}

}  // namespace

AnyShell::AnyShell(const Options& options, std::unique_ptr<AnyAggregates> aggregates, Identity identity)
    : options_(options),
      pool_(options.handler_threads),
      aggregates_(std::move(aggregates)),
      leases_(options.database),
      queries_(aggregates_->reads(), options.clock_use()),
      feed_(options.database, std::move(identity.feed), leases_, pool_, options.service, options.feed),
      readiness_(options.database, identity.schema, options.test_clock),
      workers_(WorkersOptionsOf(options, leases_)) {
  if (options.test_clock)
    clock_rpc_ = std::make_unique<rpc::TestClockService>(
        pool_, aggregates_->TestClock(std::move(identity.collection)), options.service);
  if (aggregates_->has_deadlines())
    workers_.Add({"sweeper", options.sweep_interval, [this] { return aggregates_->Sweep(); }, [] {}});
}

AnyShell::~AnyShell() {
  workers_.AskToStop();
  CancelPeers();
}

int AnyShell::Run(rpc::Server& server, const rpc::ServiceFlags& flags) {
  AddTo(server);
  StartWorkers();
  ShowMetrics(flags);
  return server.Run();
}

// In a drain, workers take up nothing more while running calls finish; when those have, what the workers are doing is waited
// for, a question to a peer too; then the lanes take no more; then the stream gets what they committed last. Where that takes
// too long, the questions to peers are given up: what became of them is unknown.
void AnyShell::AddTo(rpc::Server& server) {
  for (rpc::Service* added : services_) server.Add(*added);
  if (clock_rpc_) server.Add(*clock_rpc_);
  server.SetReadiness([this] { return CheckReady(); });
  server.OnStop([this] { workers_.AskToStop(); });
  server.OnCutOff([this] { CancelPeers(); });
  server.OnDrained([this] {
    workers_.Stop();
    aggregates_->Drain();
    for (AnyAggregates* further : further_) further->Drain();
  });
  feed_.AddTo(server);
}

void AnyShell::StartWorkers() {
  workers_.Start();
  feed_.StartSequencer();
}

absl::Status AnyShell::CheckReady() {
  MILEPOST_RETURN_IF_ERROR(readiness_.Check());
  MILEPOST_RETURN_IF_ERROR(aggregates_->CheckMoving());
  for (const AnyAggregates* further : further_) MILEPOST_RETURN_IF_ERROR(further->CheckMoving());
  return absl::OkStatus();
}

void AnyShell::CancelPeers() {
  for (const std::function<void()>& cancel : peers_) cancel();
}

void AnyShell::ShowMetrics(const rpc::ServiceFlags& flags) {
  for (const auto& read : metrics_) flags.metrics().Add(read);
  std::vector<Gauges::Question> questions = {DeadlinesDue(aggregates_->type()), StreamLag()};
  questions.insert(questions.end(), questions_.begin(), questions_.end());
  gauges_ = std::make_unique<Gauges>(options_.database, options_.test_clock, options_.gauges_interval,
                                     std::move(questions));
  gauges_->Show(flags, aggregates_->lane_metrics(), aggregates_->reads().metrics());
}

}  // namespace milepost::service
