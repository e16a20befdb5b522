// Handles signals. By default most signals end a process at once, even if the sender does not intend that; see the
// table in docs/OPERATIONS.md.
//
//   asked to stop     TERM INT HUP QUIT XCPU PWR         `serve` drains, other commands end
//   for somebody else USR1 USR2 ALRM PIPE XFSZ … RTMAX   ignored
//   a fault           ABRT BUS FPE ILL SEGV SYS TRAP     end the process, as ever
#pragma once

namespace milepost::rpc {

// Ignores the signals for somebody else, except one that has a handler in this process (a profiler's). For every
// command.
void IgnoreStraySignals();

// Blocks the signals that ask to stop, for this thread and all threads that it starts later: they stay pending until
// AwaitTermination() takes them. HUP is left out where the process was started with HUP ignored, as nohup does.
// Idempotent.
void BlockTerminationSignals();

// Waits for the first of these signals and returns its number.
int AwaitTermination();

}  // namespace milepost::rpc
