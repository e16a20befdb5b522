// Makes sure that the descriptors of standard input, output and error are open.
#pragma once

namespace milepost {

// Opens /dev/null on each of 0, 1 and 2 that is closed. Otherwise a program that was started without one of them
// (`2>&-`, some supervisors) would get that number for the next file or socket that it opens, and write its log lines
// into it. In a program that calls it in main, it also runs before the libraries are initialised.
void OpenStandardStreams();

}  // namespace milepost
