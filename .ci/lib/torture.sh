# ./dev torture: kills the servers under load, round after round. Sourced by ./dev.
# shellcheck shell=bash

# command_torture crash [--rounds N] [--seed N] … | rolling [--rounds=N] [--clients=N] [--from=VERSION --to=VERSION]
command_torture() {
  local kind=${1:-}
  [ $# -eq 0 ] || shift
  case $kind in
    crash) command_torture_crash "$@" ;;
    rolling) command_torture_rolling "$@" ;;
    *) usage_error "torture wants to know which: crash or rolling" ;;
  esac
}

command_torture_rolling() {
  local argument arguments=() from='' to='' programs status=0
  for argument in "$@"; do
    case $argument in
      --rounds=* | --clients=*)
        torture_number "${argument%%=*}" "${argument#*=}"
        arguments+=("$argument")
        ;;
      --from=?*) from=${argument#*=} ;;
      --to=?*) to=${argument#*=} ;;
      *) usage_error "torture rolling does not know '$argument'" ;;
    esac
  done
  [ -z "$from$to" ] || [[ -n $from && -n $to ]] || usage_error "torture rolling wants both --from and --to, or neither"
  [ -z "$from" ] || [ -z "$stack" ] ||
    usage_error "torture rolling: --from and --to name the stacks; leave --stack out"
  install_packages build run
  build rolling
  if [ -n "$from" ]; then
    programs_of "$from"
    arguments+=("--programs=$programs")
    programs_of "$to"
    arguments[-1]+=,$programs
  fi
  make_var
  mkdir -p "$var/test"
  if [ -n "$from" ]; then step "Rolling upgrades from $from to $to, and back"; else step "Rolling restarts"; fi
  TMPDIR=$var/test setpriv --pdeathsig KILL "$build_folder/bin/rolling" "${arguments[@]}" </dev/null || status=$?
  [ $status -eq 0 ] || fail "the rolling restarts (rolling ended with $status)" "read the lines FAILED and WRONG above"
}

command_torture_crash() {
  local arguments=() database=
  while [ $# -gt 0 ]; do
    case $1 in
      --rounds | --seed | --clients | --replicas)
        [ $# -ge 2 ] || usage_error "torture: $1 wants a number"
        torture_number "$1" "$2"
        arguments+=("$1=$2")
        shift
        ;;
      --rounds=* | --seed=* | --clients=* | --replicas=*)
        torture_number "${1%%=*}" "${1#*=}"
        arguments+=("$1")
        ;;
      --leaps) arguments+=("$1") ;;
      --database=galera) database=galera ;;
      --database=?* | --database_user=?* | --database_password_file=?* | --database_kill=?* | --database_start=?*) arguments+=("$1") ;;
      *) usage_error "torture crash does not know '$1'" ;;
    esac
    shift
  done
  torture_crash "$database" "${arguments[@]}"
}

# torture_number FLAG VALUE
torture_number() { [[ $2 =~ ^[1-9][0-9]{0,17}$ ]] || usage_error "torture: $1 wants a number from 1 on, got '$2'"; }

# torture_crash DATABASE ARGUMENT…: on a MariaDB of its own, or on a Galera cluster with a replica of each service a node.
torture_crash() {
  local folder status=0 galera_arguments=()
  local database=$1
  shift
  install_packages build run
  build torture
  make_var
  mkdir -p "$var/test" "$var/torture"
  folder=$var/torture/$(date -u +%Y-%m-%dT%H-%M-%S)
  if [ "$database" = galera ]; then
    trap 'stop_galera' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    start_galera
    galera_arguments+=(--replicas=3)
  fi
  step "Crash rounds"
  TMPDIR=$var/test setpriv --pdeathsig KILL "$build_folder/bin/torture" --folder="$folder" --commit="$(bench_commit)" \
    "${galera_arguments[@]}" "$@" </dev/null || status=$?
  [ $status -eq 0 ] || fail "the crash rounds (torture ended with $status)" \
    "read the round above, then docs/TORTURE.md; logs and data: ${folder#"$top"/}"
}
