#include "services/gig_catalog/rpc/template_handlers.h"

#include "services/gig_catalog/domain/templates.h"
#include "services/gig_catalog/rpc/plan_conversion.h"

namespace milepost::gig_catalog {

void TemplateHandlers::AddTo(rpc::Service& service) {
  service.Add(&TemplateHandlers::ListMilestoneTemplates, *this);
}

rpc::Awaitable<v1::ListMilestoneTemplatesResponse> TemplateHandlers::ListMilestoneTemplates(
    rpc::Call, const v1::ListMilestoneTemplatesRequest& request) {
  const PlanLanguage language = LanguageOf(request.language());
  v1::ListMilestoneTemplatesResponse response;
  for (const MilestoneTemplate& each : MilestoneTemplates())
    if (request.subcategory().empty() || request.subcategory() == each.subcategory)
      *response.add_templates() = ToWire(each, language);
  co_return response;
}

}  // namespace milepost::gig_catalog
