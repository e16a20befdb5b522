#include "services/gig_catalog/workers/search_filler.h"

#include "common/core/status_macros.h"

namespace milepost::gig_catalog {

absl::StatusOr<size_t> SearchFiller::Tick() {
  if (stopping_ || (walked_ && walked_->elapsed() < options_.rest)) return 0;
  walked_.reset();
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session_.Get());
  MILEPOST_ASSIGN_OR_RETURN(const bool goes_on, filling_.NextPage(*connection));
  if (goes_on) return 1;
  walked_.emplace();
  return 0;
}

}  // namespace milepost::gig_catalog
