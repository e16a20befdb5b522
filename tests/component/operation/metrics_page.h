// The metrics page of a server as Prometheus reads it: fetched over HTTP and parsed line by line, without mercy.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/support/server_process.h"

namespace milepost::operation {

struct PageFamily {
  std::string type;
  std::string help;
  std::map<std::string, double> samples;  // by "name{labels}", as it stands on the page
};
using Page = std::map<std::string, PageFamily>;

// The body that GET `path` answers with status 200; UNAVAILABLE or what the status says otherwise.
absl::StatusOr<std::string> Fetch(int port, absl::string_view path);
// INVALID_ARGUMENT with the line that is no part of the text format, or breaks a rule of it: HELP before TYPE before the
// samples, each once; each sample of the family announced above it; buckets that grow up to _count.
absl::StatusOr<Page> ParsePage(absl::string_view text);

// The port that the server logged; dies where it logged none.
int MetricsPortOf(const testing::ServerProcess& server);
// The server's page now; a failure of the test and an empty page where there is none.
Page PageOf(const testing::ServerProcess& server);
// A sample's value; NaN where there is none.
double ValueOf(const Page& page, absl::string_view sample);

}  // namespace milepost::operation
