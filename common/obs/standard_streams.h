// The descriptors that every program takes for its own: input, output, errors.
#pragma once

namespace milepost {

// Opens /dev/null on those of 0, 1 and 2 that are closed. A program that was started without one (`2>&-`, some supervisors)
// would be given that number for the next file or socket that it opens, and write its log lines into it. A program
// that calls it in main has it called before its libraries are initialised, too.
void OpenStandardStreams();

}  // namespace milepost
