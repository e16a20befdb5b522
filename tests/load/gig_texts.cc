#include "tests/load/gig_texts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/id.h"

namespace milepost::load {
namespace {

using gig_catalog::Gig;

constexpr size_t kVocabulary = 60'000;
constexpr size_t kWordsOfTitle = 6, kWordsOfDescription = 60;
constexpr double kSteepness = 0.9;  // a word of rank r is drawn r^-0.9 times as often as the first
// Ten of those that ship.
constexpr std::array<const char*, 10> kSubcategories = {
    "app-website-design", "business-plans", "copywriting", "data-analysis", "illustration",
    "logo-design",        "mobile-apps",    "translation", "voice-over",    "website-development"};

// Where in the vocabulary a word of two characters stands: some common ones, most of them rare.
constexpr std::array<std::pair<size_t, const char*>, 8> kShort = {{{60, "ai"},
                                                                   {400, "3d"},
                                                                   {700, "ui"},
                                                                   {900, "ux"},
                                                                   {1500, "vr"},
                                                                   {2500, "4k"},
                                                                   {4000, "2d"},
                                                                   {9000, "hd"}}};

// A made-up word, another for each number.
std::string WordOf(size_t number) {
  static constexpr std::array<const char*, 16> kSyllables = {"ba", "do", "fi", "ge", "ka", "lo", "mi", "nu",
                                                             "pa", "re", "si", "to", "vu", "wa", "xe", "zo"};
  std::string word = kSyllables[number % 16];
  for (number /= 16; number > 0; number /= 16) word += kSyllables[number % 16];
  return word + "n";
}

}  // namespace

GigTexts::GigTexts(uint64_t seed) : random_(seed), gigs_with_(kVocabulary) {
  double sum = 0;
  for (size_t rank = 0; rank < kVocabulary; ++rank) {
    vocabulary_.push_back(WordOf(rank));
    sum += std::pow(static_cast<double>(rank + 1), -kSteepness);
    weights_.push_back(sum);
  }
  for (const auto& [rank, word] : kShort) vocabulary_[rank] = word;
}

std::string GigTexts::Draw(size_t words, std::vector<uint32_t>& drawn) {
  std::uniform_real_distribution<double> weight(0, weights_.back());
  std::string text;
  for (size_t i = 0; i < words; ++i) {
    const auto found = std::lower_bound(weights_.begin(), weights_.end(), weight(random_));
    const auto rank = static_cast<uint32_t>(std::min<size_t>(found - weights_.begin(), kVocabulary - 1));
    absl::StrAppend(&text, text.empty() ? "" : " ", vocabulary_[rank]);
    drawn.push_back(rank);
  }
  return text;
}

Gig GigTexts::Next() {
  Gig gig;
  const int number = made_++;
  gig.created_at = gig.updated_at = absl::FromUnixSeconds(1'700'000'000) + absl::Minutes(number);
  gig.id = GigId(NewUuid(gig.created_at));
  gig.sequence = 2;
  gig.seller = absl::StrCat("users/seller-", number % 50'000);
  gig.state = gig_catalog::GigState::kPublished;
  std::vector<uint32_t> drawn;
  gig.title = Draw(kWordsOfTitle, drawn).substr(0, 80);
  gig.description = Draw(kWordsOfDescription, drawn);
  std::sort(drawn.begin(), drawn.end());
  drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
  for (const uint32_t rank : drawn) ++gigs_with_[rank];
  gig.subcategory = kSubcategories[number % kSubcategories.size()];
  const auto cents = static_cast<int64_t>(500 + random_() % 100'000);
  gig.packages[gig_catalog::Tier::kBasic] = {Money::Usd(cents), 7, {false, 2}};
  gig.packages[gig_catalog::Tier::kPremium] = {Money::Usd(cents * 3), 21, {true, 0}};
  if (number % 4 != 0) return gig;
  gig.subcategory = "business-plans";
  gig.packages[gig_catalog::Tier::kBasic].price = Money::Usd(cents + 10'001);
  gig.plan.state = gig_catalog::PlanState::kActive;
  gig_catalog::Milestone milestone;
  milestone.title = milestone.description = "Work";
  milestone.packages[gig_catalog::Tier::kBasic] = {};
  gig.plan.draft.milestones = {milestone, milestone};
  gig.plan.published = gig_catalog::PublishedPlan{1, gig.created_at, gig.plan.draft};
  return gig;
}

std::vector<std::string> GigTexts::WordsWith(uint64_t least, uint64_t most, size_t count) const {
  std::vector<std::string> all;
  for (size_t rank = 0; rank < kVocabulary; ++rank)
    if (gigs_with_[rank] >= least && gigs_with_[rank] <= most) all.push_back(vocabulary_[rank]);
  if (all.size() <= count) return all;
  std::vector<std::string> words;
  for (size_t i = 0; i < count; ++i) words.push_back(all[i * all.size() / count]);
  return words;
}

std::vector<std::string> GigTexts::ShortWords(uint64_t most) const {
  std::vector<std::string> words;
  for (const auto& [rank, word] : kShort)
    if (gigs_with_[rank] > 0 && gigs_with_[rank] <= most) words.push_back(word);
  return words;
}

}  // namespace milepost::load
