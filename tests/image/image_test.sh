#!/usr/bin/env bash
# Runs the image as a cluster would: read-only, without capabilities, as its own user, with a limit of memory; database,
# simulator and services as containers that share one network of their own. ./dev image --test builds what it needs and
# gives the environment: runner (docker or podman), image, buf (a program). The last line is "N passed, N failed".
set -euo pipefail
: "${runner:?}" "${image:?}" "${buf:?}"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

run=milepost-test-$$
scratch=$(mktemp -d "${TMPDIR:-/tmp}/$run-XXXXXX")
passed=0 failed=0
servers=(payment_simulator gig_catalog offer_service milestone_billing)
services=(gig_catalog offer_service milestone_billing)
declare -A ports=([payment_simulator]=50051 [gig_catalog]=50052 [offer_service]=50053 [milestone_billing]=50054)
# What k8s/base/pods asks for. (podman would give a read-only container a writable /tmp; docker and Kubernetes don't.)
restricted=(--read-only --cap-drop all --security-opt no-new-privileges --memory 256m)
[ "$runner" != podman ] || restricted+=(--read-only-tmpfs=false)

main() {
  trap clean_up EXIT
  look_at_the_image
  start_database
  check "a server without a schema runs, is alive, and is not ready" waits_for_its_schema
  migrate
  start_servers
  check "every server is ready" all_ready
  check "the process is the server itself, as user 10001, with no capability and no way to one" runs_restricted
  check "its file system can't be written" can_not_write
  check "the command of the preStop hook is there" pauses_before_stopping
  check "the stories come out as expected" play_stories
  check "the protoset will do without reflection" protoset_is_usable
  check "production refuses a test clock" production_refuses_test_clock
  check "SIGTERM drains every server: exit 0, in less than 10 s" all_drain
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ $failed -eq 0 ]
}

# check NAME COMMAND…: what the command says is shown only if it fails. In the background, because bash forgets `set -e` in
# whatever an `if` asks: a check must end at its first line that fails.
check() {
  local name=$1
  shift
  (
    trap - EXIT
    "$@"
  ) >"$scratch/said" 2>&1 &
  if wait $!; then
    passed=$((passed + 1))
    printf '    ok      %s\n' "$name"
  else
    failed=$((failed + 1))
    printf '    FAILED  %s\n' "$name"
    tail -n 30 "$scratch/said" | sed 's/^/            /'
  fi
}

clean_up() {
  local name
  for name in "${servers[@]}" shipped writer accounts database; do
    [ "$failed" -eq 0 ] || { printf -- '---- log of %s\n' "$name"; "$runner" logs "$run-$name" 2>&1 | tail -n 15 || true; }
    "$runner" rm --force "$run-$name" >/dev/null 2>&1 || true
  done
  rm -rf "$scratch"
}

expect() {
  [ "$2" = "$3" ] || { printf '%s: want "%s", got "%s"\n' "$1" "$3" "$2"; return 1; }
}

# in_image ARGUMENT…: the entrypoint with these, as a cluster would run it.
in_image() { "$runner" run --rm --network none "${restricted[@]}" "$image" "$@"; }

# unpack_image: its files as a tar, its file system as the test sees it. Nothing in it could list them.
unpack_image() {
  local container
  container=$("$runner" create --network none "$image")
  "$runner" export --output "$scratch/image.tar" "$container"
  "$runner" rm "$container" >/dev/null
  mkdir "$scratch/files"
  tar -C "$scratch/files" --no-same-owner --exclude='dev' --exclude='proc' --exclude='sys' --exclude='run' -xf "$scratch/image.tar"
}

# beside SERVER COMMAND…: in a container of the database's image that sees the server's processes.
beside() {
  "$runner" run --rm --network none --pid "container:$run-$1" --entrypoint "$2" milepost-database:test "${@:3}"
}

look_at_the_image() {
  check "its user is a number, and not root's" user_is_a_number
  check "it is smaller than 80 MB" is_small
  unpack_image
  check "it holds programs, libraries, certificates, names, licences and the contract; no shell, no package manager" holds_nothing_else
  check "its bill of materials is complete, and names every file and every package" has_bill_of_materials
  check "plugins for the ways in which accounts of MariaDB and MySQL prove their password are in it" has_plugins
  check "it says what it is and of which version" has_labels
  check "each server has serve, migrate and health, and answers --help" answer_help
  check "as it ships, a server listens on every address, and answers" listens_as_shipped
  check "an unknown server is refused by name, with exit code 2" refuses_unknown_server
  check "a wrong setting is the server's to refuse: its exit code is the container's" keeps_exit_code
}

