# The private MariaDB of one clone: its own data folder (var/db), unix socket and loopback port. Sourced by ./dev.
#
# Nothing of an installed MariaDB is read or touched: --no-defaults. The folder is filled once and kept; whoever wants a
# new one says ./dev clean --data. Accounts: the person who made the folder is the administrator, by unix socket only; each
# service has an account that sees its own schema only, with the password in var/db.password.
# shellcheck shell=bash

data_folder=$var/db
password_file=$var/db.password
mariadbd=/usr/sbin/mariadbd
schemas=(gig_catalog offer_service milestone_billing)  # each named after its service, as its account is

has_schema() { [[ " ${schemas[*]} " == *" $1 "* ]]; }

# Sets `database_socket` and `database_port`.
start_database() {
  pick_port database
  database_port=$port
  choose_socket
  [ -d "$data_folder" ] || create_data_folder
  check_data_folder
  step "Starting MariaDB on ${data_folder#"$top"/} (127.0.0.1:$database_port)"
  # The pool holds what is worked on, the redo log some seconds' writes: where either is smaller, pages are written out and read
  # back all the time (docs/PERFORMANCE.md).
  start mariadbd TERM "$mariadbd" --no-defaults --user="$(id -un)" --datadir="$data_folder" --socket="$database_socket" \
    --pid-file="$run/mariadbd.own.pid" --bind-address=127.0.0.1 --port="$database_port" --skip-name-resolve \
    --character-set-server=utf8mb4 --skip-log-bin --performance-schema=OFF --innodb-buffer-pool-size="${buffer_pool:-$(buffer_pool_size)}" \
    --innodb-log-file-size=512M --max-connections=200 >"$logs/mariadbd.log" 2>&1
  disown "$started_pid"
  await_database
  upgrade_database
  create_accounts
}

# An eighth of the memory there is for us, from 256 MiB to 1 GiB; only what is used of it is taken.
buffer_pool_size() {
  local mib limit=/sys/fs/cgroup/memory.max
  mib=$(awk '/^MemTotal:/ { print int($2 / 1024 / 8) }' /proc/meminfo)
  if [ -r "$limit" ] && [ "$(cat "$limit")" != max ]; then
    limit=$(($(cat "$limit") / 1024 / 1024 / 8))
    if [ "$limit" -lt "${mib:-0}" ]; then mib=$limit; fi
  fi
  if [ "${mib:-0}" -lt 256 ]; then mib=256; fi
  if [ "$mib" -gt 1024 ]; then mib=1024; fi
  echo "${mib}M"
}

# The path of a unix socket has 107 bytes at most; a clone in a deep folder gets a short one below /tmp.
choose_socket() {
  local kept=$run/socket-folder
  database_socket=$run/db.sock
  [ ${#database_socket} -gt 100 ] || return 0
  mktemp -d /tmp/milepost-XXXXXX >"$kept"
  database_socket=$(cat "$kept")/db.sock
}

# Filled beside its place and moved there whole, so that a kill halfway leaves no half-filled folder.
create_data_folder() {
  local unfinished=$data_folder.unfinished log=$logs/create-data-folder.log
  step "Creating the database folder ${data_folder#"$top"/} (once)"
  rm -rf "$unfinished"
  mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$unfinished" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" >"$log" 2>&1 9>&- || {
    show_log "$log"
    fail "mariadb-install-db could not fill $unfinished" "read ${log#"$top"/}; is the disk full?"
  }
  database_version >"$unfinished/milepost_version"
  (umask 077 && tr -d - </proc/sys/kernel/random/uuid >"$password_file")
  mv "$unfinished" "$data_folder"
}

# Such as 10.11
database_version() { "$mariadbd" --no-defaults --version | grep -oE '[0-9]+\.[0-9]+' | head -n 1; }

check_data_folder() {
  local owner made now
  owner=$(stat -c %U "$data_folder")
  [ "$owner" = "$(id -un)" ] || fail "${data_folder#"$top"/} belongs to $owner, you are $(id -un)" \
    "run ./dev as $owner, or use a clone of your own, or give up its data: as $owner, ./dev clean --data"
  [[ -r $data_folder/milepost_version && -r $password_file ]] ||
    fail "${data_folder#"$top"/} was not made by ./dev" "give up its data: ./dev clean --data"
  made=$(cat "$data_folder/milepost_version")
  now=$(database_version)
  [ "$(printf '%s\n' "$made" "$now" | sort -V | tail -n 1)" = "$now" ] || fail \
    "${data_folder#"$top"/} was written by MariaDB $made, and $now is installed, which cannot read it" \
    "install MariaDB $made, or give up its data: ./dev clean --data"
}

# A folder left by kill -9 is recovered while it starts, which may take longer than a plain start.
await_database() {
  local tries=1800
  until mariadb --no-defaults --socket="$database_socket" --user="$(id -un)" -e 'DO 1' >/dev/null 2>&1; do
    if ! kill -0 "$started_pid" 2>/dev/null; then
      show_log "$logs/mariadbd.log" 30
      fail "MariaDB ended while starting" "read var/log/mariadbd.log; if its data can go: ./dev clean --data"
    fi
    [ $((tries--)) -gt 0 ] || fail "MariaDB is not ready after 180 s" "read var/log/mariadbd.log"
    sleep 0.1
  done
}

# sql STATEMENTS: as the administrator.
sql() { mariadb --no-defaults --socket="$database_socket" --user="$(id -un)" --batch --skip-column-names -e "$1" 9>&-; }

# A folder of an older MariaDB is brought up to the installed one, once.
upgrade_database() {
  local version
  version=$(database_version)
  [ "$(cat "$data_folder/milepost_version")" != "$version" ] || return 0
  step "Upgrading the database folder to MariaDB $version"
  mariadb-upgrade --no-defaults --socket="$database_socket" --user="$(id -un)" >"$logs/upgrade.log" 2>&1 9>&- || {
    show_log "$logs/upgrade.log"
    fail "mariadb-upgrade" "give up the folder's data: ./dev clean --data"
  }
  echo "$version" >"$data_folder/milepost_version"
}

# The password is made of hexadecimal digits only, the names are ours: nothing to escape.
create_accounts() {
  local service host statements='' password
  password=$(cat "$password_file")
  for service in "${schemas[@]}"; do
    statements+="CREATE DATABASE IF NOT EXISTS $service;"
    for host in localhost 127.0.0.1; do
      statements+="CREATE OR REPLACE USER '$service'@'$host' IDENTIFIED BY '$password';"
      statements+="GRANT ALL ON \`${service//_/\\_}\`.* TO '$service'@'$host';"  # an _ alone is a wildcard there
    done
  done
  sql "$statements" || fail "creating the schemas and accounts" "read the line above; if the data can go: ./dev clean --data"
}

stop_database() {
  stop mariadbd 120
  if [ -r "$run/socket-folder" ]; then
    case $(cat "$run/socket-folder") in /tmp/milepost-??????) rm -rf "$(cat "$run/socket-folder")" ;; esac
  fi
  rm -f "$run/socket-folder" "$run/db.sock" "$run/mariadbd.own.pid"
}
