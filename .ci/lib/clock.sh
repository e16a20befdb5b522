# ./dev clock: the test clocks of the three services of a ./dev run, moved together. Sourced by ./dev.
# shellcheck shell=bash

# Where the servers of a run listen, a line each: NAME HOST:PORT. There while the servers run.
address_file=$run/addresses

# command_clock [show | advance TIME | align]
command_clock() {
  local seconds words=("${1:-show}")
  case ${1:-show} in
    show | align) [ $# -le 1 ] || usage_error "clock $1 takes no arguments, got '$2'" ;;
    advance)
      [ $# -eq 2 ] || usage_error "clock advance wants one time, like 8d, 36h or 1d12h30m"
      count_seconds "$2"
      words+=("--by=$seconds")
      ;;
    *) usage_error "clock does not know '$1'" ;;
  esac
  find_the_run
  move_clocks "${words[@]}" || fail "clock ${words[0]}" "read the line above; the servers' logs are in ${logs#"$top"/}"
}

# count_seconds TIME: sets `seconds`, of days, hours, minutes and seconds in this order, each once at most.
count_seconds() {
  [[ -n $1 && $1 =~ ^(([0-9]{1,6})d)?(([0-9]{1,8})h)?(([0-9]{1,9})m)?(([0-9]{1,9})s)?$ ]] ||
    usage_error "clock advance wants a time like 8d, 36h or 1d12h30m, got '$1'"
  local days=${BASH_REMATCH[2]:-0} hours=${BASH_REMATCH[4]:-0} minutes=${BASH_REMATCH[6]:-0} rest=${BASH_REMATCH[8]:-0}
  seconds=$((10#$days * 86400 + 10#$hours * 3600 + 10#$minutes * 60 + 10#$rest))
  [ "$seconds" -gt 0 ] || usage_error "clock advance wants a time above zero, got '$1'"
}

# Sets `addresses` to those of the ./dev run that is up in this clone, whichever terminal it is in.
find_the_run() {
  local server name address pid
  for server in "${schemas[@]}"; do
    running "$server" || fail "no ./dev run is up in this clone: $server does not run" "start it in another terminal: ./dev run"
  done
  [ -r "$address_file" ] || fail "the ./dev run that is up has not started its servers yet" "wait until it says SERVING"
  while read -r name address; do addresses["$name"]=$address; done <"$address_file"
}

write_addresses() {
  local server
  for server in "${servers[@]}"; do printf '%s %s\n' "$server" "${addresses[$server]}"; done >"$address_file.new"
  mv "$address_file.new" "$address_file"  # whoever reads it sees all of it
}

# move_clocks show|align|advance [--by=SECONDS]
move_clocks() {
  [ -x "$bin/clocks" ] || fail "${bin#"$top"/}/clocks is not there" "build it: ./dev build clocks"
  "$bin/clocks" "$@" --catalog="${addresses[gig_catalog]}" --offers="${addresses[offer_service]}" \
    --billing="${addresses[milestone_billing]}" </dev/null 9>&-
}

# After a start: clocks that an earlier run left apart would let a story's acceptance come too late (CLOCKS_APART).
bring_clocks_together() {
  local said
  said=$(move_clocks align) || fail "bringing the test clocks together" \
    "read the line above, then: ./dev clock align; if the local data can go: ./dev clean --data"
  [ -z "$said" ] || note "${said//$'\n'/$'\n    '}"
}
