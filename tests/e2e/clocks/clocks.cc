#include "tests/e2e/clocks/clocks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"

namespace milepost::e2e {
namespace {

using testing::v1::AdvanceClockRequest;
using testing::v1::TestClock;

// As PlatformClient::clocks() has them. Offers before billing: while one is ahead of the other, nothing comes too late.
constexpr std::array<const char*, 3> kServices = {"gig_catalog", "offer_service", "milestone_billing"};
constexpr char kOperator[] = "operators/clock";
constexpr absl::Duration kTolerance = absl::Seconds(10);
// An advance fires every deadline on its way.
constexpr std::chrono::minutes kTimeout{5};

Channels ConnectWithoutRetries(const Addresses& addresses) {
  const auto connect = [](const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  };
  return {connect(addresses.catalog), connect(addresses.offers), connect(addresses.billing),
          connect(addresses.catalog)};  // the simulator's, which is not asked: a stub wants one
}

template <class Response>
absl::Status FailureOf(const char* service, const Reply<Response>& reply) {
  if (reply.status.error_code() == grpc::StatusCode::UNIMPLEMENTED)
    return absl::FailedPreconditionError(absl::StrCat(service, " was started without --test_clock"));
  std::string text = absl::StrCat(service, ": ", reply.status.error_message());
  for (const auto& [field, description] : reply.violations)
    absl::StrAppend(&text, "; ", field, " ", description);
  if (!reply.reason.empty()) absl::StrAppend(&text, " (", reply.reason, ")");
  return absl::UnavailableError(text);
}

const ClockReading& Foremost(const std::vector<ClockReading>& readings) {
  return *std::max_element(readings.begin(), readings.end(),
                           [](const auto& a, const auto& b) { return a.ahead < b.ahead; });
}
const ClockReading& Hindmost(const std::vector<ClockReading>& readings) {
  return *std::min_element(readings.begin(), readings.end(),
                           [](const auto& a, const auto& b) { return a.ahead < b.ahead; });
}

std::string PrintAhead(absl::Duration ahead) {
  if (absl::AbsDuration(ahead) < absl::Seconds(1)) return "real time";
  return absl::StrCat(PrintDays(absl::AbsDuration(ahead)),
                      ahead > absl::ZeroDuration() ? " ahead of" : " behind", " real time");
}

}  // namespace

std::string PrintDays(absl::Duration duration) {
  constexpr std::array<std::pair<int64_t, char>, 4> kUnits = {
      {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  int64_t seconds = absl::ToInt64Seconds(duration);
  std::vector<std::string> parts;
  for (const auto& [size, unit] : kUnits) {
    if (seconds >= size) parts.push_back(absl::StrFormat("%d%c", seconds / size, unit));
    seconds %= size;
  }
  return parts.empty() ? "0s" : absl::StrJoin(parts, " ");
}

absl::Duration SpreadOf(const std::vector<ClockReading>& readings) {
  return readings.empty() ? absl::ZeroDuration() : Foremost(readings).ahead - Hindmost(readings).ahead;
}

bool AreApart(const std::vector<ClockReading>& readings) {
  return SpreadOf(readings) > kTolerance;
}

std::string Print(const std::vector<ClockReading>& readings) {
  std::string text;
  for (const ClockReading& clock : readings)
    absl::StrAppendFormat(&text, "%-18s %s UTC  %-6s  %s\n", clock.service,
                          absl::FormatTime("%Y-%m-%d %H:%M:%S", clock.now, absl::UTCTimeZone()),
                          clock.frozen ? "frozen" : "offset", PrintAhead(clock.ahead));
  if (!AreApart(readings)) return absl::StrCat(text, "the clocks go together\n");
  return absl::StrCat(text, "THE CLOCKS ARE APART: ", Foremost(readings).service, " is ",
                      PrintDays(SpreadOf(readings)), " ahead of ", Hindmost(readings).service,
                      ". An offer that is accepted may come too late for billing (CLOCKS_APART).\n",
                      "./dev clock align takes those behind to the foremost.\n");
}

Clocks::Clocks(const Addresses& addresses) : client_(ConnectWithoutRetries(addresses), kTimeout) {}

absl::StatusOr<std::vector<ClockReading>> Clocks::Read() {
  const absl::Time asked = WallNow();
  std::vector<ClockReading> readings;
  for (size_t i = 0; i < kServices.size(); ++i) {
    const auto reply = client_.Call(kOperator, *client_.clocks()[i], &TestClock::Stub::GetClock,
                                    testing::v1::GetClockRequest());
    if (!reply.ok()) return FailureOf(kServices[i], reply);
    const absl::Time now =
        absl::FromUnixSeconds(reply->now().seconds()) + absl::Nanoseconds(reply->now().nanos());
    const bool frozen = reply->mode() == testing::v1::CLOCK_MODE_FROZEN;
    readings.push_back({kServices[i], now, now - (frozen ? asked : WallNow()), frozen});
  }
  return readings;
}

absl::StatusOr<int64_t> Clocks::AdvanceBy(absl::Duration by) {
  MILEPOST_RETURN_IF_ERROR(Read().status());  // none moves where one can't be asked
  AdvanceClockRequest request;
  request.mutable_by()->set_seconds(absl::ToInt64Seconds(by));
  int64_t fired = 0;
  for (size_t i = 0; i < kServices.size(); ++i) {
    const absl::StatusOr<int64_t> advanced = Advance(i, request);
    if (advanced.ok()) {
      fired += *advanced;
    } else if (i == 0) {
      return advanced.status();
    } else {
      return absl::UnavailableError(absl::StrCat(
          advanced.status().message(), "; ", absl::StrJoin(kServices.begin(), kServices.begin() + i, " and "),
          " went ahead without it: ./dev clock align, when it answers"));
    }
  }
  return fired;
}

absl::StatusOr<int64_t> Clocks::Align() {
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<ClockReading> readings, Read());
  const ClockReading foremost = Foremost(readings);
  int64_t fired = 0;
  for (size_t i = 0; i < readings.size(); ++i) {
    const absl::Duration behind = foremost.ahead - readings[i].ahead;
    AdvanceClockRequest request;
    if (readings[i].frozen && foremost.frozen && readings[i].now < foremost.now) {
      const int64_t seconds = absl::ToUnixSeconds(foremost.now);  // to the very instant
      const absl::Duration rest = foremost.now - absl::FromUnixSeconds(seconds);
      request.mutable_to()->set_seconds(seconds);
      request.mutable_to()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
    } else if (behind > kTolerance) {
      request.mutable_by()->set_seconds(absl::ToInt64Seconds(behind));
    } else {
      continue;
    }
    MILEPOST_ASSIGN_OR_RETURN(const int64_t advanced, Advance(i, request));
    fired += advanced;
  }
  return fired;
}

absl::StatusOr<int64_t> Clocks::Advance(size_t clock, const AdvanceClockRequest& request) {
  const auto reply =
      client_.Call(kOperator, *client_.clocks()[clock], &TestClock::Stub::AdvanceClock, request);
  if (!reply.ok()) return FailureOf(kServices[clock], reply);
  return reply->fired_count();
}

}  // namespace milepost::e2e
