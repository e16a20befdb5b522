// The stories that the corpus was written from, told by the code as it is now. Each gives one file. Pure: fixed ids, times and
// texts.
#pragma once

#include <vector>

#include "tests/golden/rows.h"

namespace milepost::golden {

std::vector<StoryFile> GigStories();
std::vector<StoryFile> SubcategoryStories();
std::vector<StoryFile> OfferStories();
std::vector<StoryFile> OrderStories();
// Orders that are late, disputed or cancelled.
std::vector<StoryFile> WaysOutStories();
// Orders some of whose rows no command of today's writes: texts that were erased, events from before the chain.
std::vector<StoryFile> StandingOrderStories();
std::vector<StoryFile> QuoteStories();
// Uses a scratch folder for the journal's file.
std::vector<StoryFile> SimulatorStories();

inline std::vector<StoryFile> AllStories() {
  std::vector<StoryFile> all;
  for (auto* stories : {GigStories, SubcategoryStories, OfferStories, OrderStories, WaysOutStories,
                        StandingOrderStories, QuoteStories, SimulatorStories})
    for (StoryFile& file : stories()) all.push_back(std::move(file));
  return all;
}

}  // namespace milepost::golden
