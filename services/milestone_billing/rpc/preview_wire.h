// Shows the preview of a step that moves money (W3). Pure.
#pragma once

#include "milepost/type/v1/money_preview.pb.h"
#include "services/milestone_billing/domain/preview.h"

namespace milepost::billing {

void Write(const MoneyPreview& preview, type::v1::MoneyPreview& wire);  // which is empty

}  // namespace milepost::billing