inspect() { "$runner" image inspect --format "$1" "$image"; }

user_is_a_number() { expect user "$(inspect '{{.Config.User}}')" 10001:10001; }

is_small() {
  local bytes
  bytes=$(inspect '{{.Size}}')
  echo "$bytes bytes"
  [ "$bytes" -lt 80000000 ]
}

# Folders, and what docker and podman put into a container's file system, aside. What is left of the list is too much.
holds_nothing_else() {
  local found
  found=$(tar -tf "$scratch/image.tar" | sed 's|^\./||' | grep -v '/$' | grep -vE \
    -e '^usr/local/bin/(milepost|gig_catalog|offer_service|milestone_billing|payment_simulator)$' \
    -e '^usr/local/share/milepost/(milepost\.protoset|sbom\.spdx\.json)$' \
    -e '^(lib|lib64)$' -e '^usr/lib(64)?/ld-linux[-a-z0-9_.]*$' \
    -e '^usr/lib/[a-z0-9_-]+/[A-Za-z0-9_+.-]+\.so(\.[0-9.]+)?$' -e '^usr/lib/[a-z0-9_-]+/libmariadb3/plugin/[a-z0-9_]+\.so$' \
    -e '^etc/(passwd|group|nsswitch\.conf|ssl/certs/ca-certificates\.crt)$' \
    -e '^usr/share/(doc/[^/]+/copyright|common-licenses/[^/]+)$' \
    -e '^(\.dockerenv|etc/(hosts|hostname|mtab|resolv\.conf)|dev/console|run/\.containerenv)$' || true)
  expect found "$found" ""
}

has_bill_of_materials() {
  node .ci/image/check_sbom.mjs "$scratch/files/usr/local/share/milepost/sbom.spdx.json" "$scratch/files"
}

has_plugins() {
  local plugin
  for plugin in caching_sha2_password sha256_password client_ed25519 parsec; do
    tar -tf "$scratch/image.tar" | grep "/libmariadb3/plugin/$plugin.so" || { echo "no $plugin"; return 1; }
  done
}

has_labels() {
  expect title "$(inspect '{{index .Config.Labels "org.opencontainers.image.title"}}')" Milepost
  expect version "$(inspect '{{index .Config.Labels "org.opencontainers.image.version"}}')" "${image##*:}"
}

answer_help() {
  local server
  for server in "${servers[@]}"; do
    in_image "$server" --help >"$scratch/help"
    expect commands "$(grep -cE '^  (serve|migrate|health) ' "$scratch/help")" 3
  done
}

# Its gRPC has no known faults, or the server would refuse to.
listens_as_shipped() {
  "$runner" run --detach --name "$run-shipped" --network none "${restricted[@]}" --tmpfs /journal:mode=1777 "$image" \
    payment_simulator serve --journal=/journal/charges >/dev/null
  await 10 "$runner" exec "$run-shipped" milepost payment_simulator health
  "$runner" logs "$run-shipped" 2>&1 | grep '"listen":"0.0.0.0:50051"'
}

refuses_unknown_server() {
  local status=0
  in_image gig_catalogue serve >"$scratch/answer" 2>&1 || status=$?
  cat "$scratch/answer"
  expect status $status 2
  grep -q "gig_catalogue" "$scratch/answer"
}

keeps_exit_code() {
  local status=0
  in_image gig_catalog serve --drain_time=8 >"$scratch/answer" 2>&1 || status=$?
  cat "$scratch/answer"
  expect status $status 2
  grep -q -- '--drain_time: "8" is not allowed' "$scratch/answer"
}

# The database's container is the one whose network, a loopback device of its own, all others share.
start_database() {
  local service
  chmod 0755 "$scratch"
  printf '127.0.0.1 localhost mariadb\n' >"$scratch/hosts"
  mkdir -p "$scratch/administrator" "$scratch/accounts"
  make_password "$scratch/administrator/root-password"
  for service in "${services[@]}"; do
    mkdir "$scratch/accounts/$service"
    make_password "$scratch/accounts/$service/password"
    echo "$service" >"$scratch/accounts/$service/user"
  done
  "$runner" run --detach --name "$run-database" --network none --read-only --cap-drop all \
    --tmpfs /data:mode=1777 --tmpfs /tmp:mode=1777 --volume "$scratch/administrator:/etc/mariadb:ro" milepost-database:test >/dev/null
  check "the schemas and accounts are made as in the cluster, and again" make_accounts_twice
}

