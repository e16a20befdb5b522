// Story (a): a gig with a milestone plan, from the first click to the last payment (S1–S18, S27, S28, S32,
// S35).
#include "absl/strings/str_cat.h"
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using catalog::v1::GigCatalog;

constexpr int64_t kPrice = 15000;    // BASIC at 150.00
constexpr int64_t kAmount = 5000;    // a third of it
constexpr int64_t kFee = 275 + 300;  // 5.5 % and the small-payment fee (A23)

struct PlanStep {
  const char* title;
  const char* description;
};
constexpr PlanStep kSteps[] = {{"Market research", "Who buys, what they pay, who else is there."},
                               {"Financial model", "Three years, monthly, in a spreadsheet."},
                               {"The complete plan", "Thirty pages that a bank will read."}};

catalog::v1::PlanMilestone MilestoneOf(const PlanStep& step) {
  catalog::v1::PlanMilestone milestone;
  milestone.set_title(step.title);
  milestone.set_description(step.description);
  milestone.add_packages(type::v1::PACKAGE_BASIC);
  return milestone;
}

// S8–S16: from scratch, completed, two more added, one with a substep.
void WritePlan(Story& story, const Person& sara, const std::string& gig) {
  story.Tell(sara, "starts a milestone plan from scratch");
  catalog::v1::StartMilestonePlanRequest start;
  start.set_request_id(NewRequestId());
  start.set_gig(gig);
  start.mutable_scratch();
  auto plan =
      story.Do(sara, story.client().catalog(), &GigCatalog::Stub::StartMilestonePlan, start).milestone_plan();
  story.Expect("milestones of a plan from scratch (S9)", plan.draft().milestones_size(), 1);
  story.Expect("payments are on by default (S12)", plan.draft().payments_enabled(), true);

  story.Tell(sara, "tries to publish the plan as it is");
  catalog::v1::PublishMilestonePlanRequest publish;
  publish.set_request_id(NewRequestId());
  publish.set_gig(gig);
  story.Refused(sara, "TOO_FEW_MILESTONES", story.client().catalog(), &GigCatalog::Stub::PublishMilestonePlan,
                publish);

  story.Tell(sara, "completes the first milestone and adds two more, one with a substep");
  catalog::v1::UpdateMilestoneRequest update;
  update.set_request_id(NewRequestId());
  update.set_gig(gig);
  update.set_milestone_number(1);
  *update.mutable_milestone() = MilestoneOf(kSteps[0]);
  story.Do(sara, story.client().catalog(), &GigCatalog::Stub::UpdateMilestone, update);
  for (const PlanStep& step : {kSteps[1], kSteps[2]}) {
    catalog::v1::AddMilestoneRequest add;
    add.set_request_id(NewRequestId());
    add.set_gig(gig);
    *add.mutable_milestone() = MilestoneOf(step);
    plan = story.Do(sara, story.client().catalog(), &GigCatalog::Stub::AddMilestone, add).milestone_plan();
  }
  catalog::v1::AddSubstepRequest substep;
  substep.set_request_id(NewRequestId());
  substep.set_gig(gig);
  substep.set_milestone_number(1);
  substep.mutable_substep()->set_title("Call with the buyer");
  substep.mutable_substep()->add_packages(type::v1::PACKAGE_BASIC);
  plan = story.Do(sara, story.client().catalog(), &GigCatalog::Stub::AddSubstep, substep).milestone_plan();
  story.Expect("milestones in the draft", plan.draft().milestones_size(), 3);

  story.Tell(sara, "saves and continues: the plan is published");
  publish.set_request_id(NewRequestId());
  plan = story.Do(sara, story.client().catalog(), &GigCatalog::Stub::PublishMilestonePlan, publish)
             .milestone_plan();
  story.Expect("the plan's state", plan.state(), catalog::v1::MILESTONE_PLAN_STATE_ACTIVE);
}

