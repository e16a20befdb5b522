// The image's entrypoint. An image without a shell can't have a script for it.
//   milepost SERVER [serve|migrate|health] [--flag=value …]
//   milepost pause SECONDS
// The server takes this process's place, so that signals reach it and its exit code is the container's. Kubernetes runs
// `pause` before it stops a server (preStop in k8s/base/pods/server.yaml).
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kWrongUse = 2;
constexpr const char* kServers[][2] = {
    {"gig_catalog", "/usr/local/bin/gig_catalog"},
    {"offer_service", "/usr/local/bin/offer_service"},
    {"milestone_billing", "/usr/local/bin/milestone_billing"},
    {"payment_simulator", "/usr/local/bin/payment_simulator"},
};

int Pause(const char* text) {
  char* end = nullptr;
  const unsigned long seconds = std::strtoul(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || seconds > 3600) {
    std::fprintf(stderr, "milepost: pause wants 0 to 3600 seconds; got '%s'\n", text);
    return kWrongUse;
  }
  sleep(static_cast<unsigned>(seconds));
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const char* name = count > 1 ? arguments[1] : "";
  for (const auto& [server, path] : kServers) {
    if (std::strcmp(name, server) != 0) continue;
    execv(path, arguments + 1);
    std::fprintf(stderr, "milepost: %s: %s\n", path, std::strerror(errno));
    return kWrongUse;
  }
  if (count == 3 && std::strcmp(name, "pause") == 0) return Pause(arguments[2]);
  std::fprintf(stderr,
               "milepost: which server? gig_catalog, offer_service, milestone_billing or payment_simulator "
               "(or: pause SECONDS); got '%s'\n",
               name);
  return kWrongUse;
}
