# ./dev simulate: the whole workflow in one process, from one seed. Sourced by ./dev.
# shellcheck shell=bash

# command_simulate [--commands=N] [--seed=N] | --replay=FILE
command_simulate() {
  local argument status=0 arguments=(--commands=1000000)
  for argument in "$@"; do
    case $argument in
      --commands=* | --seed=*)
        [[ ${argument#*=} =~ ^[1-9][0-9]{0,8}$ ]] ||
          usage_error "simulate: ${argument%%=*} wants a number from 1 to 999999999, got '${argument#*=}'"
        arguments+=("$argument")
        ;;
      --replay=?*) arguments+=("--replay=$(realpath -m "${argument#*=}")") ;;
      *) usage_error "simulate does not know '$argument'" ;;
    esac
  done
  install_packages build
  build milepost_simulation
  make_var
  mkdir -p "$var/test"
  step "Simulating (what the services log as errors: ${var#"$top"/}/test/simulation.log)"
  setpriv --pdeathsig KILL "$build_folder/bin/milepost_simulation" "${arguments[@]}" \
    --keep="$var/test/failed.story" </dev/null 2>"$var/test/simulation.log" || status=$?
  [ $status -eq 0 ] || show_log "$var/test/simulation.log" 3
  [ $status -eq 0 ] || fail "the simulation (milepost_simulation ended with $status)" \
    "read what FAILED above, then tests/simulation/README.md"
}
