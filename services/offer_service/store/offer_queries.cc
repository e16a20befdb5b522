#include "services/offer_service/store/offer_queries.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"

namespace milepost::offers {
namespace {

// The condition that makes the state be `filter.state` at the instant of the question, with its parameters.
std::string StateCondition(const OfferFilter& filter, absl::Time now, db::Row& parameters) {
  if (!filter.state) return filter.side == Side::kSeller ? "" : " AND state <> 'DRAFT'";
  if (*filter.state == OfferState::kDraft && filter.side == Side::kBuyer) return " AND FALSE";
  switch (*filter.state) {
    case OfferState::kSent:
      parameters.emplace_back(now);
      return " AND state = 'SENT' AND expire_us > ?";
    case OfferState::kExpired:
      parameters.emplace_back(now);
      return " AND (state = 'EXPIRED' OR (state = 'SENT' AND expire_us <= ?))";
    default:
      parameters.emplace_back(NameOf(*filter.state));
      return " AND state = ?";
  }
}

}  // namespace

absl::StatusOr<std::vector<OfferId>> FindOffers(db::Connection& connection, const OfferFilter& filter,
                                                const std::optional<OfferPlace>& after, absl::Time now,
                                                size_t limit) {
  const char* const side = filter.side == Side::kSeller ? "seller" : "buyer";
  db::Row parameters;
  parameters.emplace_back(filter.user);
  std::string sql = absl::StrCat("SELECT id FROM offers WHERE ", side, " = ?");
  if (after) {
    sql += " AND created_us <= ? AND (created_us < ? OR id < ?)";
    parameters.emplace_back(after->at);
    parameters.emplace_back(after->at);
    parameters.emplace_back(after->id);
  }
  sql += StateCondition(filter, now, parameters);
  sql += " ORDER BY created_us DESC, id DESC LIMIT ?";
  parameters.emplace_back(static_cast<int64_t>(limit));
  std::vector<OfferId> ids;
  MILEPOST_RETURN_IF_ERROR(connection.Query(sql, parameters, [&](const db::ResultRow& row) {
    ids.push_back(OfferId(row.Id(0)));
    return absl::OkStatus();
  }));
  return ids;
}

absl::StatusOr<std::vector<OfferPlace>> FindAccepting(db::Connection& connection,
                                                      const std::optional<OfferPlace>& after,
                                                      absl::Time until, size_t limit) {
  constexpr char kSql[] =
      "SELECT accepting_since_us, id FROM offers"
      " WHERE accepting_since_us >= ? AND accepting_since_us <= ? AND (accepting_since_us > ? OR id > ?)"
      " ORDER BY accepting_since_us, id LIMIT ?";
  const OfferPlace start = after.value_or(OfferPlace{absl::UnixEpoch(), OfferId()});
  const db::Row parameters = {start.at, until, start.at, start.id, static_cast<int64_t>(limit)};
  std::vector<OfferPlace> places;
  MILEPOST_RETURN_IF_ERROR(connection.Query(kSql, parameters, [&](const db::ResultRow& row) {
    places.push_back({row.Instant(0), OfferId(row.Id(1))});
    return absl::OkStatus();
  }));
  return places;
}

}  // namespace milepost::offers
