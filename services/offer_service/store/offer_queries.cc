#include "services/offer_service/store/offer_queries.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"

namespace milepost::offers {
namespace {

constexpr char kNewestFirst[] = " ORDER BY created_us DESC, id DESC LIMIT ?";

// A statement that is put together with its parameters.
struct Question {
  std::string sql;
  db::Row parameters;

  void Add(absl::string_view condition, std::initializer_list<db::Value> values) {
    absl::StrAppend(&sql, condition);
    parameters.insert(parameters.end(), values);
  }
  // From the place on to the end of the list, which deleted offers stand behind (kUnlisted).
  void AddRange(const std::optional<OfferPlace>& after) {
    Add(" AND created_us >= 0", {});
    if (after) Add(" AND created_us <= ? AND (created_us < ? OR id < ?)", {after->at, after->at, after->id});
  }
  void AddLimit(size_t limit) { Add(kNewestFirst, {static_cast<int64_t>(limit)}); }
};

// The condition that makes the state be `filter.state` at the instant of the question.
void AddState(const OfferFilter& filter, absl::Time now, Question& question) {
  const bool may_be_draft = !filter.state || *filter.state == OfferState::kDraft;
  if (!filter.drafts && may_be_draft) question.Add(" AND state <> 'DRAFT'", {});
  if (!filter.state) return;
  switch (*filter.state) {
    case OfferState::kSent:
      return question.Add(" AND state = 'SENT' AND expire_us > ?", {now});
    case OfferState::kExpired:
      return question.Add(" AND (state = 'EXPIRED' OR (state = 'SENT' AND expire_us <= ?))", {now});
    default:
      return question.Add(" AND state = ?", {NameOf(*filter.state)});
  }
}

// The rows to look through, and the index that has them in their order: those of the conversation, of the parties or of the
// state.
void AddSource(const OfferFilter& filter, Question& question) {
  const bool by_seller = !filter.seller.empty(), by_buyer = !filter.buyer.empty();
  if (!filter.conversation.empty()) {
    question.Add(by_seller  ? " FORCE INDEX (offers_seller_conversation)"
                 : by_buyer ? " FORCE INDEX (offers_buyer_conversation)"
                            : " FORCE INDEX (offers_conversation)",
                 {});
    question.Add(" WHERE conversation = ?", {filter.conversation});
  } else if (by_seller && by_buyer) {
    question.Add(" FORCE INDEX (offers_parties) WHERE TRUE", {});
  } else if (by_seller || by_buyer) {
    question.Add(
        by_seller ? " FORCE INDEX (offers_seller) WHERE TRUE" : " FORCE INDEX (offers_buyer) WHERE TRUE", {});
  } else {
    question.Add(filter.state ? " FORCE INDEX (offers_all_by_state) WHERE TRUE"
                              : " FORCE INDEX (offers_all) WHERE TRUE",
                 {});
  }
  if (by_seller) question.Add(" AND seller = ?", {filter.seller});
  if (by_buyer) question.Add(" AND buyer = ?", {filter.buyer});
}

Question QuestionOf(const OfferFilter& filter, const std::optional<OfferPlace>& after, absl::Time now,
                    size_t limit) {
  Question question{"SELECT id FROM offers", {}};
  AddSource(filter, question);
  question.AddRange(after);
  AddState(filter, now, question);
  question.AddLimit(limit);
  return question;
}

// Everybody's EXPIRED offers stand in two places of the index by state: as written, and as SENT ones that are due, of which
// the sweeper leaves few.
Question AllExpired(const std::optional<OfferPlace>& after, absl::Time now, size_t limit) {
  Question question{
      "SELECT id FROM ((SELECT created_us, id FROM offers FORCE INDEX (offers_all_by_state)"
      " WHERE state = 'EXPIRED'",
      {}};
  question.AddRange(after);
  question.AddLimit(limit);
  question.Add(
      ") UNION ALL (SELECT created_us, id FROM offers FORCE INDEX (offers_expiring)"
      " WHERE state = 'SENT' AND expire_us <= ?",
      {now});
  question.AddRange(after);
  question.AddLimit(limit);
  question.Add(")) AS expired", {});
  question.AddLimit(limit);
  return question;
}

}  // namespace

absl::StatusOr<std::vector<OfferId>> FindOffers(db::Connection& connection, const OfferFilter& filter,
                                                const std::optional<OfferPlace>& after, absl::Time now,
                                                size_t limit) {
  const bool all = filter.seller.empty() && filter.buyer.empty() && filter.conversation.empty();
  const Question question = all && filter.state == OfferState::kExpired
                                ? AllExpired(after, now, limit)
                                : QuestionOf(filter, after, now, limit);
  std::vector<OfferId> ids;
  MILEPOST_RETURN_IF_ERROR(connection.Query(question.sql, question.parameters, [&](const db::ResultRow& row) {
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
