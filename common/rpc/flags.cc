#include "common/rpc/flags.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/core/status_macros.h"
#include "re2/re2.h"

namespace milepost::rpc {
namespace {

constexpr char kPrefix[] = "MILEPOST_";

// What Kubernetes puts into a pod's environment for a Service, behind the Service's name.
bool IsServiceLink(const std::string& variable) {
  static const LazyRE2 kLink = {
      ".+_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"};
  return RE2::FullMatch(variable, *kLink);
}

// The value of one of them, MILEPOST_DATABASE_PORT=tcp://10.0.0.5:3306, where a setting of ours has the same name.
bool IsServiceLinkValue(absl::string_view text) {
  return absl::c_any_of(std::initializer_list<absl::string_view>{"tcp://", "udp://", "sctp://"},
                        [&](absl::string_view scheme) { return absl::StartsWith(text, scheme); });
}

// Set by ./dev and the tests for themselves; the servers that they start inherit them.
bool IsOfOurTools(absl::string_view variable) {
  return variable == "MILEPOST_RUN" || variable == "MILEPOST_VAR" ||
         absl::StartsWith(variable, "MILEPOST_TEST_DATABASE");
}

std::optional<std::string> ReadSecretFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) return std::nullopt;
  const std::string bytes = content.str();
  return std::string(absl::StripSuffix(absl::StripSuffix(bytes, "\n"), "\r"));
}

bool CanBeRead(const std::string& path) {
  std::ifstream file(path);
  return file && (file.peek(), !file.bad());
}

bool IsAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  return colon != absl::string_view::npos && absl::SimpleAtoi(text.substr(colon + 1), &port) && port <= 65535;
}

}  // namespace

std::string FlagSet::VariableOf(absl::string_view flag) {
  return absl::StrCat(kPrefix, absl::AsciiStrToUpper(flag));
}

void FlagSet::AddCommand(absl::string_view name, absl::string_view help) {
  commands_.push_back({std::string(name), std::string(help)});
}

void FlagSet::AddText(absl::string_view name, std::string* value, absl::string_view help) {
  flags_.push_back({.name = std::string(name),
                    .help = std::string(help),
                    .allowed = "a text",
                    .default_value = *value,
                    .set = [value](const std::string& text) {
                      *value = text;
                      return true;
                    }});
}

void FlagSet::AddChoice(absl::string_view name, std::string* value, std::vector<std::string> allowed,
                        absl::string_view help) {
  const std::string list = absl::StrCat("one of ", absl::StrJoin(allowed, ", "));
  flags_.push_back({.name = std::string(name),
                    .help = std::string(help),
                    .allowed = list,
                    .default_value = *value,
                    .set = [value, allowed = std::move(allowed)](const std::string& text) {
                      if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) return false;
                      *value = text;
                      return true;
                    }});
}

void FlagSet::AddVariable(absl::string_view name, std::string* value, std::vector<std::string> allowed,
                          absl::string_view help) {
  if (allowed.empty())
    AddText(name, value, help);
  else
    AddChoice(name, value, std::move(allowed), help);
  flags_.back().is_variable = true;
}

void FlagSet::AddAddress(absl::string_view name, std::string* value, absl::string_view help) {
  const bool may_be_empty = value->empty();
  flags_.push_back(
      {.name = std::string(name),
       .help = std::string(help),
       .allowed = absl::StrCat("address:port with a port of 0 to 65535", may_be_empty ? ", or nothing" : ""),
       .default_value = *value,
       .set = [value, may_be_empty](const std::string& text) {
         if (text.empty() ? !may_be_empty : !IsAddress(text)) return false;
         *value = text;
         return true;
       }});
}

void FlagSet::AddBool(absl::string_view name, bool* value, absl::string_view help) {
  flags_.push_back({.name = std::string(name),
                    .help = std::string(help),
                    .allowed = "true or false",
                    .default_value = *value ? "true" : "false",
                    .is_bool = true,
                    .set = [value](const std::string& text) {
                      if (text != "true" && text != "false") return false;
                      *value = text == "true";
                      return true;
                    }});
}

void FlagSet::AddInt(absl::string_view name, int64_t* value, int64_t least, int64_t greatest,
                     absl::string_view help) {
  flags_.push_back({.name = std::string(name),
                    .help = std::string(help),
                    .allowed = absl::StrCat(least, " to ", greatest),
                    .default_value = absl::StrCat(*value),
                    .set = [value, least, greatest](const std::string& text) {
                      int64_t number = 0;
                      if (!absl::SimpleAtoi(text, &number) || number < least || number > greatest)
                        return false;
                      *value = number;
                      return true;
                    }});
}