# Readable to the containers' users; the folder of all lasts as long as the test.
make_password() {
  tr -d '-' </proc/sys/kernel/random/uuid >"$1"
  chmod 0444 "$1"
}

make_accounts_twice() {
  make_accounts
  make_accounts
}

# As k8s/overlays/dev/accounts.yaml runs it.
make_accounts() {
  timeout 60 "$runner" run --rm --name "$run-accounts" --network "container:$run-database" --read-only --cap-drop all --tmpfs /tmp:mode=1777 \
    --volume "$scratch/hosts:/etc/hosts:ro" --volume "$PWD/k8s/overlays/dev/accounts.sh:/etc/database-accounts/accounts.sh:ro" \
    --volume "$scratch/administrator:/etc/mariadb:ro" --volume "$scratch/accounts:/etc/accounts:ro" \
    --entrypoint /bin/bash milepost-database:test /etc/database-accounts/accounts.sh
}

# database_flags SERVER: sets `flags`, where its database is and with which account.
database_flags() {
  flags=()
  [ "$1" != payment_simulator ] || return 0
  flags=(--volume "$scratch/accounts/$1/password:/run/secrets/password:ro" --env MILEPOST_DATABASE_HOST=127.0.0.1
    --env MILEPOST_DATABASE_PASSWORD_FILE=/run/secrets/password --env "MILEPOST_DATABASE_USER=$1")
}

# await SECONDS COMMAND…
await() {
  local tries=$(($1 * 5))
  shift
  until "$@" >"$scratch/awaited" 2>&1; do
    [ $((tries--)) -gt 0 ] || { cat "$scratch/awaited"; return 1; }
    sleep 0.2
  done
}

# start NAME FLAG…
start() {
  local server=$1
  shift
  "$runner" rm --force "$run-$server" >/dev/null 2>&1 || true
  database_flags "$server"
  [ "$server" != payment_simulator ] || flags+=(--tmpfs /journal:mode=1777)
  "$runner" run --detach --name "$run-$server" --network "container:$run-database" "${restricted[@]}" "${flags[@]}" \
    --env "MILEPOST_LISTEN=127.0.0.1:${ports[$server]}" "$image" "$server" serve "$@" >/dev/null
}

start_servers() {
  start payment_simulator --journal=/journal/charges
  start gig_catalog --test_clock=offset
  start offer_service --test_clock=offset --catalog="$(address gig_catalog)" --billing="$(address milestone_billing)"
  start milestone_billing --test_clock=offset --catalog="$(address gig_catalog)" --offers="$(address offer_service)" \
    --provider="$(address payment_simulator)"
}

address() { echo "127.0.0.1:${ports[$1]}"; }

# health NAME [FLAG…]: asked from inside, as a person would: docker exec NAME milepost gig_catalog health.
health() { "$runner" exec "$run-$1" milepost "$1" health "${@:2}"; }

waits_for_its_schema() {
  local status=0
  start gig_catalog --test_clock=offset
  await 20 health gig_catalog --health_service=liveness
  health gig_catalog || status=$?
  expect status $status 1
}

migrate() {
  local service
  for service in "${services[@]}"; do
    check "$service migrates its schema, and again" migrate_twice "$service"
  done
}

migrate_twice() {
  local time
  database_flags "$1"
  for time in first second; do
    echo "$time time"
    "$runner" run --rm --network "container:$run-database" "${restricted[@]}" "${flags[@]}" "$image" "$1" migrate
  done
}

all_ready() {
  local server
  for server in "${servers[@]}"; do await 30 health "$server"; done
}

runs_restricted() {
  local server
  for server in "${servers[@]}"; do
    beside "$server" cat /proc/1/comm /proc/1/status >"$scratch/status"
    expect "process 1 of $server" "$(head -n 1 "$scratch/status")" "${server:0:15}"
    expect "users of $server" "$(sed -n 's/^Uid:\t//p' "$scratch/status")" $'10001\t10001\t10001\t10001'
    expect "groups of $server" "$(sed -n 's/^Gid:\t//p' "$scratch/status")" $'10001\t10001\t10001\t10001'
    expect "capabilities of $server" "$(grep -E '^Cap(Eff|Bnd):' "$scratch/status" | grep -vc 0000000000000000 || true)" 0
    expect "new privileges of $server" "$(sed -n 's/^NoNewPrivs:\t//p' "$scratch/status")" 1
  done
}

