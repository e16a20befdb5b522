#include "tests/torture/database_host.h"

#include <cstdlib>
#include <future>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/core/clock.h"
#include "tests/support/mariadb_server.h"
#include "tests/support/scratch_folder.h"

namespace milepost::torture {
namespace {

namespace fs = std::filesystem;

class PrivateDatabase : public DatabaseHost {
 public:
  // The socket lies in a folder of its own below /tmp: its path must be short.
  explicit PrivateDatabase(const fs::path& folder)
      : folder_(folder), socket_folder_(MakeSocketFolder()), server_(folder, socket_folder_, Flags()) {
    server_.Start();
  }
  ~PrivateDatabase() override {
    server_.Kill();
    std::error_code ignored;
    fs::remove_all(socket_folder_, ignored);
  }

  int nodes() const override { return 1; }
  db::ConnectOptions Access(int) const override { return server_.access(); }
  absl::Status Kill(int) override {
    server_.Kill();
    return absl::OkStatus();
  }
  absl::Status Start(int) override {
    server_.Start();
    return absl::OkStatus();
  }
  absl::Status StartAll() override { return Start(0); }
  std::string WhereItIs() const override { return (folder_ / "data").string(); }

 private:
  static std::vector<std::string> Flags() {
    return {"--innodb-buffer-pool-size=256M", "--innodb-flush-log-at-trx-commit=1"};
  }
  static fs::path MakeSocketFolder() {
    const fs::path folder = absl::StrCat("/tmp/mptorture.", getpid());
    testing::RemoveLeftBehind("/tmp", "mptorture");
    fs::create_directories(folder);
    return folder;
  }

  const fs::path folder_, socket_folder_;
  testing::MariaDbServer server_;
};

class DatabaseOfOthers : public DatabaseHost {
 public:
  DatabaseOfOthers(std::vector<db::ConnectOptions> nodes, const ForeignDatabase& database)
      : nodes_(std::move(nodes)), database_(database) {}

  int nodes() const override { return static_cast<int>(nodes_.size()); }
  db::ConnectOptions Access(int node) const override { return nodes_[node]; }
  absl::Status Kill(int node) override { return Run(database_.kill_command, node); }
  absl::Status Start(int node) override {
    if (absl::Status run = Run(database_.start_command, node); !run.ok()) return run;
    constexpr absl::Duration kPatience = absl::Minutes(2), kPoll = absl::Milliseconds(50);
    for (const absl::Time until = WallNow() + kPatience; WallNow() < until;) {
      if (db::Connection::Open(nodes_[node]).ok()) return absl::OkStatus();
      std::this_thread::sleep_for(absl::ToChronoMilliseconds(kPoll));
    }
    return absl::DeadlineExceededError(absl::StrCat("node ", node + 1, " of the database did not come back"));
  }
  absl::Status StartAll() override {
    std::vector<std::future<absl::Status>> starts;
    for (int node = 0; node < nodes(); ++node)
      starts.push_back(std::async(std::launch::async, [this, node] { return Start(node); }));
    absl::Status all = absl::OkStatus();
    for (std::future<absl::Status>& start : starts) all.Update(start.get());
    return all;
  }
  std::string WhereItIs() const override { return absl::StrJoin(database_.nodes, ", "); }

 private:
  absl::Status Run(const std::string& command, int node) const {
    if (command.empty())
      return absl::FailedPreconditionError("no command to kill or start the database with");
    const int status = std::system(absl::StrCat("export NODE=", node + 1, "; ", command).c_str());
    if (status == 0) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("'", command, "' ended with ", status));
  }

  const std::vector<db::ConnectOptions> nodes_;
  const ForeignDatabase database_;
};

}  // namespace

std::unique_ptr<DatabaseHost> StartPrivateDatabase(const fs::path& folder) {
  fs::create_directories(folder / "db");
  return std::make_unique<PrivateDatabase>(folder / "db");
}

absl::StatusOr<std::unique_ptr<DatabaseHost>> UseForeignDatabase(const ForeignDatabase& database) {
  std::vector<db::ConnectOptions> nodes;
  for (const std::string& node : database.nodes) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(node, absl::MaxSplits(':', 1));
    int port = 0;
    if (parts.first.empty() || !absl::SimpleAtoi(parts.second, &port) || port < 1 || port > 65535)
      return absl::InvalidArgumentError(absl::StrCat("'", node, "' is not host:port"));
    db::ConnectOptions options;
    options.host = parts.first;
    options.port = static_cast<uint16_t>(port);
    options.user = database.user;
    options.password = database.password;
    nodes.push_back(options);
  }
  return std::make_unique<DatabaseOfOthers>(std::move(nodes), database);
}

}  // namespace milepost::torture
