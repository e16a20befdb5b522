// Every state × every trigger × every actor (R3). The expectations are typed here by hand from the domain's
// tables, not read from the tables that the code runs.
#include "services/gig_catalog/domain/transitions.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

// A line a trigger, a column a state; a cell is the next state or the refusal's name.
struct Line {
  std::string trigger;
  std::vector<std::string> cells;
};

std::vector<Line> Parse(const char* table) {
  std::vector<Line> lines;
  std::istringstream in(table);
  for (std::string text; std::getline(in, text);) {
    std::istringstream words(text);
    Line line;
    if (!(words >> line.trigger)) continue;
    for (std::string cell; words >> cell;) line.cells.push_back(cell);
    lines.push_back(line);
  }
  return lines;
}

// DRAFT PUBLISHED PAUSED DELETED, for the seller of a gig that is complete and has no plan.
constexpr char kGigWalk[] = R"(
  UpdateGig             DRAFT              PUBLISHED              PAUSED             GIG_DELETED
  PublishGig            PUBLISHED          GIG_ALREADY_PUBLISHED  PUBLISHED          GIG_DELETED
  PauseGig              GIG_NOT_PUBLISHED  PAUSED                 GIG_NOT_PUBLISHED  GIG_DELETED
  DeleteGig             DELETED            DELETED                DELETED            GIG_DELETED
  StartMilestonePlan    DRAFT              PUBLISHED              PAUSED             GIG_DELETED
  start-template        DRAFT              PUBLISHED              PAUSED             GIG_DELETED
  restart-scratch       DRAFT              PUBLISHED              PAUSED             GIG_DELETED
  restart-template      DRAFT              PUBLISHED              PAUSED             GIG_DELETED
  start-unknown         TEMPLATE_NOT_FOUND TEMPLATE_NOT_FOUND     TEMPLATE_NOT_FOUND GIG_DELETED
  AddMilestone          PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  UpdateMilestone       PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  DeleteMilestone       PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  MoveMilestone         PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  AddSubstep            PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  UpdateSubstep         PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  DeleteSubstep         PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  SetMilestonePayments  PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  PublishMilestonePlan  PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
  DisableMilestonePlan  PLAN_NOT_FOUND     PLAN_NOT_FOUND         PLAN_NOT_FOUND     GIG_DELETED
)";

// NONE DRAFT ACTIVE INELIGIBLE DISABLED, for the seller of a PUBLISHED gig whose plan has two complete
// milestones with a substep each. INELIGIBLE because of its price; reprice-… are UpdateGig with a BASIC price at, and
// above, the threshold. start-… and restart-… are StartMilestonePlan without and with `replace_draft`: from scratch, from a
// template of the gig's subcategory (template), of another one (elsewhere), and of none (unknown).
constexpr char kPlanWalk[] = R"(
  StartMilestonePlan    DRAFT           PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS
  start-template        DRAFT           PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS
  restart-scratch       DRAFT           DRAFT                ACTIVE               INELIGIBLE           DISABLED
  restart-template      DRAFT           DRAFT                ACTIVE               INELIGIBLE           DISABLED
  start-unknown         TEMPLATE_NOT_FOUND  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS
  restart-unknown       TEMPLATE_NOT_FOUND  TEMPLATE_NOT_FOUND   TEMPLATE_NOT_FOUND   TEMPLATE_NOT_FOUND   TEMPLATE_NOT_FOUND
  start-elsewhere       TEMPLATE_NOT_FOR_SUBCATEGORY  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS  PLAN_ALREADY_EXISTS
  restart-elsewhere     TEMPLATE_NOT_FOR_SUBCATEGORY  TEMPLATE_NOT_FOR_SUBCATEGORY  TEMPLATE_NOT_FOR_SUBCATEGORY  TEMPLATE_NOT_FOR_SUBCATEGORY  TEMPLATE_NOT_FOR_SUBCATEGORY
  AddMilestone          PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  UpdateMilestone       PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  DeleteMilestone       PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  MoveMilestone         PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  AddSubstep            PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  UpdateSubstep         PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  DeleteSubstep         PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  SetMilestonePayments  PLAN_NOT_FOUND  DRAFT                ACTIVE               INELIGIBLE           DISABLED
  PublishMilestonePlan  PLAN_NOT_FOUND  ACTIVE               ACTIVE               PRICE_NOT_ELIGIBLE   ACTIVE
  DisableMilestonePlan  PLAN_NOT_FOUND  PLAN_NOT_ACTIVE      DISABLED             DISABLED             PLAN_NOT_ACTIVE
  reprice-at            NONE            DRAFT                INELIGIBLE           INELIGIBLE           DISABLED
  reprice-above         NONE            DRAFT                ACTIVE               ACTIVE               DISABLED
)";

