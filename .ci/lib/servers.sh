# ./dev run: database, schemas, servers, stories, and staying up. Sourced by ./dev.
# shellcheck shell=bash

servers=(payment_simulator gig_catalog offer_service milestone_billing)
bin=$build_folder/bin
# What people call the servers in flags and output.
declare -A short_names=([payment_simulator]=simulator [gig_catalog]=catalog [offer_service]=offers [milestone_billing]=billing)
declare -A addresses=() server_pids=()
test_clock=offset  # of the services; or frozen

# run_all ONCE ("" = stay up)
run_all() {
  make_var
  take_the_clone
  check_fixed_ports
  install_packages build run
  build "${servers[@]}" stories clocks
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  clean_up_after_an_earlier_run
  start_database
  migrate_schemas
  start_servers
  bring_clocks_together
  play_stories
  [ -z "$1" ] || exit "$stories_status"
  show_what_to_try
  stay_up
}

clean_up_after_an_earlier_run() {
  if compgen -G "$run/*.pid" | grep -qvxF "$run/dev.pid"; then note "an earlier run was killed: cleaning up after it"; fi
  stop_everything
  rm -f "$address_file"
}

finish() {
  local status=$?
  set +e
  trap '' INT TERM HUP
  step "Stopping"
  stop_everything
  rm -f "$run/dev.pid" "$address_file"
  note "stopped; the database's data stays in ${data_folder#"$top"/}"
  exit $status
}

migrate_schemas() {
  local server
  step "Migrating the three schemas"
  for server in "${servers[@]}"; do
    has_schema "$server" || continue
    database_flags "$server"
    "$bin/$server" migrate "${flags[@]}" >"$logs/migrate-$server.log" 2>&1 9>&- || {
      show_log "$logs/migrate-$server.log"
      fail "$server migrate" "read var/log/migrate-$server.log; if the local data can go: ./dev clean --data"
    }
    note "$server"
  done
}

# database_flags NAME: sets `flags`. The password's file, not the password: a command line is everyone's to read.
database_flags() {
  flags=()
  has_schema "$1" || return 0
  flags=(--database_socket="$database_socket" --database_schema="$1" --database_user="$1"
    --database_password_file="$password_file")
}

# peer_flags NAME: adds to `flags` what is this server's own: whom it calls, and the clock that stories advance.
peer_flags() {
  has_schema "$1" && flags+=(--test_clock="$test_clock")
  case $1 in
    payment_simulator) flags+=(--journal="$var/payment_simulator.journal") ;;
    offer_service) flags+=(--catalog="${addresses[gig_catalog]}" --billing="${addresses[milestone_billing]}") ;;
    milestone_billing)
      flags+=(--catalog="${addresses[gig_catalog]}" --offers="${addresses[offer_service]}"
        --provider="${addresses[payment_simulator]}")
      ;;
  esac
}

# A port that was free may be taken before its server has bound it: then all are chosen and started once more.
start_servers() {
  local attempt
  for attempt in 1 2 3; do
    step "Starting the servers"
    launch_servers
    if await_serving; then return 0; fi
    show_log "$logs/$not_serving.log"
    if [ "$attempt" = 3 ] || ! lost_its_port "$not_serving"; then
      fail "$not_serving is not serving" "its whole log: var/log/$not_serving.log"
    fi
    note "another program took the port of $not_serving meanwhile; choosing again"
    stop_servers
  done
}

# All ports are known before the first server starts, because offers and billing call each other.
launch_servers() {
  local server
  rm -f "$address_file"  # of the attempt before
  for server in "${servers[@]}"; do
    pick_port "${short_names[$server]}"
    addresses[$server]=127.0.0.1:$port
  done
  for server in "${servers[@]}"; do
    database_flags "$server"
    peer_flags "$server"
    start "$server" KILL "$bin/$server" serve --listen="${addresses[$server]}" "${flags[@]}" >"$logs/$server.log" 2>&1
    server_pids[$server]=$started_pid
    disown "$started_pid"
  done
  write_addresses
}

# Until each answers SERVING; false, with its name in `not_serving`, once one has ended or takes too long.
await_serving() {
  local server tries=300
  for server in "${servers[@]}"; do
    not_serving=$server
    until "$bin/$server" health --address="${addresses[$server]}" >/dev/null 2>&1 9>&-; do
      kill -0 "${server_pids[$server]}" 2>/dev/null || return 1
      [ $((tries--)) -gt 0 ] || return 1
      sleep 0.1
    done
    kill -0 "${server_pids[$server]}" 2>/dev/null || return 1  # or a stranger answered at its port
    note "$(printf '%-18s SERVING on %s' "$server" "${addresses[$server]}")"
  done
}

# The server has ended, its port was not fixed by a flag, and somebody else has it.
lost_its_port() {
  ! kill -0 "${server_pids[$1]}" 2>/dev/null && [ -z "${fixed_ports[${short_names[$1]}]:-}" ] &&
    has_socket "${addresses[$1]##*:}" listening
}

# Sets `stories_status`: 0 only if everything came out as expected.
play_stories() {
  step "Playing the stories over gRPC"
  stories_status=0
  start stories KILL "$bin/stories" --catalog="${addresses[gig_catalog]}" --offers="${addresses[offer_service]}" \
    --billing="${addresses[milestone_billing]}" --simulator="${addresses[payment_simulator]}"
  wait "$started_pid" || stories_status=$?
  rm -f "$run/stories.pid"
  if [ $stories_status -ne 0 ]; then
    printf '%sFAILED: a story did not come out as expected (%d)%s\n' "$red" $stories_status "$plain" >&2
    note "what to do: read the step above; the servers' logs are in var/log"
  fi
}

show_what_to_try() {
  step "Everything is up; to try (from another terminal, in this folder):"
  local fetched buf=buf
  # Nothing matches in a clone that never ran ./dev check: not an error.
  fetched=$(compgen -G "build/buf/node_modules/@bufbuild/buf-linux-*/bin/buf" | head -n 1) || true
  if ! command -v buf >/dev/null; then buf=${fetched:-npx --yes @bufbuild/buf}; fi
  local buf_curl="$buf curl --protocol grpc --http2-prior-knowledge -H 'milepost-actor: users/alice'"
  cat <<END
  grpcurl -plaintext ${addresses[milestone_billing]} list
  grpcurl -plaintext -H 'milepost-actor: users/alice' -d '{}' ${addresses[gig_catalog]} milepost.catalog.v1.GigCatalog/ListSubcategories
  $buf_curl -d '{}' http://${addresses[gig_catalog]}/milepost.catalog.v1.GigCatalog/ListSubcategories
  $buf_curl -d '{}' http://${addresses[milestone_billing]}/milepost.billing.v1.MilestoneBilling/GetWorkflowDefinition
  mariadb --no-defaults --socket=$database_socket --user=$(id -un) milestone_billing
  ./dev clock advance 8d                                 # all three services' time, with every deadline on the way
Logs: ${logs#"$top"/}/NAME.log. Ctrl-C stops everything; the data stays in ${data_folder#"$top"/}.
END
}

# Until Ctrl-C; or until one of them ends, which none should. (`wait -n` would miss one that ended just before it.)
stay_up() {
  local name
  trap 'exit 0' INT
  while :; do
    for name in mariadbd "${servers[@]}"; do
      running "$name" || {
        show_log "$logs/$name.log"
        fail "$name ended by itself" "its whole log: ${logs#"$top"/}/$name.log"
      }
    done
    sleep 1 9>&-
  done
}
