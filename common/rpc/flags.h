// Settings of a program: command line flags, each with an environment variable of the same name.
//
//   FlagSet flags("gig-catalog", "Gigs and their milestone plans.");
//   flags.AddCommand("serve", "Takes calls until SIGTERM.");
//   flags.AddDuration("drain_time", &drain_time, absl::Seconds(1), absl::Minutes(5), "How long running calls
//   may take."); const std::string command = flags.ParseOrExit(argc, argv);
//
// --drain_time=8s wins over MILEPOST_DRAIN_TIME=8s, which wins over the default (what the variable held when
// it was added); a variable is not even read where its flag is given. A wrong value, an unknown flag and an unknown command
// stop the start with one line that names the flag, the value and what is allowed. Secrets never stand on a command line.
// Not thread-safe; used once, at the start.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace milepost::rpc {

class FlagSet {
 public:
  // Reads an environment variable, as getenv does: null for a variable that is not set.
  using Environment = std::function<const char*(const char*)>;

  FlagSet(absl::string_view program, absl::string_view purpose) : program_(program), purpose_(purpose) {}

  // Adds a command, the program's first argument. The first command added is the default.
  void AddCommand(absl::string_view name, absl::string_view help);

  // Each variable must outlive Parse and keeps its value where nothing sets the flag. Names are
  // lower_snake_case.
  void AddText(absl::string_view name, std::string* value, absl::string_view help);
  void AddChoice(absl::string_view name, std::string* value, std::vector<std::string> allowed,
                 absl::string_view help);
  // A setting that only MILEPOST_<NAME> can set: the environment decides it, not the person who starts the process. An
  // empty list of `allowed` stands for any text.
  void AddVariable(absl::string_view name, std::string* value, std::vector<std::string> allowed,
                   absl::string_view help);
  // "127.0.0.1:50051", "[::]:0": where to listen; empty only where the default is.
  void AddAddress(absl::string_view name, std::string* value, absl::string_view help);
  void AddBool(absl::string_view name, bool* value, absl::string_view help);
  void AddInt(absl::string_view name, int64_t* value, int64_t least, int64_t greatest,
              absl::string_view help);
  void AddInt(absl::string_view name, int* value, int least, int greatest, absl::string_view help);
  // "8s", "1m30s", "250ms".
  void AddDuration(absl::string_view name, absl::Duration* value, absl::Duration least,
                   absl::Duration greatest, absl::string_view help);
  // A file that exists and can be read, with any content; or none.
  void AddFile(absl::string_view name, std::string* path, absl::string_view help);
  // By MILEPOST_<NAME>, or as the content of the file (without its last line break) that --<name>_file or
  // MILEPOST_<NAME>_FILE names.
  void AddSecret(absl::string_view name, std::string* value, absl::string_view help);

  // A rule over several settings, or for one command, checked after all settings are read. Returns one line that
  // names flag, value and allowed values; empty if the rule holds.
  using Check = std::function<std::string(absl::string_view command)>;
  void AddCheck(Check check) { checks_.push_back(std::move(check)); }
  // The command `command` needs this text: `value` was added before, and is `what` ("GigCatalog's host:port").
  void Require(absl::string_view command, absl::string_view name, const std::string* value,
               absl::string_view what);
  // The flag `name` and the flags `others`, all added before, are two ways to set the same thing, as a secret and its file are:
  // where one side is given on the command line, the variables of the other are not read.
  void AddAlternative(absl::string_view name, std::vector<std::string> others);

  // The command. InvalidArgument with a line for the user. `arguments` without the program's own name.
  absl::StatusOr<std::string> Parse(const std::vector<std::string>& arguments,
                                    const Environment& environment);
  // The same for main: for --help prints Help() and exits with 0; for an error prints its line and exits with 2.
  std::string ParseOrExit(int argc, char** argv);

  // Of the names of an environment, those that begin with MILEPOST_ and belong neither to a flag nor to ./dev and the tests.
  // Kubernetes makes some for each Service whose name begins with "milepost-" (service links): those are listed apart.
  struct Strangers {
    std::vector<std::string> unknown;
    std::vector<std::string> service_links;
  };
  Strangers StrangersAmong(const std::vector<std::string>& variables) const;
  // The names of this process's environment.
  static std::vector<std::string> VariablesOfThisProcess();

  std::string Help() const;
  // The environment variable of a flag: MILEPOST_DRAIN_TIME.
  static std::string VariableOf(absl::string_view flag);

 private:
  struct Flag {
    std::string name;
    std::string help;
    std::string allowed;        // "1s to 5m", "a number", …
    std::string default_value;  // as text; empty = none
    bool is_bool = false;
    bool is_variable = false;                          // set from the environment only
    bool is_secret = false;                            // … because it is one
    bool names_secret = false;                         // the file of one, or by mistake the secret itself
    std::function<bool(const std::string& text)> set;  // false = not allowed
  };
  struct Command {
    std::string name;
    std::string help;
  };
  // The content of a command line, before it is checked.
  struct Given {
    Flag* flag;
    std::string text;
  };
  struct CommandLine {
    std::optional<std::string> command;
    std::vector<Given> flags;
  };

  Flag* Find(absl::string_view name);
  static absl::Status Set(Flag& flag, absl::string_view source, const std::string& text);
  absl::Status SetFromEnvironment(const Environment& environment, const CommandLine& line);
  absl::StatusOr<CommandLine> Read(const std::vector<std::string>& arguments);
  // OK where the flag may be given on the command line.
  static absl::Status CheckPlace(const Flag& flag);
  absl::Status CheckCommand(const std::string& name) const;

  std::string program_;
  std::string purpose_;
  std::vector<Command> commands_;
  std::vector<Flag> flags_;
  std::vector<Check> checks_;
  std::vector<std::pair<std::string, std::string>> alternatives_;
};

}  // namespace milepost::rpc
