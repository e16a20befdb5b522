#include "tests/arch/dockerfile.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace milepost::arch {
namespace {

constexpr char kPath[] = "Dockerfile";
constexpr char kNothing[] = "scratch";  // a base that is no image

std::vector<std::string> Words(const std::string& text) {
  return absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

std::vector<Instruction> Instructions(const std::string& text) {
  std::vector<Instruction> instructions;
  bool continued = false;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const bool goes_on = absl::ConsumeSuffix(&line, "\\");
    if (continued) {
      absl::StrAppend(&instructions.back().values, " ", absl::StripAsciiWhitespace(line));
    } else {
      const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
      instructions.push_back({number, absl::AsciiStrToUpper(parts.first),
                              std::string(absl::StripAsciiWhitespace(parts.second))});
    }
    continued = goes_on;
  }
  return instructions;
}

// The stages that the last one is made of, from it downwards: whatever they leave is in the product.
std::vector<const Stage*> ProductStages(const std::vector<Stage>& stages) {
  std::vector<const Stage*> product;
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage)
    if (product.empty() || product.back()->base == stage->name) product.push_back(&*stage);
  return product;
}

// The nearest instruction of that name, from the last stage downwards; null if there is none.
const Instruction* Effective(const std::vector<const Stage*>& product, const std::string& name) {
  for (const Stage* stage : product)
    for (auto found = stage->instructions.rbegin(); found != stage->instructions.rend(); ++found)
      if (found->name == name) return &*found;
  return nullptr;
}

bool IsPositive(absl::string_view text) {
  int number = 0;
  return absl::SimpleAtoi(text, &number) && number > 0;
}

void CheckBases(const std::vector<Stage>& stages, Findings& findings) {
  std::set<std::string> earlier, outside;
  for (const Stage& stage : stages) {
    if (earlier.count(stage.base) == 0 && stage.base != kNothing) {
      outside.insert(stage.base);
      const size_t slash = stage.base.rfind('/');
      const std::string name = slash == std::string::npos ? stage.base : stage.base.substr(slash + 1);
      if (!absl::StrContains(name, ':') || absl::EndsWith(name, ":latest"))
        findings.push_back({kPath, stage.line, absl::StrCat("base '", stage.base, "' has no version")});
    }
    earlier.insert(stage.name);
  }
  if (outside.size() > 1) findings.push_back({kPath, 0, "more than one base: their libraries may differ"});
}

void CheckUser(const std::vector<const Stage*>& product, Findings& findings) {
  const Instruction* user = Effective(product, "USER");
  if (user == nullptr) return findings.push_back({kPath, 0, "no USER: it would run as root"});
  for (absl::string_view part : absl::StrSplit(user->values, ':'))
    if (!IsPositive(part))
      findings.push_back({kPath, user->line, absl::StrCat("USER '", part, "' is no number above 0")});
}

void CheckStart(const std::vector<const Stage*>& product, Findings& findings) {
  if (Effective(product, "ENTRYPOINT") == nullptr) findings.push_back({kPath, 0, "no ENTRYPOINT"});
  for (const char* name : {"ENTRYPOINT", "CMD"}) {
    const Instruction* start = Effective(product, name);
    if (start != nullptr && !absl::StartsWith(start->values, "["))
      findings.push_back({kPath, start->line, absl::StrCat(name, " of a shell: signals would end there")});
  }
}

void CheckCopies(const std::vector<Stage>& stages, const ImageSurroundings& surroundings,
                 Findings& findings) {
  for (const Stage& stage : stages) {
    for (const Instruction& instruction : stage.instructions) {
      if (instruction.name != "COPY" && instruction.name != "ADD") continue;
      std::vector<std::string> words = Words(instruction.values);
      if (absl::StrContains(instruction.values, "--from=")) continue;
      words.erase(std::remove_if(words.begin(), words.end(),
                                 [](const std::string& word) { return absl::StartsWith(word, "--"); }),
                  words.end());
      if (!words.empty()) words.pop_back();  // where to
      for (const std::string& source : words) {
        if (!surroundings.exists(source))
          findings.push_back({kPath, instruction.line, absl::StrCat("'", source, "' does not exist")});
        else if (!surroundings.is_sent(source))
          findings.push_back(
              {kPath, instruction.line, absl::StrCat("'", source, "' is held back by .dockerignore")});
      }
    }
  }
}

void CheckInstalls(const std::vector<Stage>& stages, Findings& findings) {
  for (const Stage& stage : stages) {
    for (const Instruction& run : stage.instructions) {
      if (run.name != "RUN") continue;
      for (Finding& finding : CheckInstall(kPath, run.line, run.values))
        findings.push_back(std::move(finding));
    }
  }
}

void CheckProduct(const std::vector<const Stage*>& product, Findings& findings) {
  const Stage& first = *product.back();
  if (first.base != kNothing)
    findings.push_back(
        {kPath, first.line, absl::StrCat("the product's base is '", first.base, "', not scratch")});
  for (const Stage* stage : product)
    for (const Instruction& instruction : stage->instructions)
      if (instruction.name == "RUN")
        findings.push_back({kPath, instruction.line, "the product has nothing that could run a command"});
}

void CheckServers(const std::vector<Stage>& stages, const std::vector<std::string>& servers,
                  Findings& findings) {
  std::string all;
  for (const Stage& stage : stages)
    for (const Instruction& instruction : stage.instructions) absl::StrAppend(&all, instruction.values, "\n");
  for (const std::string& server : servers)
    if (!absl::StrContains(all, absl::StrCat("/", server)))
      findings.push_back({kPath, 0, absl::StrCat("no ", server)});
}

}  // namespace

std::vector<Stage> ParseDockerfile(const std::string& text) {
  std::vector<Stage> stages;
  for (Instruction& instruction : Instructions(text)) {
    if (instruction.name == "FROM") {
      const std::vector<std::string> words = Words(instruction.values);
      stages.push_back(
          {instruction.line, words.size() == 3 ? words[2] : "", words.empty() ? "" : words[0], {}});
    } else if (!stages.empty()) {
      stages.back().instructions.push_back(std::move(instruction));
    }
  }
  return stages;
}

Findings CheckDockerfile(const std::string& text, const ImageSurroundings& surroundings) {
  const std::vector<Stage> stages = ParseDockerfile(text);
  if (stages.empty()) return {{kPath, 0, "no FROM"}};
  const std::vector<const Stage*> product = ProductStages(stages);
  Findings findings;
  CheckBases(stages, findings);
  CheckUser(product, findings);
  CheckStart(product, findings);
  CheckCopies(stages, surroundings, findings);
  CheckInstalls(stages, findings);
  CheckProduct(product, findings);
  CheckServers(stages, surroundings.servers, findings);
  return findings;
}

Findings CheckInstall(const std::string& path, int line, const std::string& commands) {
  Findings findings;
  if (!absl::StrContains(commands, "apt-get install")) return findings;
  if (!absl::StrContains(commands, "--no-install-recommends"))
    findings.push_back({path, line, "installs what is only recommended"});
  if (!absl::StrContains(commands, "rm -rf /var/lib/apt/lists/*"))
    findings.push_back({path, line, "leaves apt's lists in the layer"});
  return findings;
}

bool IsSent(const std::string& dockerignore, const std::string& path) {
  for (absl::string_view line : absl::StrSplit(dockerignore, '\n')) {
    absl::string_view rule = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&rule, "!") && (path == rule || absl::StartsWith(path, absl::StrCat(rule, "/"))))
      return true;
  }
  return false;
}

}  // namespace milepost::arch
