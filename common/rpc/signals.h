// Signals. By default most of them end a process at once, also those that nobody means so; see the table in
// docs/OPERATIONS.md.
//
//   asked to stop     TERM INT HUP QUIT XCPU PWR         `serve` drains, other commands end
//   for somebody else USR1 USR2 ALRM PIPE XFSZ … RTMAX   ignored
//   a fault           ABRT BUS FPE ILL SEGV SYS TRAP     end the process, as ever
#pragma once

namespace milepost::rpc {

// Those for somebody else; not where somebody in this process (a profiler) has taken one. For every command.
void IgnoreStraySignals();

// Those that ask to stop, of this thread and all that it starts from here on: they wait until AwaitTermination() takes
// them. HUP is left out where the process was started with HUP ignored, as nohup does. Idempotent.
void BlockTerminationSignals();

// Waits for the first of them; its number.
int AwaitTermination();

}  // namespace milepost::rpc
