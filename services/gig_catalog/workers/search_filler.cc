#include "services/gig_catalog/workers/search_filler.h"

#include "common/core/status_macros.h"

namespace milepost::gig_catalog {

absl::StatusOr<size_t> SearchFiller::Tick() {
  if (stopping_ || (walked_ && walked_->elapsed() < rest_)) return 0;
  walked_.reset();
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session_.Get());
  MILEPOST_ASSIGN_OR_RETURN(const SearchFilling::Page page, filling_.NextPage(*connection));
  wrote_ = wrote_ || page.written > 0;
  if (!page.last) return page.written;
  walked_.emplace();
  rest_ = wrote_ ? options_.rest : options_.rest_after_nothing;
  wrote_ = false;
  return 0;
}

}  // namespace milepost::gig_catalog
