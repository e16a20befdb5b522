// The command line of a service with a database: the settings and commands that all services share.
//
//   service::Options options;
//   service::Flags flags("gig-catalog", "Gigs and their milestone plans.", "gig_catalog", options);
//   return flags.Run(argc, argv, migrations::gig_catalog(), [&] { return Serve(flags.shared(), options); });
#pragma once

#include <functional>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "common/db/migrations.h"
#include "common/rpc/flags.h"
#include "common/rpc/service_flags.h"
#include "common/service/database_flags.h"
#include "common/service/options.h"

namespace milepost::service {

class Flags {
 public:
  // `schema` is the service's own. `options` outlives this object; the shared ones among them are set when Run has read the
  // command line, and keep their defaults until then.
  Flags(absl::string_view service, absl::string_view purpose, absl::string_view schema, Options& options);
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  // The flags, to add settings that only this service has.
  rpc::FlagSet& own() { return shared_.flags(); }
  const rpc::ServiceFlags& shared() const { return shared_; }

  using Command = std::function<int()>;
  // Reads the command line and runs the command that it names: serve, migrate, health, or one of the service's own, which
  // own() knows. The process's exit code.
  int Run(int argc, char** argv, const db::MigrationSet& schema, const Command& serve,
          const std::map<std::string, Command>& others = {});

 private:
  void SetOptions();

  rpc::ServiceFlags shared_;
  DatabaseFlags database_;
  Options& options_;
};

}  // namespace milepost::service
