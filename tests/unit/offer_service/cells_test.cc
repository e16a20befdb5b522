// Every state × every command × every actor (R3). The expectations are typed by hand from DOMAIN.md §4, not
// read from the table that the code runs.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "absl/algorithm/container.h"
#include "services/offer_service/domain/transitions.h"
#include "tests/unit/offer_service/offers.h"

namespace milepost::offers {
namespace {

using enum OfferState;

constexpr OfferState kStates[] = {kDraft,    kSent,      kAccepting, kAccepted,
                                  kDeclined, kWithdrawn, kExpired,   kDeleted};

enum class Who { kTheSeller, kTheBuyer, kAStranger, kAnOperator, kTheBilling, kAnotherService };

const Actor& ActorOf(Who who) {
  static const std::map<Who, const Actor*> actors = {
      {Who::kTheSeller, &kSeller},    {Who::kTheBuyer, &kBuyer},     {Who::kAStranger, &kStranger},
      {Who::kAnOperator, &kOperator}, {Who::kTheBilling, &kBilling}, {Who::kAnotherService, &kOtherService}};
  return *actors.at(who);
}

// The state that follows, or the reason of the refusal, in the order of the columns:
//             UpdateOffer        DeleteOffer        SendOffer          WithdrawOffer      DeclineOffer
//             AcceptOffer        RecordOrderOutcome
constexpr size_t kColumns = 7;
using Row = std::array<absl::string_view, kColumns>;
constexpr Row kNotFound = {"OFFER_NOT_FOUND", "OFFER_NOT_FOUND", "OFFER_NOT_FOUND", "OFFER_NOT_FOUND",
                           "OFFER_NOT_FOUND", "OFFER_NOT_FOUND", "OFFER_NOT_FOUND"};

constexpr Row kNotTheirs = {"NOT_THE_SELLER", "NOT_THE_SELLER", "NOT_THE_SELLER",    "NOT_THE_SELLER",
                            "NOT_THE_BUYER",  "NOT_THE_BUYER",  "NOT_A_PEER_SERVICE"};

struct Cell {
  OfferState state;
  Who who;
  Row row;
};

// clang-format off
constexpr Cell kCells[] = {
    {kDraft, Who::kTheSeller,           {"DRAFT",           "DELETED",         "SENT",            "OFFER_NOT_SENT",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},
    {kDraft, Who::kTheBuyer,            kNotFound},
    {kDraft, Who::kAStranger,           kNotFound},
    {kDraft, Who::kAnOperator,          kNotTheirs},
    {kDraft, Who::kTheBilling,          {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "OFFER_NOT_ACCEPTED"}},
    {kDraft, Who::kAnotherService,      {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},

    {kSent, Who::kTheSeller,            {"OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "WITHDRAWN",          "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},
    {kSent, Who::kTheBuyer,             {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "DECLINED",           "ACCEPTING",          "NOT_A_PEER_SERVICE"}},
    {kSent, Who::kAStranger,            kNotFound},
    {kSent, Who::kAnOperator,           kNotTheirs},
    {kSent, Who::kTheBilling,           {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "OFFER_NOT_ACCEPTED"}},
    {kSent, Who::kAnotherService,       {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},

    {kAccepting, Who::kTheSeller,       {"OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "ACCEPT_IN_PROGRESS", "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},
    {kAccepting, Who::kTheBuyer,        {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "ACCEPT_IN_PROGRESS", "ACCEPT_IN_PROGRESS", "NOT_A_PEER_SERVICE"}},
    {kAccepting, Who::kAStranger,       kNotFound},
    {kAccepting, Who::kAnOperator,      kNotTheirs},
    {kAccepting, Who::kTheBilling,      {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "ACCEPTED"}},
    {kAccepting, Who::kAnotherService,  {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},

    {kAccepted, Who::kTheSeller,        {"OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_SENT",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},
    {kAccepted, Who::kTheBuyer,         {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "OFFER_NOT_SENT",     "OFFER_NOT_SENT",     "NOT_A_PEER_SERVICE"}},
    {kAccepted, Who::kAStranger,        kNotFound},
    {kAccepted, Who::kAnOperator,       kNotTheirs},
    {kAccepted, Who::kTheBilling,       {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "ACCEPTED"}},
    {kAccepted, Who::kAnotherService,   {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},

    {kDeclined, Who::kTheSeller,        {"OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_SENT",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},
    {kDeclined, Who::kTheBuyer,         {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "OFFER_NOT_SENT",     "OFFER_NOT_SENT",     "NOT_A_PEER_SERVICE"}},
    {kDeclined, Who::kAStranger,        kNotFound},
    {kDeclined, Who::kAnOperator,       kNotTheirs},
    {kDeclined, Who::kTheBilling,       {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "OFFER_NOT_ACCEPTED"}},
    {kDeclined, Who::kAnotherService,   {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},

    {kWithdrawn, Who::kTheSeller,       {"OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_SENT",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},
    {kWithdrawn, Who::kTheBuyer,        {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "OFFER_NOT_SENT",     "OFFER_NOT_SENT",     "NOT_A_PEER_SERVICE"}},
    {kWithdrawn, Who::kAStranger,       kNotFound},
    {kWithdrawn, Who::kAnOperator,      kNotTheirs},
    {kWithdrawn, Who::kTheBilling,      {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "OFFER_NOT_ACCEPTED"}},
    {kWithdrawn, Who::kAnotherService,  {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},

    {kExpired, Who::kTheSeller,         {"OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_NOT_DRAFT", "OFFER_EXPIRED",      "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},
    {kExpired, Who::kTheBuyer,          {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "OFFER_EXPIRED",      "OFFER_EXPIRED",      "NOT_A_PEER_SERVICE"}},
    {kExpired, Who::kAStranger,         kNotFound},
    {kExpired, Who::kAnOperator,        kNotTheirs},
    {kExpired, Who::kTheBilling,        {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "OFFER_NOT_ACCEPTED"}},
    {kExpired, Who::kAnotherService,    {"NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",  "NOT_THE_SELLER",     "NOT_THE_BUYER",      "NOT_THE_BUYER",      "NOT_A_PEER_SERVICE"}},

    {kDeleted, Who::kTheSeller,         kNotFound},
    {kDeleted, Who::kTheBuyer,          kNotFound},
    {kDeleted, Who::kAStranger,         kNotFound},
    {kDeleted, Who::kAnOperator,        kNotFound},
    {kDeleted, Who::kTheBilling,        kNotFound},
    {kDeleted, Who::kAnotherService,    kNotFound},
};
// clang-format on

// Commands that pass every guard, so that only party, actor and state decide.
std::array<OfferCommand, kColumns> CommandsOf(const Actor& actor, const Offer& offer) {
  UpdateOffer update = Update();
  SendOffer send = Sending();
  AcceptOffer accept = Acceptance(offer);
  RecordOrderOutcome outcome = Ended();
  update.actor = send.actor = accept.actor = outcome.actor = actor;
  return {update, DeleteOffer{actor}, send, WithdrawOffer{actor}, DeclineOffer{actor, ""}, accept, outcome};
}

std::string StateOrReason(const Offer& offer, const OfferCommand& command) {
  absl::StatusOr<Step<OfferDomain>> step = StepOf(&offer, command, offer.updated_at);
  return step.ok() ? std::string(NameOf(step->next.state)) : ReasonOf(step.status());
}

TEST(OfferCells, EveryStateEveryActorEveryCommand) {
  size_t walked = 0;
  for (const Cell& cell : kCells) {
    const Offer offer = InState(cell.state);
    ASSERT_EQ(offer.state, cell.state);
    const std::array<OfferCommand, kColumns> commands = CommandsOf(ActorOf(cell.who), offer);
    for (size_t i = 0; i < commands.size(); ++i, ++walked)
      EXPECT_EQ(StateOrReason(offer, commands[i]), cell.row[i])
          << NameOf(cell.state) << ", " << ActorOf(cell.who).name << ", column " << i;
  }
  EXPECT_EQ(walked, std::size(kStates) * 6 * kColumns);
}

TEST(OfferCells, ARefusalNamesTheCurrentState) {
  for (OfferState state : kStates) {
    const Offer offer = InState(state);
    for (const Actor& actor : {kSeller, kBuyer, kBilling})
      for (const OfferCommand& command : CommandsOf(actor, offer)) {
        const absl::Status status = StepOf(&offer, command, offer.updated_at).status();
        if (status.code() != absl::StatusCode::kFailedPrecondition) continue;
        EXPECT_EQ(RefusalOf(status)->detail("state"), NameOf(state)) << status;
      }
  }
}

TEST(OfferCells, APlacementsAnswerCountsOnlyWhileItsAttemptRuns) {
  for (OfferState state : kStates) {
    const Offer offer = InState(state);
    EXPECT_EQ(EventsOf(&offer, Placed(), offer.updated_at), state == kAccepting ? "offer.accepted" : "")
        << NameOf(state);
    EXPECT_EQ(EventsOf(&offer, NotPlaced(), offer.updated_at),
              state == kAccepting ? "offer.accept_failed" : "");
    EXPECT_EQ(EventsOf(&offer, Placed(2), offer.updated_at), "") << "no attempt 2 was ever started";
  }
}

TEST(OfferCells, OnlyASentOfferExpires) {
  for (OfferState state : kStates) {
    const Offer later = AsOf<OfferDomain>(InState(state), kExpiry);
    EXPECT_EQ(later.state, state == kSent ? kExpired : state);
    EXPECT_TRUE(later.deadlines.empty());
  }
}

// Who sees what, in every state: the seller, the buyer, a stranger, an operator, a peer service.
TEST(OfferCells, WhoSeesAnOfferInWhichState) {
  for (OfferState state : kStates) {
    const Offer offer = InState(state);
    const bool exists = state != kDeleted;
    EXPECT_EQ(MaySee(offer, kSeller), exists) << NameOf(state);
    EXPECT_EQ(MaySee(offer, kBuyer), exists && state != kDraft) << NameOf(state);
    EXPECT_FALSE(MaySee(offer, kStranger)) << NameOf(state);
    for (const Actor& actor : {kOperator, kBilling, kOtherService, Actor::System()})
      EXPECT_EQ(MaySee(offer, actor), exists) << NameOf(state);
  }
}

TEST(OfferCells, NothingExistsForAnybodyUnderAnUnknownId) {
  const Offer offer = Sent();
  for (const Actor& actor : {kSeller, kBuyer, kBilling})
    for (const OfferCommand& command : CommandsOf(actor, offer))
      EXPECT_EQ(Outcome(nullptr, command), "OFFER_NOT_FOUND");
  EXPECT_EQ(Outcome(nullptr, Placed()), "OFFER_NOT_FOUND");
}

// What the code runs and what the documentation prints are one table: each step that any state takes is in
// it.
TEST(OfferCells, EveryStepThatHappensIsAmongTheTablesTargetsAndEvents) {
  const Trigger triggers[kColumns] = {Trigger::kUpdate,      Trigger::kDelete,  Trigger::kSend,
                                      Trigger::kWithdraw,    Trigger::kDecline, Trigger::kAccept,
                                      Trigger::kOrderOutcome};
  for (const Cell& cell : kCells) {
    const Offer offer = InState(cell.state);
    const std::array<OfferCommand, kColumns> commands = CommandsOf(ActorOf(cell.who), offer);
    for (size_t i = 0; i < commands.size(); ++i) {
      const auto step = StepOf(&offer, commands[i], offer.updated_at);
      if (!step.ok()) continue;
      const Transition* row = FindTransition(cell.state, triggers[i]);
      ASSERT_TRUE(row);
      EXPECT_TRUE(absl::c_linear_search(row->targets(), step->next.state));
      for (const auto& event : step->events)
        EXPECT_NE(row->events.find(NameOf(event.event)), absl::string_view::npos);
    }
  }
  EXPECT_EQ(Transitions().size(), 10u);
}

}  // namespace
}  // namespace milepost::offers
