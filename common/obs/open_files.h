// The limit of open files: each connection, to a client or to the database, takes one.
#pragma once

namespace milepost::obs {

// Raises the soft limit to the hard limit and logs what the process got. The metrics process_open_fds and process_max_fds
// show both (process_metrics.h). To be called once the log has been started.
void RaiseOpenFiles();

}  // namespace milepost::obs