// S5, S6: the buyer sees workflow and prices; fees and the quote come from MilestoneBilling.
std::string SeeAndQuote(Story& story, const Person& ben, const std::string& gig) {
  story.Tell(ben, "looks at the workflow and its prices before ordering");
  catalog::v1::PreviewWorkflowRequest preview;
  preview.set_gig(gig);
  preview.set_package(type::v1::PACKAGE_BASIC);
  const auto workflow = story.Do(ben, story.client().catalog(), &GigCatalog::Stub::PreviewWorkflow, preview);
  story.Expect("milestones are available (S5)", workflow.milestones_available(), true);
  story.Expect("steps of the workflow", workflow.steps_size(), 3);
  for (const auto& step : workflow.steps()) {
    story.Expect("the step's amount (A4)", Cents(step.amount()), kAmount);
    story.Show(absl::StrCat(step.number(), ". ", step.title(), ": ", Print(step.amount()), ", ", step.days(),
                            " days"));
  }

  story.Tell(ben, "asks for a quote");
  billing::v1::QuoteOrderRequest request;
  request.mutable_gig_selection()->set_gig(gig);
  request.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
  request.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_MILESTONES);
  const auto quote = story.Do(ben, story.client().billing(), &MilestoneBilling::Stub::QuoteOrder, request);
  story.Expect("payments in the quote", quote.payments_size(), 3);
  story.Expect("the price", Cents(quote.price()), kPrice);
  story.Expect("the buyer's fees", Cents(quote.buyer_fees()), 3 * kFee);
  story.Expect("days to answer a delivery (S33)", quote.deadline_policy().review_hours(), 8u * 24);
  for (const auto& payment : quote.payments())
    story.Show(absl::StrCat("payment ", payment.milestone_number(), ": ", Print(payment.amount()), " + fee ",
                            Print(payment.buyer_fee()), " = ", Print(payment.total())));
  return quote.quote();
}

}  // namespace

void PlayGigToCompletion(Story& story) {
  const Person sara = story.NewPerson("sara"), ben = story.NewPerson("ben");
  const std::string gig = PublishGig(story, sara, "Business plan for your start-up", kPrice);
  WritePlan(story, sara, gig);
  const std::string quote = SeeAndQuote(story, ben, gig);

  story.Tell(ben, "orders with milestones; only the first is charged (S27)");
  billing::v1::PlaceGigOrderRequest place;
  place.set_request_id(NewRequestId());
  place.set_quote(quote);
  place.set_payment_method("pm_ok");
  billing::v1::Order order =
      story.Do(ben, story.client().billing(), &MilestoneBilling::Stub::PlaceGigOrder, place).order();
  const std::string name = order.name();
  story.Show(name);
  story.Expect("the order's state", order.state(), billing::v1::ORDER_STATE_ACTIVE);
  story.Expect("the seller may work (W9)", order.work_authorized(), true);
  story.Expect("charged so far", Cents(order.totals().funded()), kAmount);
  story.ShowOrder(name, ben, sara);

  for (int milestone = 1; milestone <= 2; ++milestone) {
    Deliver(story, sara, name, milestone, /*final=*/false);
    story.ShowOrder(name, ben, sara);
    order = Accept(story, ben, name, milestone, billing::v1::NEXT_STEP_START_NEXT);
    story.Expect("the order's state", order.state(), billing::v1::ORDER_STATE_ACTIVE);
    story.Expect("released so far (S35)", Cents(order.totals().released()), milestone * kAmount);
    story.Expect("charged so far (S28)", Cents(order.totals().funded()), (milestone + 1) * kAmount);
    story.ShowOrder(name, ben, sara);
  }

  story.Tell(sara, "tries to deliver the last milestone without final_delivery");
  billing::v1::DeliverMilestoneRequest unfinished;
  unfinished.set_request_id(NewRequestId());
  unfinished.set_name(MilestoneName(name, 3));
  story.Refused(sara, "FINAL_DELIVERY_REQUIRED", story.client().billing(),
                &MilestoneBilling::Stub::DeliverMilestone, unfinished);
  Deliver(story, sara, name, 3, /*final=*/true);
  order = Accept(story, ben, name, 3, billing::v1::NEXT_STEP_UNSPECIFIED);
  story.Expect("the order's state", order.state(), billing::v1::ORDER_STATE_COMPLETED);
  story.Expect("the completion reason", order.completion_reason(), type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  story.ShowOrder(name, ben, sara);
  story.Expect("captures at the payment provider", Captures(story, name), 3);
  story.ExpectSettled(order, sara, {.seller = 12000, .commission = 3000, .buyer_fees = 3 * kFee});
}

}  // namespace milepost::e2e
