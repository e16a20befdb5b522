#include "tests/torture/client.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "tests/e2e/stories/story.h"

namespace milepost::torture {
namespace {

// Far longer than anything is down: a command that is not answered by then hangs.
constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kPause = absl::Milliseconds(25);

}  // namespace

absl::Time GiveUpTime() {
  return WallNow() + kPatience;
}

bool IsTransient(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
         status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

bool Client::IsWorthRetrying(const grpc::Status& status, absl::Time give_up) {
  if (!IsTransient(status) || WallNow() > give_up) return false;
  record_.CountRetry();
  std::this_thread::sleep_for(absl::ToChronoMilliseconds(kPause));
  return true;
}

std::optional<OrderEnd> EndOf(const billing::v1::Order& order) {
  const bool cancelled = order.state() == billing::v1::ORDER_STATE_CANCELLED;
  if (!cancelled && order.state() != billing::v1::ORDER_STATE_COMPLETED) return std::nullopt;
  return OrderEnd{cancelled ? "CANCELLED" : "COMPLETED", e2e::Cents(order.totals().refunded()),
                  e2e::Cents(order.totals().buyer_fees_refunded())};
}

void Client::Suspect(const std::string& method, const grpc::Status& status, const std::string& reason) {
  if (status.error_code() == grpc::StatusCode::FAILED_PRECONDITION ||
      status.error_code() == grpc::StatusCode::ABORTED)
    return;
  const std::string what = IsTransient(status) ? "was not answered in time: " : "was answered ";
  record_.Violate(absl::StrCat(method, " ", what, static_cast<int>(status.error_code()), " ", reason, " (",
                               status.error_message(), ")"));
}

}  // namespace milepost::torture
