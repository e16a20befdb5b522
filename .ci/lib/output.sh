# What ./dev says: steps, notes and failures. Sourced by ./dev.
# shellcheck shell=bash

if [ -t 1 ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

# One line a stage, with the seconds since the command began.
step() { printf '%s==> [%3ds] %s%s\n' "$bold" "$SECONDS" "$*" "$plain"; }
note() { printf '    %s\n' "$@"; }

# fail WHAT [WHAT-TO-DO …]: ends the command.
fail() {
  printf '%sFAILED: %s%s\n' "$red" "$1" "$plain" >&2
  [ $# -lt 2 ] || printf '  what to do: %s\n' "$2" >&2
  [ $# -lt 3 ] || printf '              %s\n' "${@:3}" >&2
  exit 1
}

# usage_error MESSAGE: the command line was wrong; nothing was done.
usage_error() {
  printf './dev: %s\nTry ./dev help\n' "$1" >&2
  exit 2
}

# Shows the end of a log after a failure.
show_log() {
  [ -s "$1" ] || return 0
  printf -- '---- last lines of %s\n' "${1#"$top"/}" >&2
  tail -n "${2:-20}" "$1" >&2
  printf -- '----\n' >&2
}
