#include "tests/simulation/provider.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "milepost/payments/v1/payment_provider.pb.h"
#include "services/payment_simulator/rpc/convert.h"

namespace milepost::simulation {
namespace {

namespace provider = payment_simulator;

// Payment methods of the simulation's own: how refunds of what they paid end.
constexpr char kRefundsFail[] = "pm_refunds_fail";
constexpr char kRefundsLinger[] = "pm_refunds_linger";
// The provider breaks its promise: what was voided turns out to be captured. Then the money goes back, or can't.
constexpr char kBreaksItsWord[] = "pm_captured_after_void";
constexpr char kBreaksItsWordForGood[] = "pm_captured_after_void_for_good";

void SetScripts(provider::Book& book) {
  using provider::kPendingForever;
  const provider::RefundBehavior fail{.failure_reason = "ACCOUNT_CLOSED"},
      linger{.pending_queries = 2, .lost_answers = 1};
  book.SetScript({"", kRefundsFail, {.pending_queries = 1, .refunds = fail}});
  book.SetScript({"", kRefundsLinger, {.pending_queries = 1, .refunds = linger}});
  book.SetScript({"",
                  kBreaksItsWord,
                  {.pending_queries = kPendingForever, .captured_after_void = 1, .refunds = linger}});
  book.SetScript({"",
                  kBreaksItsWordForGood,
                  {.pending_queries = kPendingForever, .captured_after_void = 1, .refunds = fail}});
}

template <class Response>
void Fill(const provider::Verdict& verdict, Response& response) {
  if constexpr (requires { response.mutable_charge(); })
    *response.mutable_charge() = provider::ToWire(verdict.charge);
  else
    *response.mutable_refund() = provider::ToWire(*verdict.refund);
}

}  // namespace

Provider::Provider(uint64_t seed, bool faulty, const absl::Time* now)
    : book_({}, {.failure_rate = faulty ? 0.04 : 0.0, .seed = seed}), now_(*now) {
  SetScripts(book_);
}

template <class Request, class Response>
void Provider::Serve(Network& network) {
  network.Serve(Request::descriptor(),
                [this](const rpc::Call&, const google::protobuf::Message& request,
                       google::protobuf::Message& response) -> asio::awaitable<absl::Status> {
                  MILEPOST_CO_ASSIGN(const provider::Ask ask,
                                     provider::AskOf(static_cast<const Request&>(request)));
                  MILEPOST_CO_ASSIGN(const provider::Verdict verdict, book_.Answer(ask, now_));
                  if (verdict.delivery != provider::Delivery::kAnswered)
                    co_return Refuse(Reason::kProviderUnavailable);
                  Fill(verdict, static_cast<Response&>(response));
                  co_return absl::OkStatus();
                });
}

void Provider::AddTo(Network& network) {
  Serve<payments::v1::ChargeRequest, payments::v1::ChargeResponse>(network);
  Serve<payments::v1::GetChargeRequest, payments::v1::GetChargeResponse>(network);
  Serve<payments::v1::VoidChargeRequest, payments::v1::VoidChargeResponse>(network);
  Serve<payments::v1::RefundRequest, payments::v1::RefundResponse>(network);
  Serve<payments::v1::GetRefundRequest, payments::v1::GetRefundResponse>(network);
}

int64_t Provider::KeptOf(const OrderId& order) const {
  const std::string prefix = absl::StrCat("orders/", order.ToString(), "/");
  constexpr size_t kAll = std::numeric_limits<size_t>::max();
  int64_t kept = 0;
  for (const provider::KeyRecord& charge : book_.List(prefix, "", kAll))
    if (charge.captures > 0) kept += charge.captures * charge.charge->amount->minor;
  for (const provider::RefundRecord& refund : book_.ListRefunds(prefix, "", kAll))
    kept -= refund.payouts * refund.refund->amount.minor;
  return kept;
}

std::optional<payment_simulator::Charge> Provider::Find(absl::string_view key) const {
  for (const provider::KeyRecord& found : book_.List(key, "", 1))
    if (found.charge->key == key) return found.charge;
  return std::nullopt;
}

std::string Provider::SomeMethod(Chance& chance) {
  static constexpr const char* kSound[] = {"pm_ok", "pm_slow"};
  static constexpr const char* kOthers[] = {"pm_declined",
                                            "pm_insufficient_funds",
                                            "pm_card_expired",
                                            "pm_authentication",
                                            "pm_fraud",
                                            "pm_timeout_then_ok",
                                            "pm_unknown_then_ok",
                                            "pm_timeout_then_declined",
                                            "pm_pending",
                                            "pm_unknown_then_declined",
                                            "pm_lost",
                                            "pm_unavailable_once",
                                            kRefundsFail,
                                            kRefundsLinger,
                                            kBreaksItsWord,
                                            kBreaksItsWordForGood,
                                            "pm_nobody_knows"};
  return chance.Percent(60) ? chance.Pick(kSound) : chance.Pick(kOthers);
}

}  // namespace milepost::simulation
