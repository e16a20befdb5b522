// Every text that a caller may write into a request, typed by hand: whether it is one line or many, and which strings are
// no texts at all. A field that is added without a thought about it fails here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "milepost/billing/v1/ledger.pb.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "milepost/events/v1/event_feed.pb.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "milepost/payments/v1/payment_provider.pb.h"
#include "milepost/testing/v1/payment_simulator.pb.h"
#include "milepost/testing/v1/test_clock.pb.h"
#include "milepost/type/v1/rules.pb.h"

namespace milepost::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using ::testing::UnorderedElementsAre;

struct Texts {
  std::set<std::string> one_line, many_lines, opaque;
};

void Collect(const Descriptor& type, std::set<const Descriptor*>& seen, Texts& texts) {
  if (!seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.message_type()) Collect(*field.message_type(), seen, texts);
    if (field.type() != FieldDescriptor::TYPE_STRING) continue;
    const type::v1::FieldRules& rules = field.options().GetExtension(type::v1::rules);
    const std::string name = absl::StrCat(type.name(), ".", field.name());
    if (rules.opaque())
      texts.opaque.emplace(field.name());
    else if (rules.multiline())
      texts.many_lines.insert(name);
    else if (!rules.uuid() && !rules.currency() && rules.pattern().empty() && rules.resource().empty())
      texts.one_line.insert(name);
  }
}

Texts TextsOf(const FileDescriptor& file) {
  Texts texts;
  std::set<const Descriptor*> seen;
  for (int s = 0; s < file.service_count(); ++s)
    for (int m = 0; m < file.service(s)->method_count(); ++m)
      Collect(*file.service(s)->method(m)->input_type(), seen, texts);
  return texts;
}

TEST(RequestTexts, OfGigCatalog) {
  const Texts texts = TextsOf(*catalog::v1::GetGigRequest::descriptor()->file());
  EXPECT_THAT(texts.many_lines, UnorderedElementsAre("Gig.description", "PlanMilestone.description"));
  EXPECT_THAT(texts.one_line,
              UnorderedElementsAre("Gig.title", "Gig.subcategory", "PlanMilestone.title", "PlanSubstep.title",
                                   "Subcategory.display_name", "Subcategory.display_name_de",
                                   "PlannedGig.subcategory", "Gig.name", "Gig.seller", "Gig.etag",
                                   "Subcategory.etag",  // read only
                                   "SearchGigsRequest.query", "SearchGigsRequest.subcategory",
                                   "StartMilestonePlanRequest.template_id",
                                   "ListMilestoneTemplatesRequest.subcategory", "Money.currency_code",
                                   "FieldMask.paths"));
  EXPECT_THAT(texts.opaque, UnorderedElementsAre("etag", "page_token"));
}

TEST(RequestTexts, OfOfferService) {
  const Texts texts = TextsOf(*offers::v1::GetOfferRequest::descriptor()->file());
  EXPECT_THAT(texts.many_lines,
              UnorderedElementsAre("Offer.message", "Offer.decline_message", "OneTimeTerms.description",
                                   "SubscriptionTerms.description", "OfferMilestone.description",
                                   "DeclineOfferRequest.message"));
  EXPECT_THAT(texts.one_line, UnorderedElementsAre("OfferMilestone.title",
                                                   // read only
                                                   "Offer.name", "Offer.seller", "Offer.terms_hash",
                                                   "Offer.order", "Offer.etag", "PaymentOutcome.charge",
                                                   "Money.currency_code", "FieldMask.paths"));
  EXPECT_THAT(texts.opaque, UnorderedElementsAre("etag", "page_token", "terms_hash"));
}

TEST(RequestTexts, OfMilestoneBilling) {
  const Texts texts = TextsOf(*billing::v1::GetOrderRequest::descriptor()->file());
  EXPECT_THAT(texts.many_lines,
              UnorderedElementsAre("DeliverMilestoneRequest.message", "PostUpdateRequest.message",
                                   "RequestRevisionRequest.message", "ResolveChargeRequest.evidence",
                                   "CancelLateMilestoneRequest.message", "RequestCancellationRequest.message",
                                   "AnswerCancellationRequest.message", "OpenDisputeRequest.message",
                                   "ResolveDisputeRequest.message", "OneTimeTerms.description",
                                   "SubscriptionTerms.description", "OfferMilestone.description"));
  EXPECT_THAT(texts.one_line,
              UnorderedElementsAre("PlaceOrderRequest.title", "OfferMilestone.title",
                                   "ResolvedSucceeded.provider_reference", "Money.currency_code"));
  EXPECT_THAT(texts.opaque, UnorderedElementsAre("etag", "page_token", "quote", "terms_hash"));
}

TEST(RequestTexts, OfTheOthers) {
  for (const FileDescriptor* file : {billing::v1::GetBalanceRequest::descriptor()->file(),
                                     events::v1::ListEventsRequest::descriptor()->file(),
                                     payments::v1::ChargeRequest::descriptor()->file(),
                                     testing::v1::SetScriptRequest::descriptor()->file(),
                                     testing::v1::AdvanceClockRequest::descriptor()->file()})
    EXPECT_TRUE(TextsOf(*file).many_lines.empty()) << file->name();
  EXPECT_TRUE(TextsOf(*billing::v1::GetBalanceRequest::descriptor()->file()).one_line.empty());
  EXPECT_THAT(TextsOf(*events::v1::ListEventsRequest::descriptor()->file()).one_line,
              UnorderedElementsAre("EventFilter.types"));
  EXPECT_THAT(TextsOf(*payments::v1::ChargeRequest::descriptor()->file()).one_line,
              UnorderedElementsAre("Money.currency_code"));
}

}  // namespace
}  // namespace milepost::rpc
