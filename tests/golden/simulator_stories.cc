#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "services/payment_simulator/domain/book.h"
#include "services/payment_simulator/store/journal.h"
#include "services/payment_simulator/store/record.h"
#include "tests/golden/stories.h"
#include "tests/golden/teller.h"
#include "tests/support/scratch_folder.h"

namespace milepost::golden {
namespace {

using payment_simulator::AskCharge;
using payment_simulator::AskRefund;
using payment_simulator::AskVoid;
using payment_simulator::Book;
using payment_simulator::ChancePlan;
using payment_simulator::EncodeRecord;
using payment_simulator::Journal;
using payment_simulator::MethodSettings;
using payment_simulator::Script;
using payment_simulator::Verdict;

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A provider that is asked, and its journal. Each question is a batch of its own.
class Provider {
 public:
  void Ask(const std::string& what, const payment_simulator::Ask& ask) {
    now_ += absl::Seconds(1);
    const absl::StatusOr<Verdict> verdict = book_.Answer(ask, now_);
    if (!verdict.ok()) return Fail(what, verdict.status());
    if (verdict->recorded) return Write(what, EncodeRecord(*verdict->recorded));
    if (verdict->recorded_refund) return Write(what, EncodeRecord(*verdict->recorded_refund));
    Fail(what, absl::InternalError("nothing was recorded"));
  }
  void Charge(const std::string& key, const std::string& method) {
    Ask(absl::StrCat("Charge with ", method), AskCharge{key, Money::Usd(15'825), method});
  }
  void SetScript(Script script) { book_.SetScript(std::move(script)); }

  StoryFile file() && {
    file_.commits.push_back(
        {"The journal's file", {TextRowOf("journal_file", {"bytes"}, db::MakeRow(BytesOf(path_)))}});
    return std::move(file_);
  }

 private:
  void Write(const std::string& what, std::string record) {
    file_.commits.push_back({what, {TextRowOf("journal", {"record"}, db::MakeRow(record))}});
    const absl::Status appended = journal_->Append({std::move(record)});
    if (!appended.ok()) Fail(what, appended);
  }
  void Fail(const std::string& what, const absl::Status& why) {
    file_.told = absl::Status(why.code(), absl::StrCat(file_.name, ": ", what, ": ", why.ToString()));
  }

  const testing::ScratchFolder scratch_{"golden-journal"};
  const std::string path_ = scratch_.path() + "/journal";
  absl::StatusOr<Journal> journal_ = Journal::Open(path_, [](absl::string_view) { return absl::OkStatus(); });
  Book book_{MethodSettings{}, ChancePlan{}};
  absl::Time now_ = kStart;
  StoryFile file_{
      "simulator/journal", "Charges and refunds of the simulated provider, in every state.", {}, {}};
};

StoryFile JournalStory() {
  Provider provider;
  for (const char* method : {"pm_ok", "pm_declined", "pm_insufficient_funds", "pm_card_expired",
                             "pm_authentication", "pm_fraud", "pm_of_nobody", "pm_pending"})
    provider.Charge(absl::StrCat("orders/1/", method), method);
  provider.Ask("VoidCharge of the pending one", AskVoid{"orders/1/pm_pending"});
  provider.Ask("VoidCharge of a key that no charge named", AskVoid{"orders/1/never"});
  provider.Charge("orders/1/open", "pm_pending");
  provider.Ask("Refund", AskRefund{"orders/1/refunds/1", "orders/1/pm_ok", Money::Usd(800)});
  provider.SetScript({.key_prefix = "orders/1/",
                      .payment_method = "",
                      .behavior = {.refunds = {.failure_reason = "ACCOUNT_CLOSED"}}});
  provider.Ask("Refund that fails", AskRefund{"orders/1/refunds/2", "orders/1/pm_ok", Money::Usd(25)});
  provider.SetScript({.key_prefix = "orders/1/",
                      .payment_method = "",
                      .behavior = {.refunds = {.failure_reason = "", .pending_queries = 9}}});
  provider.Ask("Refund that stays pending",
               AskRefund{"orders/1/refunds/3", "orders/1/pm_ok", Money::Usd(15'000)});
  return std::move(provider).file();
}

}  // namespace

std::vector<StoryFile> SimulatorStories() {
  return {JournalStory()};
}

}  // namespace milepost::golden
