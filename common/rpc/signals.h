// Signals. By default most of them end a process at once, also where the sender does not mean that; see the table in
// docs/OPERATIONS.md.
//
//   asked to stop     TERM INT HUP QUIT XCPU PWR         `serve` drains, other commands end
//   for somebody else USR1 USR2 ALRM PIPE XFSZ … RTMAX   ignored
//   a fault           ABRT BUS FPE ILL SEGV SYS TRAP     end the process, as ever
#pragma once

namespace milepost::rpc {

// Ignores those for somebody else, except one that has a handler in this process (a profiler's). For every command.
void IgnoreStraySignals();

// Blocks those that ask to stop, for this thread and all that it starts from here on: they stay pending until
// AwaitTermination() takes them. HUP is left out where the process was started with HUP ignored, as nohup does. Idempotent.
void BlockTerminationSignals();

// Waits for the first of them; its number.
int AwaitTermination();

}  // namespace milepost::rpc
