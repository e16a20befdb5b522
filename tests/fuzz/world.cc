#include "tests/fuzz/world.h"

#include "absl/strings/str_cat.h"
#include "tests/fuzz/people.h"
#include "tests/support/local_channel.h"

namespace milepost::fuzz {
namespace {

using Which = e2e::Platform::Server;

constexpr int kWorksAtTheStart = 12;

// Every line of these logs is an error that no request may cause.
e2e::Platform::Options PlatformOptions() {
  e2e::Platform::Options options;
  for (const Which server : {Which::kSimulator, Which::kCatalog, Which::kOffers, Which::kBilling})
    options.flags[server] = {"--log_level=error"};
  return options;
}

// Answers may be as large as they are: the servers' limits are what is tried.
std::shared_ptr<grpc::Channel> ChannelTo(const testing::ServerProcess& server) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return testing::LocalChannel(server.address(), arguments);
}

}  // namespace

World::World()
    : platform_(PlatformOptions()),
      scratch_("milepost_fuzz"),
      simulator_("payment_simulator",
                 {absl::StrCat("--journal=", scratch_.path(), "/journal"), "--log_level=error"}) {}

absl::Status World::Start(Random& random) {
  if (absl::Status started = platform_.Start(); !started.ok()) return started;
  if (absl::Status started = simulator_.Start(); !started.ok()) return started;
  servers_ = {{"gig_catalog", &platform_.process(Which::kCatalog)},
              {"offer_service", &platform_.process(Which::kOffers)},
              {"milestone_billing", &platform_.process(Which::kBilling)},
              {"payment_simulator", &simulator_}};
  if (absl::Status found = FindMethods(); !found.ok()) return found;
  clocks_ = std::make_unique<e2e::Clocks>(platform_.addresses());
  for (const char* method : {"pm_ok", "pm_slow", "pm_declined", "pm_lost", "pm_unknown_then_ok", "pm_pending",
                             "pm_unavailable_once", "pm_timeout_then_ok"})
    pool_.LearnText("payment_method", method);
  for (const char* account : {"provider:clearing", "revenue:commission", "seller:seller-1:clearing"})
    pool_.LearnText("account", account);
  for (int i = 0; i < kWorksAtTheStart; ++i) Work(random);
  if (pool_.All("orders/{}").empty()) return absl::InternalError("no order could be made");
  return absl::OkStatus();
}

absl::Status World::FindMethods() {
  for (const Server& server : servers_) {
    absl::StatusOr<std::vector<Method>> found = MethodsOf(server.name, ChannelTo(*server.process));
    if (!found.ok()) return found.status();
    methods_.insert(methods_.end(), found->begin(), found->end());
  }
  return absl::OkStatus();
}

void World::Work(Random& random) {
  WorkOn(client(), pool_, random, works_++);
}

void World::LetTimePass(absl::Duration by) {
  // A clock can refuse: a fuzzed AdvanceClock has moved it further, or it has reached its last year.
  static_cast<void>(clocks_->AdvanceBy(by).status());
}

const db::ConnectOptions& World::books() const {
  return platform_.schema(Which::kBilling);
}

int World::Audit() const {
  return platform_.RunToEnd("", Which::kBilling, "audit");
}

}  // namespace milepost::fuzz
