// The rules of the image, read from the Dockerfile's text: what can be said without building it. tests/arch's
// dockerfile_test.cc shows for each rule a text that must be flagged; ./dev image --test runs what was built.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/arch/rules.h"

namespace milepost::arch {

struct Instruction {
  int line = 0;        // from 1, where it begins
  std::string name;    // "RUN"
  std::string values;  // the rest, continued lines joined by a space, without comments
};

struct Stage {
  int line = 0;
  std::string name;  // empty where FROM gives none
  std::string base;  // an image, or the name of an earlier stage
  std::vector<Instruction> instructions;
};

// What the rules ask of the repository around the Dockerfile.
struct ImageSurroundings {
  std::function<bool(const std::string&)> exists;   // a path from the root of the repository
  std::function<bool(const std::string&)> is_sent;  // … that .dockerignore lets through to the builder
  std::vector<std::string> servers;                 // the programs that are built
};

std::vector<Stage> ParseDockerfile(const std::string& text);

// The product is the last stage. It is made from scratch and runs nothing, so that it holds what is copied into it and no
// more. Bases have a version that is not "latest", and are one image; the user is a number that is not root's; entrypoint
// and command are no shell's; what is copied exists and is sent; all servers are built.
Findings CheckDockerfile(const std::string& text, const ImageSurroundings& surroundings);

// Of a RUN's commands, or of a script that one runs: installs with apt-get take no package that is only recommended, and
// leave no lists behind.
Findings CheckInstall(const std::string& path, int line, const std::string& commands);

// True if one of .dockerignore's lines that begin with ! lets `path` through, where its first rule is *.
bool IsSent(const std::string& dockerignore, const std::string& path);

}  // namespace milepost::arch