void FlagSet::AddInt(absl::string_view name, int* value, int least, int greatest, absl::string_view help) {
  flags_.push_back({.name = std::string(name),
                    .help = std::string(help),
                    .allowed = absl::StrCat(least, " to ", greatest),
                    .default_value = absl::StrCat(*value),
                    .set = [value, least, greatest](const std::string& text) {
                      int number = 0;
                      if (!absl::SimpleAtoi(text, &number) || number < least || number > greatest)
                        return false;
                      *value = number;
                      return true;
                    }});
}

void FlagSet::AddDuration(absl::string_view name, absl::Duration* value, absl::Duration least,
                          absl::Duration greatest, absl::string_view help) {
  flags_.push_back(
      {.name = std::string(name),
       .help = std::string(help),
       .allowed = absl::StrCat(absl::FormatDuration(least), " to ", absl::FormatDuration(greatest)),
       .default_value = absl::FormatDuration(*value),
       .set = [value, least, greatest](const std::string& text) {
         absl::Duration duration;
         if (!absl::ParseDuration(text, &duration) || duration < least || duration > greatest) return false;
         *value = duration;
         return true;
       }});
}

void FlagSet::AddFile(absl::string_view name, std::string* path, absl::string_view help) {
  flags_.push_back({.name = std::string(name),
                    .help = std::string(help),
                    .allowed = "a file that can be read, or nothing",
                    .default_value = *path,
                    .set = [path](const std::string& text) {
                      if (!text.empty() && !CanBeRead(text)) return false;
                      *path = text;
                      return true;
                    }});
}

void FlagSet::AddSecret(absl::string_view name, std::string* value, absl::string_view help) {
  flags_.push_back({.name = std::string(name),
                    .help = std::string(help),
                    .allowed = "a text",
                    .is_variable = true,
                    .is_secret = true,
                    .set = [value](const std::string& text) {
                      *value = text;
                      return true;
                    }});
  flags_.push_back({.name = absl::StrCat(name, "_file"),
                    .help = absl::StrCat("The file that ", name, " is read from."),
                    .allowed = "a file that can be read",
                    .names_secret = true,
                    .set = [value](const std::string& path) {
                      const std::optional<std::string> secret = ReadSecretFile(path);
                      if (secret) *value = *secret;
                      return secret.has_value();
                    }});
  AddAlternative(name, {absl::StrCat(name, "_file")});
}

void FlagSet::Require(absl::string_view command, absl::string_view name, const std::string* value,
                      absl::string_view what) {
  const std::string missing = absl::StrCat("--", name, ": \"\" is not allowed; give ", what);
  AddCheck([command = std::string(command), value, missing](absl::string_view given) {
    return given == command && value->empty() ? missing : "";
  });
}

FlagSet::Flag* FlagSet::Find(absl::string_view name) {
  const auto found =
      std::find_if(flags_.begin(), flags_.end(), [&](const Flag& flag) { return flag.name == name; });
  return found == flags_.end() ? nullptr : &*found;
}

absl::Status FlagSet::Set(Flag& flag, absl::string_view source, const std::string& text) {
  if (flag.set(text)) return absl::OkStatus();
  const bool is_shown = !flag.names_secret || absl::StrContains(text, '/');
  return absl::InvalidArgumentError(
      absl::StrCat(source, ": ", is_shown ? absl::StrCat("\"", text, "\"") : "what it says (no path)",
                   " is not allowed; give ", flag.allowed));
}

void FlagSet::AddAlternative(absl::string_view name, std::vector<std::string> others) {
  for (std::string& other : others) alternatives_.emplace_back(std::string(name), std::move(other));
}

absl::Status FlagSet::SetFromEnvironment(const Environment& environment, const CommandLine& line) {
  const auto is_given = [&](absl::string_view name) {
    return absl::c_any_of(line.flags, [&](const Given& given) { return given.flag->name == name; });
  };
  for (Flag& flag : flags_) {
    const bool is_said = is_given(flag.name) || absl::c_any_of(alternatives_, [&](const auto& pair) {
                           return (pair.first == flag.name && is_given(pair.second)) ||
                                  (pair.second == flag.name && is_given(pair.first));
                         });
    const std::string variable = VariableOf(flag.name);
    const char* const text = is_said ? nullptr : environment(variable.c_str());
    if (!text) continue;
    const absl::Status status = Set(flag, variable, text);
    if (status.ok()) continue;
    if (!IsServiceLinkValue(text)) return status;
    return absl::InvalidArgumentError(
        absl::StrCat(status.message(),
                     ". Kubernetes sets this for a Service of such a name (service links): set "
                     "enableServiceLinks: false in the pod"));
  }
  return absl::OkStatus();
}

