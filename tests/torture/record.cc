#include "tests/torture/record.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace milepost::torture {
namespace {

constexpr size_t kReservoir = 2000;  // requests that can still be sent again, of earlier rounds

}  // namespace

std::pair<Victim, Uuid> OwnerOf(absl::string_view resource) {
  Victim owner = Victim::kSimulator;
  absl::string_view id = resource;
  if (absl::ConsumePrefix(&id, "gigs/")) owner = Victim::kCatalog;
  if (absl::ConsumePrefix(&id, "offers/")) owner = Victim::kOffers;
  if (absl::ConsumePrefix(&id, "orders/")) owner = Victim::kBilling;
  const absl::StatusOr<Uuid> uuid = Uuid::Parse(id.substr(0, id.find('/')));
  if (owner == Victim::kSimulator || !uuid.ok()) {
    std::fprintf(stderr, "torture: '%s' is no resource of ours\n", std::string(resource).c_str());
    std::abort();
  }
  return {owner, *uuid};
}

void Record::Acknowledge(Acknowledged command) {
  std::lock_guard lock(mutex_);
  ++round_.counts.acknowledged;
  round_.acknowledged.push_back(std::move(command));
}

void Record::Refuse(absl::string_view method, const std::string& reason, const Uuid& request_id,
                    bool only_try) {
  std::lock_guard lock(mutex_);
  ++round_.counts.refused;
  if (only_try) round_.traceless.push_back(request_id);
  ++by_refusal_[absl::StrCat(method, " ", reason)];
}

void Record::Violate(std::string what) {
  std::lock_guard lock(mutex_);
  round_.violations.push_back(std::move(what));
}

void Record::Count(size_t Counts::*counter) {
  std::lock_guard lock(mutex_);
  ++(round_.counts.*counter);
}

Record::Counts Record::counts() const {
  std::lock_guard lock(mutex_);
  return round_.counts;
}

Record::Round Record::TakeRound() {
  Round round;
  {
    std::lock_guard lock(mutex_);
    std::swap(round, round_);
  }
  for (const Acknowledged& command : round.acknowledged) Keep(command);
  return round;
}

void Record::Keep(const Acknowledged& command) {
  const auto [owner, id] = OwnerOf(command.told.resource);
  promises_[owner].push_back({command.request_id, id, command.told.etag});
  uint64_t& newest = newest_[owner][id];
  newest = std::max(newest, command.told.etag);
  if (command.told.end) ends_.try_emplace(id, *command.told.end);
  ++by_method_[command.method];
  ++seen_;
  if (reservoir_.size() < kReservoir) {
    reservoir_.push_back(command);
  } else if (const size_t place = random_() % seen_; place < kReservoir) {
    reservoir_[place] = command;
  }
}

std::vector<Acknowledged> Record::Sample(size_t count) {
  std::vector<Acknowledged> sample;
  std::sample(reservoir_.begin(), reservoir_.end(), std::back_inserter(sample), count, random_);
  return sample;
}

}  // namespace milepost::torture
