#include "tests/simulation/world.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/sweeper.h"
#include "common/db/test_clock.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/ending.h"

namespace milepost::simulation {
namespace {

using billing::Order;
using billing::OrderDomain;
using offers::OfferDomain;

constexpr uint64_t kCommandsBetweenChecks = 1000;
// Nobody may stop the clocks so short before the time for submitting a charge is over: there the code under test asks its own clock,
// which runs on while the simulation's stands.
constexpr absl::Duration kSubmitMargin = absl::Seconds(10);

template <class D>
testing::MemoryOptions<D> DatabaseOptions(absl::Time start,
                                          std::function<void(const db::Change<D>&)> on_commit) {
  testing::MemoryOptions<D> options;
  options.clock = {db::ClockMode::kFrozen, {}, start};
  options.lock_wait = absl::ZeroDuration();  // nobody else could release a row
  options.on_commit = std::move(on_commit);
  return options;
}

uint64_t HashOf(absl::string_view text) {
  return NameOf(HashUuid(text));
}

template <class D>
void Advance(testing::MemoryTimeline<D>& timeline, db::Lanes<D>& lanes, absl::Time to, Findings& findings) {
  lanes.RunAtOnce(true);
  const auto advanced = db::TestClock<D>(&timeline, &lanes, nullptr).AdvanceTo(to);
  lanes.RunAtOnce(false);
  if (!advanced.ok()) findings.Add("TheTestClockAdvances", 0, advanced.status().ToString());
}

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      now_(StoryStart()),
      working_(io_.get_executor()),
      no_reads_({}, {.connections = 0}),
      queries_(no_reads_, db::TestClockUse::kFollow),
      network_(io_, Mix(options.seed, 1), options.faults.network),
      provider_(Mix(options.seed, 2), options.faults.provider, &now_),
      orders_(DatabaseOptions<OrderDomain>(now_, [this](const auto& change) { OnOrderCommit(change); })),
      offers_db_(DatabaseOptions<OfferDomain>(now_, [this](const auto& change) { OnOfferCommit(change); })),
      orders_timeline_(&orders_),
      offers_timeline_(&offers_db_),
      orders_witness_(
          &orders_, &findings_,
          [this](const Order* before, const auto& submission, const absl::Status& decided, absl::Time now) {
            if (auto wrong = forecasts_.Check(before, submission, decided, now))
              findings_.Add("NextActionsSaidWhatHappens", NameOf(submission.aggregate), *std::move(wrong));
          }),
      offers_witness_(&offers_db_, &findings_, nullptr),
      catalog_(now_),
      offers_({io_, network_, queries_}, &mishaps_, &offers_witness_, offers_db_),
      billing_({io_, network_, queries_}, &mishaps_, &orders_witness_, orders_),
      clients_(std::make_unique<Clients>(*this)) {
  provider_.AddTo(network_);
  catalog_.AddTo(network_);
  offers_.AddTo(network_);
  billing_.AddTo(network_);
  network_.OnTraffic([this](uint64_t subject) { Touch(subject); });
}

// Whatever still runs ends here, while what it runs on is there.
World::~World() {
  network_.End();
  for (size_t i = 0; i < kReplicas; ++i) {
    offers_.Crash(i);
    billing_.Crash(i);
  }
  io_.poll();
}

void World::Play(const Entry& entry, size_t number) {
  touched_.clear();
  findings_.Begin(number);
  Chance chance(entry.seed);
  if (entry.at > now_) {
    Settle(Mix(entry.seed, 1));
    MoveTo(entry.at, chance);
  }
  Do(entry, chance);
  io_.poll();
  // What is on its way mostly arrives before the next entry.
  for (uint64_t n = 0; !chance.OneIn(12) && LetSomethingHappen(Mix(entry.seed, 1000 + n)); ++n) continue;
  if (commands() >= checked_at_ + kCommandsBetweenChecks) CheckMany();
}

void World::Do(const Entry& entry, Chance& chance) {
  switch (entry.act) {
    case Act::kNewGig:
      return clients_->NewGig(chance);
    case Act::kChangeGig:
      return clients_->ChangeGig(entry.subject, chance);
    case Act::kNewOffer:
      return clients_->NewOffer(entry.subject, chance);
    case Act::kMoveOffer:
      return clients_->MoveOffer(entry.subject, chance);
    case Act::kQuote:
      return clients_->AskForQuote(entry.subject, chance);
    case Act::kPlaceByQuote:
      return clients_->PlaceByQuote(entry.subject, chance);
    case Act::kStep:
      return clients_->Step(entry.subject, chance);
    case Act::kResend:
      return clients_->Resend(entry.subject, chance);
    case Act::kWork:
      return Work(chance);
    case Act::kSweep:
      return Sweep(chance.Below(kReplicas));
    case Act::kLateMessage:
      return network_.DeliverHeldUp(entry.subject);
    case Act::kCrash:
      return chance.OneIn(2) ? billing_.Crash(chance.Below(kReplicas))
                             : offers_.Crash(chance.Below(kReplicas));
    case Act::kWait:
      return;
  }
}

void World::MoveTo(absl::Time to, Chance& chance) {
  for (auto until = submitting_until_.upper_bound(to);
       until != submitting_until_.end() && *until < to + kSubmitMargin;
       until = submitting_until_.upper_bound(to))
    to = *until;
  mishaps_.Arm(0, false);
  now_ = to;
  if (chance.OneIn(8)) {
    Advance<OrderDomain>(orders_timeline_, billing_.replica(0).lanes, to, findings_);
    Advance<OfferDomain>(offers_timeline_, offers_.replica(0).lanes, to, findings_);
  }
  ShowTime(to);
  CheckTouched();
  if (chance.OneIn(2)) Sweep(chance.Below(kReplicas));
}

void World::ShowTime(absl::Time now) {
  now_ = now;
  (void)orders_timeline_.ShowTime(now);
  (void)offers_timeline_.ShowTime(now);
  catalog_.ShowTime(now);
}

// A sweeper waits for its Ticks, so they are run at once, after all that was queued before.
void World::Sweep(size_t replica) {
  mishaps_.Arm(0, false);
  const auto sweep = [](auto& timeline, auto& lanes, auto sweeper_of) {
    lanes.RunAtOnce(true);
    (void)sweeper_of(&timeline, &lanes).Tick();
    lanes.RunAtOnce(false);
  };
  sweep(orders_timeline_, billing_.replica(replica).lanes,
        [](auto* timeline, auto* lanes) { return db::Sweeper<OrderDomain>(timeline, lanes); });
  sweep(offers_timeline_, offers_.replica(replica).lanes,
        [](auto* timeline, auto* lanes) { return db::Sweeper<OfferDomain>(timeline, lanes); });
  io_.poll();
  CheckTouched();
}

void World::Work(Chance& chance) {
  const size_t replica = chance.Below(kReplicas), limit = 1 + chance.Below(8);
  const uint64_t which = chance.Below(5);
  if (which == 4) return DriveAcceptances(replica, limit);
  TakeDue(Books::kAllWork[which], replica, limit);
}

void World::TakeDue(Books::Work work, size_t replica, size_t limit) {
  for (const DueItem& item : books_.Due(work, now_, limit)) {
    Touch(NameOf(item.order));
    billing_.Take(replica, work, item, now_);
  }
}

void World::DriveAcceptances(size_t replica, size_t limit) {
  for (const auto& [since, offer] : accepting_) {
    if (since + offers::AcceptDriverOptions().patience > now_ || limit-- == 0) return;
    Touch(NameOf(offer));
    offers_.Drive(replica, offer);
  }
}

bool World::LetSomethingHappen(uint64_t seed) {
  struct Source {
    size_t waiting;
    std::function<void(size_t count)> run;
  };
  std::vector<Source> sources;
  for (size_t i = 0; i < kReplicas; ++i) {
    auto& orders = billing_.replica(i).lanes;
    auto& offers = offers_.replica(i).lanes;
    sources.push_back({orders.queued(), [&orders](size_t count) { orders.RunBatch(count); }});
    sources.push_back({offers.queued(), [&offers](size_t count) { offers.RunBatch(count); }});
  }
  sources.push_back({network_.on_their_way(), [this, seed](size_t) { network_.DeliverOne(seed); }});
  const Source* chosen = nullptr;
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (size_t i = 0; i < sources.size(); ++i) {
    const uint64_t rank = Mix(seed, i);
    if (sources[i].waiting == 0 || rank > least) continue;
    chosen = &sources[i];
    least = rank;
  }
  if (chosen == nullptr) return false;
  mishaps_.Arm(Mix(seed, 100), options_.faults.store && !calm_);
  Chance chance(Mix(seed, 101));
  chosen->run(1 + chance.Below(2 * chosen->waiting));
  io_.poll();
  CheckTouched();
  return true;
}

void World::Settle(uint64_t seed) {
  constexpr uint64_t kForEver = 100'000;
  for (uint64_t n = 0; LetSomethingHappen(Mix(seed, n)); ++n) {
    if (n < kForEver) continue;
    return findings_.Add("EverythingSettles", 0, "calls go on for ever while the clock stands");
  }
}

std::optional<absl::Time> World::NextDue() {
  std::optional<absl::Time> next = books_.NextDue();
  const auto take = [&next](std::optional<absl::Time> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (!accepting_.empty()) take(accepting_.begin()->first + offers::AcceptDriverOptions().patience);
  for (db::Timeline* timeline :
       {static_cast<db::Timeline*>(&orders_timeline_), static_cast<db::Timeline*>(&offers_timeline_)}) {
    const auto due = timeline->DueBy(absl::InfiniteFuture(), 1);
    if (due.ok() && !due->empty()) take(due->front().due);
  }
  return next;
}

std::vector<uint64_t> World::DueSoon() {
  std::vector<uint64_t> names;
  const auto due = orders_timeline_.DueBy(now_ + absl::Minutes(50), 4);
  for (const db::PendingDeadline& deadline : *due) names.push_back(NameOf(deadline.aggregate));
  return names;
}

const std::deque<uint64_t>& World::sent() const {
  return clients_->sent();
}

uint64_t World::commands() const {
  return orders_witness_.answered() + offers_witness_.answered() + catalog_.commands();
}

void World::OnOrderCommit(const db::Change<OrderDomain>& change) {
  const OrderId& id = change.next->id;
  books_.Write(change);
  changed_.try_emplace(id, change.before ? std::optional(*change.before) : std::nullopt);
  Touch(NameOf(id));
  for (const auto& event : change.events) {
    const absl::string_view name = billing::NameOf(billing::KindOf(event.stamped.event));
    ++events_[std::string(name)];
    digest_ =
        Mix(digest_,
            HashOf(absl::StrCat(id.ToString(), event.stamped.sequence, name, ToMicros(event.stamped.at))));
  }
  const auto open = [](const Order* order) { return order ? order->open_charge() : nullptr; };
  if (const billing::Charge* charge = open(change.before))
    submitting_until_.erase(submitting_until_.find(charge->submit_until));
  if (const billing::Charge* charge = open(change.next)) submitting_until_.insert(charge->submit_until);
  const bool stands = IsFinal(*change.next) || change.next->state == billing::OrderState::kPlacementFailed;
  (stands ? census_.finished : census_.unfinished)[NameOf(id)] = id;
  (stands ? census_.unfinished : census_.finished).erase(NameOf(id));
  // Some buyers ask again for an order that they have.
  const bool forgotten = change.next->created_at && NameOf(id) % 32 != 0;
  if (forgotten || IsFinal(*change.next)) census_.quotes.erase(NameOf(id));
}

void World::OnOfferCommit(const db::Change<OfferDomain>& change) {
  const offers::Offer& offer = *change.next;
  Touch(NameOf(offer.id));
  for (const auto& event : change.events)
    digest_ =
        Mix(digest_,
            HashOf(absl::StrCat(offer.id.ToString(), event.stamped.sequence, ToMicros(event.stamped.at))));
  if (change.before && change.before->accept) accepting_.erase({change.before->accept->started_at, offer.id});
  if (offer.accept) accepting_.insert({offer.accept->started_at, offer.id});
  using offers::OfferState;
  const bool open = offer.state == OfferState::kDraft || offer.state == OfferState::kSent ||
                    offer.state == OfferState::kAccepting;
  if (open) return;
  census_.open_offers.erase(NameOf(offer.id));
  census_.closed_offers[NameOf(offer.id)] = offer.id;
}

void World::CheckTouched() {
  std::map<OrderId, std::optional<Order>> changed;
  changed.swap(changed_);
  for (const auto& [id, before] : changed) {
    CheckOrder(id, before ? &*before : nullptr, AfterACommit());
    CheckOrder(id, before ? &*before : nullptr, options_.more_invariants);
  }
}

void World::CheckOrder(const OrderId& id, const Order* before, absl::Span<const OrderInvariant> invariants) {
  const std::optional<Order> order = orders_.Find(id);
  const std::vector<db::DeadlineRow> deadlines = orders_.DeadlinesOf(id);
  const std::optional<offers::Offer> offer = order->offer ? offers_db_.Find(*order->offer) : std::nullopt;
  const OrderView view{*order, before, books_.Of(id), deadlines, offer ? &*offer : nullptr,
                       now_,   books_, provider_};
  for (const OrderInvariant& invariant : invariants)
    if (std::optional<std::string> broken = invariant.broken(view))
      findings_.Add(invariant.name, NameOf(id), *std::move(broken));
}

void World::CheckMany() {
  checked_at_ = commands();
  Chance chance(Mix(options_.seed, ++checks_));
  for (const auto& [name, id] : census_.unfinished) CheckOrder(id, nullptr, NowAndThen());
  for (const auto& [name, id] : census_.finished)
    if (chance.OneIn(100)) CheckOrder(id, nullptr, NowAndThen());
  if (std::optional<std::string> wrong = LedgerIsBalanced(books_))
    findings_.Add("LedgerIsBalanced", 0, *std::move(wrong));
}

void World::PlayOut() {
  Ending(*this).Play();
}

std::set<uint64_t> World::Related(uint64_t name) const {
  std::set<uint64_t> related = {name};
  for (const auto* orders : {&census_.unfinished, &census_.finished}) {
    const auto found = orders->find(name);
    if (found == orders->end()) continue;
    const std::optional<Order> order = orders_.Find(found->second);
    related.insert(NameOf(order->terms.gig));
    if (order->offer) related.insert(NameOf(*order->offer));
  }
  for (const auto* offers : {&census_.open_offers, &census_.closed_offers}) {
    const auto found = offers->find(name);
    if (found == offers->end()) continue;
    related.insert(NameOf(offers::OrderOf(found->second)));
    if (const auto offer = offers_db_.Find(found->second)) related.insert(NameOf(offer->gig));
  }
  return related;
}

std::string World::Transcript(uint64_t name) const {
  std::string text;
  const auto tell = [&text](const auto& event, absl::string_view type) {
    absl::StrAppend(&text, "  ",
                    absl::FormatTime("%Y-%m-%d %H:%M:%E6S", event.stamped.at, absl::UTCTimeZone()), "  ",
                    event.stamped.sequence, "  ", type, "  by ", event.actor, "\n");
  };
  for (const auto* orders : {&census_.unfinished, &census_.finished}) {
    const auto found = orders->find(name);
    if (found == orders->end()) continue;
    absl::StrAppend(&text, "orders/", found->second.ToString(), "\n");
    for (const auto& event : orders_.EventsOf(found->second))
      tell(event, billing::NameOf(billing::KindOf(event.stamped.event)));
  }
  for (const auto* offers : {&census_.open_offers, &census_.closed_offers}) {
    const auto found = offers->find(name);
    if (found == offers->end()) continue;
    absl::StrAppend(&text, "offers/", found->second.ToString(), "\n");
    for (const auto& event : offers_db_.EventsOf(found->second))
      tell(event, offers::NameOf(event.stamped.event));
  }
  return text;
}

}  // namespace milepost::simulation
