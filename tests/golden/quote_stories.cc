#include "services/milestone_billing/rpc/quote_token.h"
#include "tests/golden/stories.h"
#include "tests/golden/teller.h"

namespace milepost::golden {
namespace {

// Each package in each workflow, each with an end of its own. quotes/tokens is from before quotes ended.
StoryFile TokensThatEnd() {
  StoryFile file{
      "quotes/tokens_that_end", "Tokens of QuoteOrder with the quote's end and their digest.", {}, {}};
  int number = 30;
  for (const auto package :
       {type::v1::PACKAGE_BASIC, type::v1::PACKAGE_STANDARD, type::v1::PACKAGE_PREMIUM}) {
    for (const auto workflow : {billing::v1::ORDER_TYPE_ONE_TIME, billing::v1::ORDER_TYPE_MILESTONES}) {
      billing::Quote quote;
      quote.buyer = "users/bea";
      quote.gig = GigId(*Uuid::Parse("019ab000-0000-7000-8000-000000000102"));
      quote.package = package;
      quote.workflow = workflow;
      quote.nonce = *Uuid::Parse(absl::StrCat("019ab000-0000-7000-8000-0000000005", number));
      quote.terms_hash = std::string(64, '7');
      quote.expire_time = kStart + 7 * kDay + absl::Seconds(number++);
      file.commits.push_back(
          {absl::StrCat(type::v1::Package_Name(package), ", ", billing::v1::OrderType_Name(workflow)),
           {TextRowOf("quotes", {"buyer", "token"}, db::MakeRow(quote.buyer, billing::EncodeQuote(quote)))}});
    }
  }
  return file;
}

}  // namespace

std::vector<StoryFile> QuoteStories() {
  return {TokensThatEnd()};
}

}  // namespace milepost::golden
