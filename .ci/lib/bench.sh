# ./dev bench: measures the figures of docs/PERFORMANCE.md and compares them with their bars. Sourced by ./dev.
#
# Once with the database's folder on disk, once in memory (/dev/shm): the same private MariaDB as ./dev run's, with the same
# settings, in a fresh folder each time. Reports stay in var/bench.
# shellcheck shell=bash

bench_folder=$var/bench

# bench_all STORAGE FLAG…: STORAGE is disk, memory or both.
bench_all() {
  local storages=$1 storage report
  shift
  [ "$storages" != both ] || storages="disk memory"
  make_var
  take_the_clone
  install_packages build run bench
  build load no_op_server "${servers[@]}"
  mkdir -p "$bench_folder"
  report=$bench_folder/$(date -u +%Y%m%dT%H%M%SZ).json
  trap finish_bench EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  clean_up_after_an_earlier_run
  for storage in $storages; do bench_one "$storage" "$report" "$@"; done
  show_figures "$report"
}

bench_one() {
  local storage=$1 report=$2
  shift 2
  choose_bench_folder "$storage"
  # A million gigs fit into it. Not enlarged while the server runs: MariaDB then finds pages at half the speed.
  case " $* " in *" --only=search "*) buffer_pool=4G ;; esac
  start_database
  step "Measuring with the database on $storage"
  mkdir -p "$var/test"
  TMPDIR=$var/test start load TERM "$bin/load" run --storage="$storage" --database_socket="$database_socket" \
    --database_user="$(id -un)" --report="$report" --commit="$(bench_commit)" "$@"
  wait "$started_pid" || fail "measuring" "read the lines above; the database's log: var/log/mariadbd.log"
  rm -f "$run/load.pid"
  stop_database
  rm -rf "$data_folder"
}

# Sets `data_folder`, to one that is not there.
choose_bench_folder() {
  data_folder=$bench_folder/db
  if [ "$1" = memory ]; then data_folder=/dev/shm/milepost-bench-$(id -u)-$(cksum <<<"$top" | cut -d ' ' -f 1)/db; fi
  mkdir -p "$(dirname "$data_folder")"
  rm -rf "$data_folder"
  password_file=$data_folder.password
}

bench_commit() { git -C "$top" describe --always --dirty=+ 2>/dev/null || echo unknown; }

show_figures() {
  local status=0
  step "Figures (${1#"$top"/})"
  "$bin/load" show --report="$1" || status=$?
  case $status in
    0) note "every bar is met" ;;
    3) note "a bar is not met: the rows with NO" ;;
    *) fail "reading ${1#"$top"/}" ;;
  esac
  exit $status
}

finish_bench() {
  local status=$?
  set +e
  trap '' INT TERM HUP
  stop load 10
  stop_everything
  rm -rf "$data_folder" "$password_file"
  case $data_folder in /dev/shm/milepost-bench-*) rmdir "$(dirname "$data_folder")" 2>/dev/null ;; esac
  rm -f "$run/dev.pid"
  exit $status
}
