// The house rules, each a pure function from a file (or a list of paths) to what breaks it. STYLE.md and
// ARCHITECTURE.md of the project's design give the reasons; tests/arch/rules_test.cc shows for each rule a
// text that must be flagged.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/arch/source_file.h"

namespace milepost::arch {

struct Finding {
  std::string path;
  int line = 0;  // 0: the file as a whole
  std::string message;
};
using Findings = std::vector<Finding>;

std::ostream& operator<<(std::ostream& out, const Finding& finding);

// main → server, commands → rpc, workers, clients, store → domain → common/core, and which outside library each layer may
// see: the domain none but Abseil, the connector only in common/db, gRPC only where calls enter or leave.
Findings CheckIncludes(const SourceFile& file);

// Time and chance come in as arguments: only common/core reads the clock or draws random numbers (tests are
// free to).
Findings CheckClocksAndChance(const SourceFile& file);

// Left-overs and shortcuts: notes of unfinished work, whole namespaces pulled in.
Findings CheckLeftovers(const SourceFile& file);

// A header says #pragma once and opens with a comment that says what it is.
Findings CheckHeader(const SourceFile& file);

// Names that say nothing: a file is named after its subject.
Findings CheckFileName(const SourceFile& file);

// A channel says that it goes through no proxy: http_proxy and its like in the environment are meant for others.
Findings CheckChannels(const SourceFile& file);

// A program opens the standard streams that are closed before it opens anything else.
Findings CheckMain(const SourceFile& file);

// A function fits on a screen, a main.cc only wires. Tests are free to be long.
Findings CheckLengths(const SourceFile& file);

// Every service has the same folders, so that whoever knows one knows all. Takes the paths of all files below
// services/.
Findings CheckServiceFolders(const std::vector<std::string>& paths);

// All rules that look at one file.
Findings CheckFile(const SourceFile& file);

}  // namespace milepost::arch
