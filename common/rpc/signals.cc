#include "common/rpc/signals.h"

#include <signal.h>

namespace milepost::rpc {
namespace {

// Nothing is reloaded, so HUP has no other meaning. XCPU and PWR say that the end is near.
constexpr int kTermination[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU, SIGPWR};
// PIPE and XFSZ: the write that caused it fails, which its caller sees.
constexpr int kStray[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGPIPE, SIGIO, SIGSTKFLT, SIGXFSZ};

bool Does(void (*what)(int), int signal) {
  struct sigaction now = {};
  return sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == what;
}

void IgnoreIfDefault(int number) {
  if (Does(SIG_DFL, number)) signal(number, SIG_IGN);
}

sigset_t TerminationSignals() {
  // Asked once: a program may change what it does about HUP, but not what it was started with.
  static const bool hup_counts = !Does(SIG_IGN, SIGHUP);
  sigset_t signals;
  sigemptyset(&signals);
  for (int number : kTermination)
    if (number != SIGHUP || hup_counts) sigaddset(&signals, number);
  return signals;
}

}  // namespace

void IgnoreStraySignals() {
  for (int number : kStray) IgnoreIfDefault(number);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) IgnoreIfDefault(number);
}

void BlockTerminationSignals() {
  const sigset_t signals = TerminationSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int AwaitTermination() {
  const sigset_t signals = TerminationSignals();
  int number = 0;
  sigwait(&signals, &number);
  return number;
}

}  // namespace milepost::rpc