FlagSet::Strangers FlagSet::StrangersAmong(const std::vector<std::string>& variables) const {
  Strangers strangers;
  for (const std::string& variable : variables) {
    if (!absl::StartsWith(variable, kPrefix) || IsOfOurTools(variable)) continue;
    if (absl::c_any_of(flags_, [&](const Flag& flag) { return VariableOf(flag.name) == variable; })) continue;
    (IsServiceLink(variable) ? strangers.service_links : strangers.unknown).push_back(variable);
  }
  return strangers;
}

std::vector<std::string> FlagSet::VariablesOfThisProcess() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view text = *entry;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

absl::Status FlagSet::CheckCommand(const std::string& name) const {
  std::vector<std::string> names;
  for (const Command& command : commands_) names.push_back(command.name);
  if (std::find(names.begin(), names.end(), name) != names.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not a command; give ",
                                                 names.empty() ? "none" : absl::StrJoin(names, ", ")));
}

absl::Status FlagSet::CheckPlace(const Flag& flag) {
  if (flag.is_secret) {
    return absl::InvalidArgumentError(absl::StrCat("--", flag.name,
                                                   ": a secret is not taken from the command line; use --",
                                                   flag.name, "_file or ", VariableOf(flag.name)));
  }
  if (flag.is_variable) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag.name, ": is not taken from the command line; the environment says ",
                     VariableOf(flag.name)));
  }
  return absl::OkStatus();
}

absl::StatusOr<FlagSet::CommandLine> FlagSet::Read(const std::vector<std::string>& arguments) {
  CommandLine line;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view rest = arguments[i];
    if (!absl::ConsumePrefix(&rest, "--")) {
      if (line.command)
        return absl::InvalidArgumentError(absl::StrCat("\"", rest, "\" is one argument too many"));
      line.command = arguments[i];
      MILEPOST_RETURN_IF_ERROR(CheckCommand(*line.command));
      continue;
    }
    const size_t equals = rest.find('=');
    const std::string name(rest.substr(0, equals));
    Flag* const flag = Find(name);
    if (!flag)
      return absl::InvalidArgumentError(absl::StrCat("--", name, ": there is no such flag; see --help"));
    MILEPOST_RETURN_IF_ERROR(CheckPlace(*flag));
    if (equals != absl::string_view::npos) {
      line.flags.push_back({flag, std::string(rest.substr(equals + 1))});
    } else if (flag->is_bool) {
      line.flags.push_back({flag, "true"});
    } else if (i + 1 < arguments.size()) {
      line.flags.push_back({flag, arguments[++i]});
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("--", name, ": a value is missing; give ", flag->allowed));
    }
  }
  return line;
}

absl::StatusOr<std::string> FlagSet::Parse(const std::vector<std::string>& arguments,
                                           const Environment& environment) {
  MILEPOST_ASSIGN_OR_RETURN(const CommandLine line, Read(arguments));
  MILEPOST_RETURN_IF_ERROR(SetFromEnvironment(environment, line));
  for (const Given& given : line.flags)
    MILEPOST_RETURN_IF_ERROR(Set(*given.flag, absl::StrCat("--", given.flag->name), given.text));
  const std::string first = commands_.empty() ? "" : commands_.front().name;
  const std::string command = line.command.value_or(first);
  for (const Check& check : checks_)
    if (const std::string wrong = check(command); !wrong.empty()) return absl::InvalidArgumentError(wrong);
  return command;
}

std::string FlagSet::ParseOrExit(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  for (const std::string& argument : arguments) {
    if (argument != "--help" && argument != "-h" && argument != "help") continue;
    std::fputs(Help().c_str(), stdout);
    std::exit(0);
  }
  absl::StatusOr<std::string> command = Parse(arguments, [](const char* name) { return std::getenv(name); });
  if (!command.ok()) {
    std::fprintf(stderr, "%s: %s\n", program_.c_str(), std::string(command.status().message()).c_str());
    std::exit(2);
  }
  return *std::move(command);
}

std::string FlagSet::Help() const {
  std::string text = absl::StrCat(program_, ": ", purpose_, "\n\n");
  if (!commands_.empty())
    absl::StrAppend(&text, "Usage: ", program_, " [command] [--flag=value …]\n\nCommands:\n");
  for (const Command& command : commands_)
    absl::StrAppendFormat(&text, "  %-10s %s\n", command.name, command.help);
  absl::StrAppend(
      &text, "\nFlags, each also as an environment variable (--drain_time=8s or MILEPOST_DRAIN_TIME=8s):\n");
  for (const Flag& flag : flags_) {
    const std::string name = flag.is_variable ? VariableOf(flag.name) : absl::StrCat("--", flag.name);
    absl::StrAppend(&text, "  ", name, "\n      ", flag.help, " Allowed: ", flag.allowed, ".");
    if (flag.is_variable) absl::StrAppend(&text, " Environment only.");
    if (!flag.default_value.empty()) absl::StrAppend(&text, " Default: ", flag.default_value, ".");
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace milepost::rpc