// What each actor gets on a gig in DRAFT PUBLISHED PAUSED DELETED whichever trigger; "-" = goes on to the
// state.
constexpr char kRoleWalk[] = R"(
  seller    -                  -                  -                  -
  stranger  GIG_NOT_FOUND      NOT_THE_GIG_OWNER  NOT_THE_GIG_OWNER  GIG_NOT_FOUND
  operator  NOT_THE_GIG_OWNER  NOT_THE_GIG_OWNER  NOT_THE_GIG_OWNER  NOT_THE_GIG_OWNER
  service   NOT_THE_GIG_OWNER  NOT_THE_GIG_OWNER  NOT_THE_GIG_OWNER  NOT_THE_GIG_OWNER
)";

// A command that passes its own guards wherever its trigger is allowed; those of templates that don't fit excepted.
Command CommandFor(const std::string& trigger, const Actor& actor) {
  const Packages at = {{Tier::kBasic, Priced(10'000)}}, above = {{Tier::kBasic, Priced(20'000)}};
  Milestone milestone = MilestoneFor({Tier::kBasic}, "New");
  if (trigger == "UpdateGig") return UpdateGig{actor, "New title", {}, {}, {}};
  if (trigger == "PublishGig") return PublishGig{actor};
  if (trigger == "PauseGig") return PauseGig{actor};
  if (trigger == "DeleteGig") return DeleteGig{actor};
  if (trigger == "StartMilestonePlan") return StartMilestonePlan{actor};
  if (trigger == "start-template") return StartMilestonePlan{actor, {"business-plans-classic"}};
  if (trigger == "start-unknown") return StartMilestonePlan{actor, {"no-such"}};
  if (trigger == "start-elsewhere") return StartMilestonePlan{actor, {"producers-composers-song"}};
  if (trigger == "restart-scratch") return RestartMilestonePlan{actor};
  if (trigger == "restart-template") return RestartMilestonePlan{actor, {"business-plans-classic"}};
  if (trigger == "restart-unknown") return RestartMilestonePlan{actor, {"no-such"}};
  if (trigger == "restart-elsewhere") return RestartMilestonePlan{actor, {"producers-composers-song"}};
  if (trigger == "AddMilestone") return AddMilestone{actor, milestone};
  if (trigger == "UpdateMilestone") return UpdateMilestone{actor, 1, milestone};
  if (trigger == "DeleteMilestone") return DeleteMilestone{actor, 1};
  if (trigger == "MoveMilestone") return MoveMilestone{actor, 1, 2};
  if (trigger == "AddSubstep") return AddSubstep{actor, 1, {"New", {Tier::kBasic}}};
  if (trigger == "UpdateSubstep") return UpdateSubstep{actor, 1, 1, {"New", {Tier::kBasic}}};
  if (trigger == "DeleteSubstep") return DeleteSubstep{actor, 1, 1};
  if (trigger == "SetMilestonePayments") return SetMilestonePayments{actor, false};
  if (trigger == "PublishMilestonePlan") return PublishMilestonePlan{actor};
  if (trigger == "DisableMilestonePlan") return DisableMilestonePlan{actor};
  if (trigger == "reprice-at") return UpdateGig{actor, {}, {}, {}, at};
  if (trigger == "reprice-above") return UpdateGig{actor, {}, {}, {}, above};
  ADD_FAILURE() << "no such trigger: " << trigger;
  return Tick{};
}

constexpr GigState kGigStates[] = {GigState::kDraft, GigState::kPublished, GigState::kPaused,
                                   GigState::kDeleted};
constexpr PlanState kPlanStates[] = {PlanState::kNone, PlanState::kDraft, PlanState::kActive,
                                     PlanState::kIneligible, PlanState::kDisabled};

World GigIn(GigState state) {
  World world;
  if (state == GigState::kPublished || state == GigState::kPaused) world.Must(PublishGig{kAnna});
  if (state == GigState::kPaused) world.Must(PauseGig{kAnna});
  if (state == GigState::kDeleted) world.Must(DeleteGig{kAnna});
  EXPECT_EQ(world.gig->state, state);
  return world;
}

