// The discrepancies that an audit finds. Plain values.
#pragma once

#include <string>
#include <vector>

namespace milepost::audit {

// The first fault in the stored rows of an aggregate.
struct Discrepancy {
  enum class Fault {
    kMissing,      // a row that the events or the aggregate's row imply is missing
    kUnexpected,   // a row exists that nothing implies
    kDifferent,    // a column has another value than the events give it
    kBrokenChain,  // an event's digest is not that of this event after the one before it
    kUnreadable,   // an event's payload or text was never written like this
    kImpossible,   // an event can't follow on those before it
  };
  std::string table;             // "events", "deadlines", the aggregate's own, or a side table
  std::vector<std::string> key;  // of the row, without the aggregate's id
  Fault fault = Fault::kDifferent;
  std::string column;           // where it is one column
  std::string expected, found;  // as text, in UTF-8; where there is something to show
  friend bool operator==(const Discrepancy&, const Discrepancy&) = default;
};

enum class ValuesShown { kNo, kYes };

// "entries 3/1: amount_minor must be -15000 and is -1", a line.
std::string TextOf(const Discrepancy& discrepancy, ValuesShown values);

}  // namespace milepost::audit
