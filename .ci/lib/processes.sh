# Starts, finds and stops the processes of one clone. Sourced by ./dev.
#
# A process is ours if its environment holds the token that was drawn when it was started; var/run/NAME.pid holds "PID TOKEN".
# So a pid that the system has given to a stranger since is never signalled, whatever a left-over pid file says.
# shellcheck shell=bash

var=${MILEPOST_VAR:-$top/var${stack:+/$stack}}
run=$var/run
logs=$var/log

make_var() {
  mkdir -p "$run" "$logs" 2>/dev/null || true
  [[ -w $run && -w $logs ]] ||
    fail "cannot write to $var (owner: $(stat -c %U "$var" 2>/dev/null || echo nobody))" "run ./dev as that user, or remove the folder"
}

# is_ours PID TOKEN
is_ours() {
  [ -r "/proc/$1/environ" ] && tr '\0' '\n' 2>/dev/null <"/proc/$1/environ" | grep -qxF -- "MILEPOST_RUN=$2"
}

# start NAME DEATH-SIGNAL COMMAND…: in the background, in a session of its own (a Ctrl-C reaches only ./dev, which stops
# everything in order). The kernel sends it DEATH-SIGNAL when ./dev dies, even by kill -9. Sets `started_pid`;
# the caller disowns what it does not wait for, else bash reports its end in its own words.
start() {
  local name=$1 signal=$2
  shift 2
  MILEPOST_RUN=$token setsid setpriv --pdeathsig "$signal" "$@" </dev/null 9>&- &
  started_pid=$!
  echo "$started_pid $token" >"$run/$name.pid"
}

# running NAME: sets `pid`; false if var/run/NAME.pid names no living process of ours.
running() {
  local token_then
  pid=
  [ -r "$run/$1.pid" ] && read -r pid token_then <"$run/$1.pid" || return 1
  [[ $pid =~ ^[0-9]+$ && -n $token_then ]] && is_ours "$pid" "$token_then"
}

# ask_to_stop NAME
ask_to_stop() {
  local pid
  if running "$1"; then kill -TERM "$pid" 2>/dev/null || true; fi
}

# stop NAME SECONDS: asks it to finish, and after so many seconds makes it.
stop() {
  ask_to_stop "$1"
  await_end "$1" "$2"
}

# await_end NAME SECONDS: of one that was asked.
await_end() {
  local pid patience=$(($2 * 10))
  if running "$1"; then
    while running "$1" && [ $((patience--)) -gt 0 ]; do sleep 0.1; done
    if running "$1"; then
      note "$1 (process $pid) did not stop within $2 s; killed"
      kill -KILL "$pid" 2>/dev/null || true
      while running "$1"; do sleep 0.05; done
    fi
  fi
  rm -f "$run/$1.pid"
}

# Stops whatever is left, the servers before the database they write to.
stop_everything() {
  local name
  stop stories 2
  stop_servers
  stop_database
}

# All are asked at once, each once, then each is waited for.
stop_servers() {
  local name
  for name in "${servers[@]}"; do ask_to_stop "$name"; done
  for name in "${servers[@]}"; do await_end "$name" 15; done
}

# One ./dev run a clone: the lock is held by descriptor 9, which nothing long-lived inherits, and so ends with ./dev (or
# a moment later, with a command that it was running when it was killed).
take_the_clone() {
  exec 9>>"$run/lock"
  flock -w 2 9 ||
    fail "./dev run is already up in this clone (process $(other_run))" "stop it there, or with ./dev stop"
  echo "$$" >"$run/dev.pid"
  token=$(tr -d - </proc/sys/kernel/random/uuid)
}

other_run() { cat "$run/dev.pid" 2>/dev/null || echo unknown; }

# is_dev PID: a living process of this script; a stranger that got the pid is none.
is_dev() { [ -r "/proc/$1/cmdline" ] && tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qxE '(.*/)?dev'; }

# Asks a ./dev run of this clone that is still up to stop, and makes it after a minute.
stop_the_other_run() {
  exec 9>>"$run/lock"
  flock -n 9 && return 0
  local pid
  pid=$(other_run)
  note "stopping ./dev run (process $pid)"
  if is_dev "$pid"; then
    kill -TERM "$pid" || fail "process $pid cannot be signalled" "stop it as its owner"
    flock -w 60 9 && return 0
    kill -KILL "$pid" || true
  fi
  flock -w 10 9 || fail "something still holds $run/lock" "see what has it open: ls -l /proc/*/fd 2>/dev/null | grep $run/lock"
}

# Ports: those that --port-NAME fixed, and those that were chosen in this run.
declare -A fixed_ports=() taken_ports=()

# Before anything is built: a fixed port that another program listens on would only be noticed at the end.
check_fixed_ports() {
  local name
  for name in "${!fixed_ports[@]}"; do
    if has_socket "${fixed_ports[$name]}" listening; then
      fail "port ${fixed_ports[$name]} (--port-$name) is in use" "choose another, or leave the flag out: then a free one is chosen"
    fi
  done
}

# pick_port NAME: sets `port`, the one that --port-NAME fixed or a free one below the kernel's own range.
pick_port() {
  port=${fixed_ports[$1]:-}
  while [ -z "$port" ]; do
    port=$((20000 + RANDOM % 12000))
    if [[ " ${fixed_ports[*]} ${taken_ports[*]} " == *" $port "* ]] || has_socket "$port"; then port=; fi
  done
  taken_ports[$1]=$port
}

# has_socket PORT [listening]: a socket of this machine has the port as its own (without "listening": in any state, closed
# ones that the kernel still remembers included).
has_socket() {
  awk -v port="$(printf '%04X' "$1")" -v only="${2:+0A}" \
    '{ split($2, own, ":"); if (own[2] == port && (only == "" || $4 == only)) found = 1 } END { exit !found }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
