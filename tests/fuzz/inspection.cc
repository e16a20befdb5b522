#include "tests/fuzz/inspection.h"

#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace milepost::fuzz {
namespace {

using Findings = std::vector<std::string>;

constexpr char kOperator[] = "operators/fuzz";
constexpr size_t kLogLinesShown = 5;

double ResidentMibOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/statm"));
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

template <class Stub, class Request, class Response>
void MustAnswer(e2e::PlatformClient& client, const std::string& what, Stub& stub,
                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                Findings& findings) {
  const e2e::Reply<Response> reply = client.Call(kOperator, stub, method, Request());
  if (!reply.ok())
    findings.push_back(absl::StrCat(what, " is not answered any more: ", reply.status.error_message()));
}

void CheckAnswers(World& world, Findings& findings) {
  e2e::PlatformClient& client = world.client();
  MustAnswer(client, "GigCatalog/ListSubcategories", client.catalog(),
             &catalog::v1::GigCatalog::Stub::ListSubcategories, findings);
  MustAnswer(client, "OfferService/ListOffers", client.offers(), &offers::v1::OfferService::Stub::ListOffers,
             findings);
  MustAnswer(client, "MilestoneBilling/ListOrders", client.billing(),
             &billing::v1::MilestoneBilling::Stub::ListOrders, findings);
  for (const World::Server& server : world.servers()) {
    const absl::Status serving = server.process->AwaitServing(absl::Seconds(5));
    if (!serving.ok()) findings.push_back(absl::StrCat(server.name, " is not SERVING: ", serving.message()));
  }
}

// Errors that the fuzzing itself explains: it speaks for a service of ours, or for an operator, and says what those would never say.
bool IsExplained(absl::string_view line) {
  for (
      const char* message : {
          // PlaceOrder is fuzzed in OfferService's name, with times of acceptance that OfferService did not give.
          "by MilestoneBilling's clock an acceptance came too late",
          // Orders that PlaceOrder made without an acceptance end, and outcomes that RecordOrderOutcome made up stand.
          "OfferService refuses an order's outcome",
          // ResolveCharge is fuzzed in an operator's name, and voids charges that the provider takes afterwards (M9).
          "a closed charge took money after all",
      })
    if (absl::StrContains(line, message)) return true;
  return false;
}

void CheckLogs(const World& world, Findings& findings) {
  for (const World::Server& server : world.servers()) {
    const std::string log = server.process->log();
    size_t lines = 0;
    for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty()))
      if (!IsExplained(line) && ++lines <= kLogLinesShown)
        findings.push_back(absl::StrCat(server.name, " logged: ", line));
    if (lines > kLogLinesShown)
      findings.push_back(absl::StrCat(server.name, " logged ", lines - kLogLinesShown, " lines more"));
  }
}

void CheckMemory(const World& world, const std::map<std::string, double>& before, Findings& findings) {
  for (const auto& [server, mib] : ResidentMib(world)) {
    const auto was = before.find(server);
    if (was != before.end() && mib - was->second > kMemoryMaxMib)
      findings.push_back(absl::StrFormat("%s holds %.0f MiB, %.0f MiB more than before; at most %.0f", server,
                                         mib, mib - was->second, kMemoryMaxMib));
  }
}

void CheckOrder(e2e::PlatformClient& client, const std::string& order, Findings& findings) {
  billing::v1::AuditOrderRequest request;
  request.set_name(order);
  const auto reply =
      client.Call(kOperator, client.billing(), &billing::v1::MilestoneBilling::Stub::AuditOrder, request);
  if (!reply.ok() || !reply->consistent())
    findings.push_back(absl::StrCat("the audit of ", order, ": ", reply.status.error_message(), " ",
                                    reply->finding().text()));
}

// Each order by AuditOrder, then all of them and the ledger by the command; the number of orders.
uint64_t CheckOrders(World& world, Findings& findings) {
  e2e::PlatformClient& client = world.client();
  uint64_t orders = 0;
  billing::v1::ListOrdersRequest list;
  list.set_page_size(1000);
  do {
    const auto page =
        client.Call(kOperator, client.billing(), &billing::v1::MilestoneBilling::Stub::ListOrders, list);
    if (!page.ok()) findings.push_back(absl::StrCat("ListOrders: ", page.status.error_message()));
    for (const billing::v1::Order& order : page->orders()) CheckOrder(client, order.name(), findings);
    orders += static_cast<uint64_t>(page->orders_size());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  const auto balance = client.Call(kOperator, client.ledger(), &billing::v1::Ledger::Stub::GetTrialBalance,
                                   billing::v1::GetTrialBalanceRequest());
  if (!balance.ok() || !balance->balanced()) findings.emplace_back("the trial balance does not balance");
  if (const int code = world.Audit(); code != 0)
    findings.push_back(
        absl::StrCat("`milestone_billing audit` of all orders and the ledger ended with ", code));
  return orders;
}

}  // namespace

std::map<std::string, double> ResidentMib(const World& world) {
  std::map<std::string, double> resident;
  for (const World::Server& server : world.servers())
    resident[server.name] = ResidentMibOf(server.process->pid());
  return resident;
}

std::vector<std::string> Dead(const World& world) {
  std::vector<std::string> dead;
  for (const World::Server& server : world.servers())
    if (!server.process->running()) dead.push_back(server.name);
  return dead;
}

Inspection Inspect(World& world, const std::map<std::string, double>& resident_before) {
  Inspection inspection;
  Findings& findings = inspection.findings;
  for (const std::string& server : Dead(world))
    findings.push_back(absl::StrCat(server, " ended: it crashed, or ended itself"));
  CheckLogs(world, findings);
  if (!Dead(world).empty()) return inspection;
  CheckMemory(world, resident_before, findings);
  CheckAnswers(world, findings);
  inspection.orders = CheckOrders(world, findings);
  return inspection;
}

}  // namespace milepost::fuzz
