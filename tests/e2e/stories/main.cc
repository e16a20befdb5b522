// The story player: plays the stories against running servers and asserts every step.
//   stories --catalog=HOST:PORT --offers=HOST:PORT --billing=HOST:PORT --simulator=HOST:PORT
// Exit status 0 only if everything came out as expected.
#include <iostream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "common/obs/standard_streams.h"
#include "tests/e2e/stories/story.h"

ABSL_FLAG(std::string, catalog, "", "address of gig_catalog, host:port");
ABSL_FLAG(std::string, offers, "", "address of offer_service, host:port");
ABSL_FLAG(std::string, billing, "", "address of milestone_billing, host:port");
ABSL_FLAG(std::string, simulator, "", "address of payment_simulator, host:port");

namespace milepost::e2e {
namespace {

struct Title {
  const char* text;
  void (*play)(Story&);
};
constexpr Title kStories[] = {
    {"Story (a): an order runs from gig to completion", PlayGigToCompletion},
    {"Story (b): an offer in six milestones, a declined payment, an early end", PlayOfferEndedEarly},
    {"Story (c): a delivery meets eight days of silence", PlaySilence},
    {"Story (d): an order of a plan from a template", PlayTemplateToCompletion},
    {"Story (e): a revision, a dispute that an operator splits, a cancellation by consent",
     PlayDisputeAndCancellation},
    {"Story (f): a seller who never delivers", PlayNeverDelivered},
};

int PlayAll(const Addresses& addresses) {
  PlatformClient client(addresses);
  const std::string run_tag = NewRequestId().substr(24);
  int passed = 0, failed = 0;
  for (const Title& title : kStories) {
    try {
      Story story(client, title.text, run_tag);
      title.play(story);
      ++passed;
    } catch (const StoryFailed& failure) {
      std::cout << "FAILED: " << failure.what() << std::endl;
      ++failed;
    }
  }
  std::cout << "\nstories: " << passed << " passed, " << failed << " failed" << std::endl;
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace milepost::e2e

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  absl::SetProgramUsageMessage("plays Milepost's stories against running servers");
  absl::ParseCommandLine(argc, argv);
  const milepost::e2e::Addresses addresses{absl::GetFlag(FLAGS_catalog), absl::GetFlag(FLAGS_offers),
                                           absl::GetFlag(FLAGS_billing), absl::GetFlag(FLAGS_simulator)};
  for (const std::string& address :
       {addresses.catalog, addresses.offers, addresses.billing, addresses.simulator}) {
    if (!address.empty()) continue;
    std::cerr
        << "stories: --catalog, --offers, --billing and --simulator are all needed, each as host:port\n";
    return 2;
  }
  return milepost::e2e::PlayAll(addresses);
}