World PlanIn(PlanState state) {
  World world = GigIn(GigState::kPublished);
  if (state != PlanState::kNone) {
    world.StartPlan(2);
    for (uint32_t milestone : {1, 2}) world.Must(AddSubstep{kAnna, milestone, {"Check", {Tier::kBasic}}});
    if (state != PlanState::kDraft) world.Must(PublishMilestonePlan{kAnna});
    if (state == PlanState::kIneligible)
      world.Must(UpdateGig{kAnna, {}, {}, {}, Packages{{Tier::kBasic, Priced(9'900)}}});
    if (state == PlanState::kDisabled) world.Must(DisableMilestonePlan{kAnna});
  }
  EXPECT_EQ(world.gig->plan.state, state);
  return world;
}

Actor ActorFor(const std::string& role) {
  if (role == "seller") return kAnna;
  if (role == "stranger") return kBob;
  if (role == "operator") return Actor{ActorKind::kOperator, "operators/ops-1"};
  return Actor{ActorKind::kService, "services/offer-service"};
}

// The name of what came of it: the state, or the refusal's reason after checking that nothing changed.
template <class NameOfState>
std::string Outcome(World world, const Command& command, NameOfState name) {
  const uint64_t before = world.gig->sequence;
  const absl::Status status = world.Do(command);
  if (status.ok()) return std::string(name(*world.gig));
  EXPECT_EQ(world.gig->sequence, before);
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal ? std::string(RowOf(refusal->reason).name) : status.ToString();
}

TEST(GigMachine, EveryStateAndTriggerOfTheSeller) {
  int cells = 0;
  for (const Line& line : Parse(kGigWalk)) {
    ASSERT_EQ(line.cells.size(), std::size(kGigStates)) << line.trigger;
    for (size_t i = 0; i < std::size(kGigStates); ++i, ++cells) {
      EXPECT_EQ(Outcome(GigIn(kGigStates[i]), CommandFor(line.trigger, kAnna),
                        [](const Gig& gig) { return NameOf(gig.state); }),
                line.cells[i])
          << line.trigger << " in " << NameOf(kGigStates[i]);
    }
  }
  EXPECT_EQ(cells, 19 * 4);
}

TEST(PlanMachine, EveryStateAndTriggerOfTheSeller) {
  int cells = 0;
  for (const Line& line : Parse(kPlanWalk)) {
    ASSERT_EQ(line.cells.size(), std::size(kPlanStates)) << line.trigger;
    for (size_t i = 0; i < std::size(kPlanStates); ++i, ++cells) {
      EXPECT_EQ(Outcome(PlanIn(kPlanStates[i]), CommandFor(line.trigger, kAnna),
                        [](const Gig& gig) { return NameOf(gig.plan.state); }),
                line.cells[i])
          << line.trigger << " in " << NameOf(kPlanStates[i]);
    }
  }
  EXPECT_EQ(cells, 20 * 5);
}

TEST(BothMachines, EveryActorInEveryStateWithEveryTrigger) {
  for (const Line& role : Parse(kRoleWalk)) {
    for (size_t i = 0; i < std::size(kGigStates); ++i) {
      for (const Line& line : Parse(kGigWalk)) {
        const std::string expected = role.cells[i] == "-" ? line.cells[i] : role.cells[i];
        EXPECT_EQ(Outcome(GigIn(kGigStates[i]), CommandFor(line.trigger, ActorFor(role.trigger)),
                          [](const Gig& gig) { return NameOf(gig.state); }),
                  expected)
            << role.trigger << ": " << line.trigger << " in " << NameOf(kGigStates[i]);
      }
    }
  }
}

TEST(PlanMachine, OthersNeverGetAsFarAsThePlan) {
  for (PlanState state : kPlanStates) {
    for (const Line& line : Parse(kPlanWalk)) {
      for (const char* role : {"stranger", "operator", "service"}) {
        EXPECT_EQ(Outcome(PlanIn(state), CommandFor(line.trigger, ActorFor(role)),
                          [](const Gig& gig) { return NameOf(gig.plan.state); }),
                  "NOT_THE_GIG_OWNER")
            << role << ": " << line.trigger << " in " << NameOf(state);
      }
    }
  }
}

TEST(Tables, CoverEveryRpcOnce) {
  std::set<Trigger> seen = {Trigger::kCreateGig};
  for (const GigRow& row : GigTable())
    EXPECT_TRUE(seen.insert(row.trigger).second) << TriggerName(row.trigger);
  for (const PlanRow& row : PlanTable()) {
    EXPECT_TRUE(IsPlanTrigger(row.trigger));
    EXPECT_TRUE(seen.insert(row.trigger).second) << TriggerName(row.trigger);
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(Trigger::kPlanRulesHold) + 1);
  for (const RoleRow& row : RoleTable()) EXPECT_FALSE(RoleName(row.role).empty());
}

TEST(Tables, RefusalsNameTheState) {
  World paused = GigIn(GigState::kPaused);
  EXPECT_EQ(paused.Refused(PauseGig{kAnna}).detail("state"), "PAUSED");
  World disabled = PlanIn(PlanState::kDisabled);
  EXPECT_EQ(disabled.Refused(DisableMilestonePlan{kAnna}).detail("state"), "DISABLED");
}

TEST(Visibility, DraftAndDeletedGigsAreForTheirSellerOperatorsAndOurServices) {
  const std::map<std::string, std::string> expected = {
      {"seller", "1111"}, {"stranger", "0110"}, {"operator", "1111"}, {"service", "1111"}};
  for (const auto& [role, visible] : expected)
    for (size_t i = 0; i < std::size(kGigStates); ++i)
      EXPECT_EQ(MaySee(*GigIn(kGigStates[i]).gig, ActorFor(role)), visible[i] == '1')
          << role << " " << NameOf(kGigStates[i]);
}

TEST(Visibility, AllButOtherUsersSeeDraftsOfPlans) {
  const Gig& gig = *GigIn(GigState::kPublished).gig;
  for (const char* role : {"seller", "operator", "service"})
    EXPECT_TRUE(SeesDraft(gig, ActorFor(role))) << role;
  EXPECT_FALSE(SeesDraft(gig, ActorFor("stranger")));
}

}  // namespace
}  // namespace milepost::gig_catalog
