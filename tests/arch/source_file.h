// C++ source read as text, for rules that no compiler enforces (all of Debian's headers lie in one folder, so
// what a target may include cannot be said by its link line). Not a parser: it knows comments, literals,
// includes and braces.
#pragma once

#include <string>
#include <vector>

namespace milepost::arch {

struct Include {
  int line = 0;      // from 1
  std::string path;  // as written between the quotes or angle brackets
  bool angled = false;
};

struct SourceFile {
  std::string path;  // from the root of the repository, such as "common/core/id.h"
  std::string text;  // as it stands
  std::string code;  // as long as `text`; comments and the insides of literals are spaces, so positions agree
  std::vector<Include> includes;
};

// Reads one file's text; never fails, whatever the text is.
SourceFile Parse(std::string path, std::string text);

// Every .h and .cc below common/, services/ and tests/ of the repository at `root`, ordered by path.
std::vector<SourceFile> LoadTree(const std::string& root);

// The line, from 1, of a position in a text.
int LineOf(const std::string& text, size_t position);

}  // namespace milepost::arch