# As root, so that nothing but the file system refuses.
can_not_write() {
  local mounts
  mounts=$(beside gig_catalog cat /proc/1/mounts)
  grep -E '^[^ ]+ / [^ ]+ ro,' <<<"$mounts" || { printf '%s\n' "$mounts"; return 1; }
  database_flags gig_catalog
  "$runner" run --detach --name "$run-writer" --user 0:0 --network "container:$run-database" "${restricted[@]}" "${flags[@]}" \
    "$image" gig_catalog serve --listen=127.0.0.1:0 --port_file=/usr/local/bin/written >/dev/null
  await 10 says_it_can_not_write
  "$runner" rm --force "$run-writer" >/dev/null
}

says_it_can_not_write() { "$runner" logs "$run-writer" 2>&1 | grep "the port file can't be written"; }

# k8s/base/pods/server.yaml runs it, with a longer time.
pauses_before_stopping() {
  local status=0
  grep -qF 'command: [/usr/local/bin/milepost, pause, ' k8s/base/pods/server.yaml
  "$runner" exec "$run-gig_catalog" /usr/local/bin/milepost pause 1
  "$runner" exec "$run-gig_catalog" /usr/local/bin/milepost pause soon || status=$?
  expect status $status 2
}

play_stories() {
  "$runner" run --rm --network "container:$run-database" --read-only --cap-drop all milepost-stories:test \
    --catalog="$(address gig_catalog)" --offers="$(address offer_service)" --billing="$(address milestone_billing)" \
    --simulator="$(address payment_simulator)" >"$scratch/stories"
  tail -n 3 "$scratch/stories"
  grep -qE '^stories: [1-9][0-9]* passed, 0 failed$' "$scratch/stories"
}

# buf needs no reflection where it has a schema: the protoset, from the image, names the method and its messages.
protoset_is_usable() {
  cp "$scratch/files/usr/local/share/milepost/milepost.protoset" "$scratch/milepost.protoset"
  # A rule's number stands in comments only.
  grep -qa 'S33' "$scratch/milepost.protoset" || { echo "no comments inside"; return 1; }
  ! grep -qa 'milepost\.storage' "$scratch/milepost.protoset" || { echo "storage messages inside"; return 1; }
  "$runner" run --rm --network "container:$run-database" --volume "$buf:/buf:ro" --volume "$scratch/milepost.protoset:/milepost.protoset:ro" \
    --tmpfs /tmp:mode=1777 --env HOME=/tmp --entrypoint /buf milepost-database:test curl --protocol grpc --http2-prior-knowledge \
    --schema '/milepost.protoset#format=binpb' --header 'milepost-actor: users/alice' --data '{}' \
    "http://$(address gig_catalog)/milepost.catalog.v1.GigCatalog/ListSubcategories" >"$scratch/answer"
  cat "$scratch/answer"
  grep -q business-plans "$scratch/answer"
}

production_refuses_test_clock() {
  local status=0
  "$runner" run --rm --network none "${restricted[@]}" --env MILEPOST_ENVIRONMENT=production --env MILEPOST_TEST_CLOCK=offset \
    "$image" milestone_billing serve --catalog=127.0.0.1:1 --offers=127.0.0.1:1 --provider=127.0.0.1:1 >"$scratch/answer" 2>&1 || status=$?
  cat "$scratch/answer"
  expect status $status 2
  grep -q 'test_clock=offset with MILEPOST_ENVIRONMENT=production' "$scratch/answer"
}

all_drain() {
  local server begun
  for server in milestone_billing offer_service gig_catalog payment_simulator; do
    begun=$(date +%s)
    "$runner" kill --signal TERM "$run-$server" >/dev/null
    expect "exit code of $server" "$("$runner" wait "$run-$server")" 0
    [ $(($(date +%s) - begun)) -lt 10 ] || { echo "$server took 10 s or more"; return 1; }
    "$runner" logs "$run-$server" 2>&1 | grep -q drained || { echo "$server does not say that it drained"; return 1; }
  done
}

main
