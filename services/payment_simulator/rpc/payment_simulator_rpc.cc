#include "services/payment_simulator/rpc/payment_simulator_rpc.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "common/rpc/await.h"
#include "common/rpc/page.h"
#include "services/payment_simulator/rpc/convert.h"

namespace milepost::payment_simulator {
namespace {

using rpc::Await;
using rpc::Awaitable;
using rpc::Call;

// Drops what was read beyond the page; whether there was such a thing.
template <class Item>
bool CutToPage(std::vector<Item>& items, size_t page_size) {
  if (items.size() <= page_size) return false;
  items.erase(items.begin() + static_cast<ptrdiff_t>(page_size), items.end());
  return true;
}

}  // namespace

PaymentSimulatorRpc::PaymentSimulatorRpc(Register& charges, Gate& gate, CallLog& log, rpc::HandlerPool& pool,
                                         const rpc::ServiceOptions& options)
    : Service("milepost.testing.v1.PaymentSimulator", pool, options),
      charges_(charges),
      gate_(gate),
      log_(log) {
  Add(&PaymentSimulatorRpc::ListCalls, *this);
  Add(&PaymentSimulatorRpc::ListCharges, *this);
  Add(&PaymentSimulatorRpc::ListRefunds, *this);
  Add(&PaymentSimulatorRpc::SummarizeCharges, *this);
  Add(&PaymentSimulatorRpc::SetScript, *this);
  Add(&PaymentSimulatorRpc::ClearScripts, *this);
  Add(&PaymentSimulatorRpc::PauseAnswers, *this);
  Add(&PaymentSimulatorRpc::ResumeAnswers, *this);
}

// Callers name `look` first: gcc 12 destroys a temporary argument of a co_await twice.
template <class Result, class Look>
asio::awaitable<absl::StatusOr<Result>> PaymentSimulatorRpc::OnBook(Look look) {
  using Looked = absl::StatusOr<Result>;
  Looked result = co_await Await<Looked>([&](auto done) {
    // Shared, because it must be answered also where the register does not take the job.
    auto answer = std::make_shared<decltype(done)>(std::move(done));
    const bool taken = charges_.Run(
        [answer, look = std::move(look)](Book& book) mutable { std::move (*answer)(Looked(look(book))); });
    if (!taken) std::move (*answer)(Looked(Refuse(Reason::kShuttingDown)));
  });
  co_return result;
}

Awaitable<testing::v1::ListCallsResponse> PaymentSimulatorRpc::ListCalls(
    Call, const testing::v1::ListCallsRequest& request) {
  const CallLog::Filter filter{request.key_prefix(), MethodOf(request.method()), request.payment_method()};
  const std::string binding =
      absl::StrCat("calls\n", request.key_prefix(), "\n", request.method(), "\n", request.payment_method());
  const absl::StatusOr<uint64_t> after = rpc::NumberPlaceOf(request.page_token(), binding);
  if (!after.ok()) co_return after.status();
  const size_t page_size = rpc::PageSize(request.page_size());
  std::vector<LoggedCall> calls =
      log_.List(filter, static_cast<int64_t>(std::min<uint64_t>(*after, INT64_MAX)), page_size + 1);
  testing::v1::ListCallsResponse response;
  if (CutToPage(calls, page_size))
    response.set_next_page_token(rpc::PageTokenAt(binding, calls.back().number));
  for (const LoggedCall& call : calls) *response.add_calls() = ToWire(call);
  co_return response;
}

Awaitable<testing::v1::ListChargesResponse> PaymentSimulatorRpc::ListCharges(
    Call, const testing::v1::ListChargesRequest& request) {
  const std::string binding = absl::StrCat("charges\n", request.key_prefix());
  const absl::StatusOr<std::string> after = rpc::PlaceOf(request.page_token(), binding);
  if (!after.ok()) co_return after.status();
  const size_t page_size = rpc::PageSize(request.page_size());
  auto look = [prefix = request.key_prefix(), after = *after, limit = page_size + 1](Book& book) {
    return book.List(prefix, after, limit);
  };
  absl::StatusOr<std::vector<KeyRecord>> known = co_await OnBook<std::vector<KeyRecord>>(std::move(look));
  if (!known.ok()) co_return known.status();
  testing::v1::ListChargesResponse response;
  if (CutToPage(*known, page_size))
    response.set_next_page_token(rpc::PageToken(binding, known->back().charge->key));
  for (const KeyRecord& record : *known) *response.add_charges() = ToWire(record);
  co_return response;
}

Awaitable<testing::v1::ListRefundsResponse> PaymentSimulatorRpc::ListRefunds(
    Call, const testing::v1::ListRefundsRequest& request) {
  const std::string binding = absl::StrCat("refunds\n", request.key_prefix());
  const absl::StatusOr<std::string> after = rpc::PlaceOf(request.page_token(), binding);
  if (!after.ok()) co_return after.status();
  const size_t page_size = rpc::PageSize(request.page_size());
  auto look = [prefix = request.key_prefix(), after = *after, limit = page_size + 1](Book& book) {
    return book.ListRefunds(prefix, after, limit);
  };
  absl::StatusOr<std::vector<RefundRecord>> known =
      co_await OnBook<std::vector<RefundRecord>>(std::move(look));
  if (!known.ok()) co_return known.status();
  testing::v1::ListRefundsResponse response;
  if (CutToPage(*known, page_size))
    response.set_next_page_token(rpc::PageToken(binding, known->back().refund->key));
  for (const RefundRecord& record : *known) *response.add_refunds() = ToWire(record);
  co_return response;
}

Awaitable<testing::v1::SummarizeChargesResponse> PaymentSimulatorRpc::SummarizeCharges(
    Call, const testing::v1::SummarizeChargesRequest& request) {
  auto look = [prefix = request.key_prefix(), payment_method = request.payment_method()](Book& book) {
    return book.Summarize(prefix, payment_method);
  };
  absl::StatusOr<Summary> summary = co_await OnBook<Summary>(std::move(look));
  if (!summary.ok()) co_return summary.status();
  co_return ToWire(*summary);
}

Awaitable<testing::v1::SetScriptResponse> PaymentSimulatorRpc::SetScript(
    Call, const testing::v1::SetScriptRequest& request) {
  absl::StatusOr<Script> script = ScriptOf(request.script());
  if (!script.ok()) co_return script.status();
  auto look = [script = *std::move(script)](Book& book) {
    book.SetScript(script);
    return true;
  };
  absl::StatusOr<bool> set = co_await OnBook<bool>(std::move(look));
  if (!set.ok()) co_return set.status();
  testing::v1::SetScriptResponse response;
  *response.mutable_script() = request.script();
  co_return response;
}

Awaitable<testing::v1::ClearScriptsResponse> PaymentSimulatorRpc::ClearScripts(
    Call, const testing::v1::ClearScriptsRequest& request) {
  auto look = [prefix = request.key_prefix(), payment_method = request.payment_method()](Book& book) {
    return book.ClearScripts(prefix, payment_method);
  };
  absl::StatusOr<size_t> removed = co_await OnBook<size_t>(std::move(look));
  if (!removed.ok()) co_return removed.status();
  testing::v1::ClearScriptsResponse response;
  response.set_removed(static_cast<int32_t>(*removed));
  co_return response;
}

Awaitable<testing::v1::PauseAnswersResponse> PaymentSimulatorRpc::PauseAnswers(
    Call, const testing::v1::PauseAnswersRequest& request) {
  gate_.SetPause({request.key_prefix(), MethodOf(request.method()), PointOf(request.point())});
  co_return testing::v1::PauseAnswersResponse();
}

Awaitable<testing::v1::ResumeAnswersResponse> PaymentSimulatorRpc::ResumeAnswers(
    Call, const testing::v1::ResumeAnswersRequest& request) {
  testing::v1::ResumeAnswersResponse response;
  response.set_released(static_cast<int32_t>(gate_.Resume(request.key_prefix())));
  co_return response;
}

}  // namespace milepost::payment_simulator
