# ./dev fuzz: fuzzed requests to every method of every server. Sourced by ./dev.
# shellcheck shell=bash

# command_fuzz [--requests=N] [--seed=N] [--method=REGEX] [--request=HEX [--actor=NAME]]
command_fuzz() {
  local argument status=0 arguments=(--requests=100000)
  for argument in "$@"; do
    case $argument in
      --requests=* | --seed=*)
        [[ ${argument#*=} =~ ^[1-9][0-9]{0,8}$ ]] ||
          usage_error "fuzz: ${argument%%=*} wants a number from 1 to 999999999, got '${argument#*=}'"
        arguments+=("$argument")
        ;;
      --method=?* | --request=?* | --actor=*) arguments+=("$argument") ;;
      *) usage_error "fuzz does not know '$argument'" ;;
    esac
  done
  install_packages build run
  build fuzz
  make_var
  mkdir -p "$var/test"
  step "Fuzzing"
  TMPDIR=$var/test setpriv --pdeathsig KILL "$build_folder/bin/fuzz" "${arguments[@]}" </dev/null || status=$?
  [ $status -eq 0 ] || fail "the fuzzing (fuzz ended with $status)" \
    "read the lines FAILED above, then tests/fuzz/README.md"
}
