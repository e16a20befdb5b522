#include "services/gig_catalog/server/gig_server.h"

#include "migrations/gig_catalog.h"
#include "services/gig_catalog/rpc/gig_access.h"
#include "services/gig_catalog/rpc/gig_catalog_rpc.h"
#include "services/gig_catalog/rpc/gig_feed.h"
#include "services/gig_catalog/server/gig_gauges.h"
#include "services/gig_catalog/store/gig_lists.h"
#include "services/gig_catalog/store/gig_mapping.h"
#include "services/gig_catalog/store/gig_search.h"
#include "services/gig_catalog/store/subcategory_mapping.h"
#include "services/gig_catalog/workers/plan_reviewer.h"
#include "services/gig_catalog/workers/search_filler.h"

namespace milepost::gig_catalog {
namespace {

// They change a few times a year.
service::Options ForSubcategories(service::Options options) {
  options.lanes.lanes = 1;
  options.reads.connections = 1;
  return options;
}
// Between Ticks of the search filler that wrote nothing.
constexpr absl::Duration kFillerPeriod = absl::Seconds(1);

// Searches take far longer than other reads, so they have connections of their own: however many there are, quotes and offers get
// their gigs.
constexpr db::ReadPoolOptions kSearchReads{.connections = 2, .queue_limit = 64};

}  // namespace

GigServer::GigServer(const service::Options& options)
    : shell_(options, GigMapping(),
             {.schema = migrations::gig_catalog(), .collection = "gigs", .feed = GigFeed()}) {
  auto& gigs = shell_.Add<GigAccess>(shell_.access());
  auto& lists = shell_.Add<GigLists>(shell_.reads());
  auto& subcategories =
      shell_.AddAggregates<SubcategoryDomain>(ForSubcategories(options), SubcategoryMapping());
  shell_.AddWorker<PlanReviewer>("plan_reviewer", options.sweep_interval, shell_.executor(), shell_.access(),
                                 options.database);
  auto& search_reads = shell_.Add<db::ReadPool>(options.database, kSearchReads);
  auto& search = shell_.Add<GigSearch>(search_reads);
  shell_.AddQuestion(AskPlanReviews);
  shell_.AddService<GigCatalogRpc>(gigs, lists, subcategories, shell_.queries(), search);
  shell_.AddWorker<SearchFiller>("search_filler", kFillerPeriod, options.database);
}

}  // namespace milepost::gig_catalog
