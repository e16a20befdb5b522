#include "services/gig_catalog/store/subcategory_body.h"

#include "common/db/codec.h"
#include "milepost/storage/v1/subcategory.pb.h"

namespace milepost::gig_catalog {

namespace stored = ::milepost::storage::v1;

// The content is stored beside the code.
template <class C, class Content, class M>
auto ContentIn(Content& content, M& message) {
  return codec::Inline(content, MILEPOST_FIELD(content.name_en, message, name_en),
                       MILEPOST_FIELD(content.name_de, message, name_de),
                       MILEPOST_FIELD(content.milestone_plans, message, milestone_plans),
                       MILEPOST_FIELD(content.milestone_offers, message, milestone_offers),
                       MILEPOST_FIELD(content.plan_thresholds, message, plan_thresholds));
}

template <class C>
void Fields(C& c, codec::Struct<C, Subcategory>& subcategory,
            codec::Message<C, stored::Subcategory>& message) {
  c.All(subcategory,
        codec::NotStored(subcategory.id, subcategory.sequence, subcategory.updated_at, subcategory.deadlines),
        MILEPOST_FIELD(subcategory.code, message, code), ContentIn<C>(subcategory.content, message),
        MILEPOST_FIELD(subcategory.plans_sequence, message, plans_sequence));
}

template <class C>
void Fields(C& c, codec::Struct<C, SubcategoryCreated>& event,
            codec::Message<C, stored::Subcategory>& message) {
  c.All(event, MILEPOST_FIELD(event.code, message, code), ContentIn<C>(event.content, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, SubcategoryUpdated>& event,
            codec::Message<C, stored::Subcategory>& message) {
  c.All(event, MILEPOST_FIELD(event.code, message, code), ContentIn<C>(event.content, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, SubcategoryEvent>& event,
            codec::Message<C, stored::SubcategoryEvent>& message) {
  c.OneOf(event, message, MILEPOST_CASE(SubcategoryCreated, created),
          MILEPOST_CASE(SubcategoryUpdated, updated));
}

std::string EncodeSubcategory(const Subcategory& subcategory) {
  return codec::Encode<stored::Subcategory>(subcategory);
}

absl::StatusOr<Subcategory> DecodeSubcategory(absl::string_view body) {
  return codec::Decode<stored::Subcategory, Subcategory>("subcategory", body);
}

std::string EncodeSubcategoryEvent(const SubcategoryEvent& event) {
  return codec::Encode<stored::SubcategoryEvent>(event);
}

absl::StatusOr<SubcategoryEvent> DecodeSubcategoryEvent(absl::string_view payload) {
  return codec::Decode<stored::SubcategoryEvent, SubcategoryEvent>("subcategory event", payload);
}

}  // namespace milepost::gig_catalog
