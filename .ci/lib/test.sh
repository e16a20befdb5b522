# ./dev test: builds and runs the tests with ctest; what they write lies in var/test. Sourced by ./dev.
# shellcheck shell=bash

results=$build_folder/results

# test_all DATABASE [CTEST-ARGUMENT…]: mariadb (each program its own), mysql, or the HOST:PORT of a server whose user root
# has no password.
test_all() {
  local database=$1
  shift
  install_packages build run
  build_tests "$@"
  make_var
  use_database "$database"
  rm -rf "$results"
  mkdir -p "$results" "$var/test"
  step "Testing"
  local status=0
  TMPDIR=$var/test GTEST_OUTPUT="xml:$results/" GTEST_BRIEF="${GTEST_BRIEF-1}" \
    ctest --test-dir "$build_folder" --output-on-failure --no-tests=error --timeout 900 -j "$(nproc)" \
    --output-junit "$results/ctest.junit" "$@" </dev/null || status=$?
  count_cases
  [ $status -eq 0 ] || fail "tests (ctest ended with $status)" \
    "read the output above; one program again: ${build_folder#"$top"/}/bin/NAME --gtest_filter=Suite.Case"
}

# build_tests [CTEST-ARGUMENT…]: the programs that these choose; all targets where none do, or where a test is no target of its name.
build_tests() {
  local names name
  if [ $# -eq 0 ]; then build && return 0; fi
  build build.ninja >/dev/null
  mapfile -t names < <(ctest --test-dir "$build_folder" -N "$@" | sed -n 's/^ *Test *#[0-9]*: \([^ ]*\).*/\1/p')
  [ ${#names[@]} -gt 0 ] || fail "no test is called so" "ctest --test-dir ${build_folder#"$top"/} -N names all; labels are in CONTRIBUTING.md"
  for name in "${names[@]}"; do
    if ! ninja -C "$build_folder" -t query "$name" >/dev/null 2>&1; then build && return 0; fi
  done
  build "${names[@]}"
}

use_database() {
  case $1 in
    mariadb) ;;
    mysql)
      trap 'stop_oracle_mysql' EXIT
      trap 'exit 130' INT
      trap 'exit 143' TERM HUP
      start_oracle_mysql
      ;;
    *) export MILEPOST_TEST_DATABASE=$1 ;;
  esac
}

# Prints "N passed, N failed" over the test cases of all programs. A program without a GoogleTest report is one case, and
# one that failed without naming a failed case (a crash, a time-out) is one failed case. One that is disabled was skipped.
count_cases() {
  local name status passed failed skipped all_passed=0 all_failed=0 all_skipped=0
  while read -r name status; do
    read -r passed failed skipped < <(case_counts "$results/$name.xml")
    if [ "$status" = disabled ]; then all_skipped=$((all_skipped + 1)) && continue; fi
    [ "$status" = run ] || [ "$failed" -gt 0 ] || failed=1
    [ "$status" != run ] || [ $((passed + skipped)) -gt 0 ] || passed=1
    all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed)) all_skipped=$((all_skipped + skipped))
  done < <(sed -n 's/.*<testcase name="\([^"]*\)".* status="\([a-z]*\)".*/\1 \2/p' "$results/ctest.junit" 2>/dev/null)
  printf '%d passed, %d failed' "$all_passed" "$all_failed"
  [ "$all_skipped" -eq 0 ] || printf ', %d skipped' "$all_skipped"
  printf '\n'
}

# case_counts REPORT: "PASSED FAILED SKIPPED" of a GoogleTest report; zeros where there is none.
case_counts() {
  [ -r "$1" ] || { echo 0 0 0; return 0; }
  awk 'function of(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3) + 0 : 0 }
       /<testsuite / { cases += of("tests"); failed += of("failures"); skipped += of("disabled") + of("skipped") }
       END { print cases - failed - skipped, failed + 0, skipped + 0 }' "$1"
}
