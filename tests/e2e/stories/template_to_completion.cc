// Story (d): a plan from a template, in German, whose amounts follow the price; an order of it to the last payment (S8, A4).
#include "absl/strings/str_cat.h"
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using catalog::v1::GigCatalog;

constexpr char kTemplate[] = "business-plans-classic";
constexpr int64_t kFirstPrice = 15000;
constexpr int64_t kTemplatePrice = 20001;  // after the seller has raised it
constexpr int64_t kAmounts[] = {5000, 4000, 6000,
                                5001};  // 25, 20, 30 and 25 % of it, the odd cent to the last
constexpr int64_t kTemplateFees =
    575 + 520 + 630 + 575;  // 5.5 % of each, half-even, and the small-payment fee
constexpr int64_t kTemplateCommission = 1000 + 800 + 1200 + 1000;  // 20 % of each

void StartFromTemplate(Story& story, const Person& nora, const std::string& gig) {
  story.Tell(nora, absl::StrCat("starts a milestone plan from the template ", kTemplate, ", in German"));
  catalog::v1::StartMilestonePlanRequest start;
  start.set_request_id(NewRequestId());
  start.set_gig(gig);
  start.set_template_id(kTemplate);
  start.set_language(catalog::v1::PLAN_LANGUAGE_DE);
  const auto plan =
      story.Do(nora, story.client().catalog(), &GigCatalog::Stub::StartMilestonePlan, start).milestone_plan();
  story.Expect("milestones of the template (S8)", plan.draft().milestones_size(), 4);
  for (const auto& milestone : plan.draft().milestones())
    story.Show(absl::StrCat(milestone.number(), ". ", milestone.title(), ": ",
                            milestone.prices(0).share_basis_points() / 100, " %"));

  story.Tell(nora, "publishes it as it is, and then raises the gig's price");
  catalog::v1::PublishMilestonePlanRequest publish;
  publish.set_request_id(NewRequestId());
  publish.set_gig(gig);
  story.Do(nora, story.client().catalog(), &GigCatalog::Stub::PublishMilestonePlan, publish);
  catalog::v1::UpdateGigRequest raise;
  raise.set_request_id(NewRequestId());
  raise.mutable_gig()->set_name(gig);
  raise.mutable_update_mask()->add_paths("packages");
  auto& basic = *raise.mutable_gig()->add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  *basic.mutable_price() = Usd(kTemplatePrice);
  basic.set_days(21);
  const auto raised = story.Do(nora, story.client().catalog(), &GigCatalog::Stub::UpdateGig, raise).gig();
  story.Expect("the plan's state (A2)", raised.milestone_plan_state(),
               catalog::v1::MILESTONE_PLAN_STATE_ACTIVE);
}

std::string QuoteAndPlace(Story& story, const Person& timo, const std::string& gig) {
  story.Tell(timo, "asks for a quote and orders");
  billing::v1::QuoteOrderRequest request;
  request.mutable_gig_selection()->set_gig(gig);
  request.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
  request.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_MILESTONES);
  const auto quote = story.Do(timo, story.client().billing(), &MilestoneBilling::Stub::QuoteOrder, request);
  story.Expect("payments in the quote", quote.payments_size(), 4);
  for (int i = 0; i < quote.payments_size(); ++i)
    story.Expect("an amount of the quote (A4)", Cents(quote.payments(i).amount()), kAmounts[i]);
  story.Expect("the price", Cents(quote.price()), kTemplatePrice);
  story.Expect("the buyer's fees", Cents(quote.buyer_fees()), kTemplateFees);

  billing::v1::PlaceGigOrderRequest place;
  place.set_request_id(NewRequestId());
  place.set_quote(quote.quote());
  place.set_payment_method("pm_ok");
  const auto order =
      story.Do(timo, story.client().billing(), &MilestoneBilling::Stub::PlaceGigOrder, place).order();
  story.Expect("charged so far (S27)", Cents(order.totals().funded()), kAmounts[0]);
  story.Expect("substeps of the first milestone (S16)", order.milestones(0).substeps_size(), 3);
  return order.name();
}

}  // namespace

void PlayTemplateToCompletion(Story& story) {
  const Person nora = story.NewPerson("nora"), timo = story.NewPerson("timo");
  const std::string gig = PublishGig(story, nora, "Businessplan für Ihre Gründung", kFirstPrice);
  StartFromTemplate(story, nora, gig);
  const std::string name = QuoteAndPlace(story, timo, gig);
  billing::v1::Order order;
  for (int milestone = 1; milestone <= 4; ++milestone) {
    const bool last = milestone == 4;
    Deliver(story, nora, name, milestone, last);
    order = Accept(story, timo, name, milestone,
                   last ? billing::v1::NEXT_STEP_UNSPECIFIED : billing::v1::NEXT_STEP_START_NEXT);
  }
  story.Expect("the order's state", order.state(), billing::v1::ORDER_STATE_COMPLETED);
  story.ShowOrder(name, timo, nora);
  story.Expect("captures at the payment provider", Captures(story, name), 4);
  story.ExpectSettled(order, nora,
                      {.seller = kTemplatePrice - kTemplateCommission,
                       .commission = kTemplateCommission,
                       .buyer_fees = kTemplateFees});
}

}  // namespace milepost::e2e
