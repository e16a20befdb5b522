#include "common/audit/discrepancy.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace milepost::audit {
namespace {

std::string WrongWith(const Discrepancy& discrepancy) {
  switch (discrepancy.fault) {
    case Discrepancy::Fault::kMissing:
      return "is missing";
    case Discrepancy::Fault::kUnexpected:
      return "is there, and nothing says why";
    case Discrepancy::Fault::kDifferent:
      return absl::StrCat(discrepancy.column, " is not what the events say");
    case Discrepancy::Fault::kBrokenChain:
      return "its digest is not that of this event after the one before it";
    case Discrepancy::Fault::kUnreadable:
      return "was never written so";
    case Discrepancy::Fault::kImpossible:
      return "can't follow on the events before it";
  }
  return "";
}

}  // namespace

std::string TextOf(const Discrepancy& discrepancy, ValuesShown values) {
  std::string text = discrepancy.table;
  if (!discrepancy.key.empty()) absl::StrAppend(&text, " ", absl::StrJoin(discrepancy.key, "/"));
  absl::StrAppend(&text, ": ", WrongWith(discrepancy));
  if (values == ValuesShown::kNo) return text;
  if (!discrepancy.expected.empty()) absl::StrAppend(&text, "; expected ", discrepancy.expected);
  if (!discrepancy.found.empty()) absl::StrAppend(&text, "; found ", discrepancy.found);
  return text;
}

}  // namespace milepost::audit
