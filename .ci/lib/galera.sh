# ./dev torture crash --database=galera: a Galera cluster of three MariaDB nodes on loopback, below var/galera while the rounds
# run. Sourced by ./dev.
# shellcheck shell=bash

galera=$var/galera

# Sets `galera_arguments`, for torture: where the nodes are, and how one is killed and started.
start_galera() {
  local number nodes=() hook
  install_packages galera
  stop_galera
  rm -rf "$galera"
  mkdir -p "$galera"
  unpack_transfer_scripts
  for number in 1 2 3; do
    pick_node_ports "$number"
    nodes+=("127.0.0.1:$(sed -n "${number}p" "$galera/ports" | cut -d' ' -f1)")
    make_node "$number"
  done
  step "Starting a Galera cluster of three nodes (${nodes[*]})"
  for number in 1 2 3; do
    run_node start "$number" || fail "Galera's node $number did not come up" "read ${galera#"$top"/}/node$number/mariadbd.log"
  done
  hook=$(printf '%q %q' "$top/.ci/galera_node" "$galera")
  galera_arguments=(--database="$(IFS=,; echo "${nodes[*]}")" --database_user=root
    --database_kill="$hook kill \$NODE" --database_start="$hook start \$NODE")
}

run_node() {
  local command=$1 number=$2 first=()
  if [ "$command $number" = "start 1" ]; then first=(--wsrep-new-cluster); fi
  "$top/.ci/galera_node" "$galera" "$command" "$number" "${first[@]}"
}

# Also what an earlier run left that was killed itself.
stop_galera() {
  local number
  for number in 3 2 1; do run_node kill "$number" >/dev/null 2>&1 || true; done
}

# For clients, the group, incremental and full state transfers.
pick_node_ports() {
  local use ports=()
  for use in client group incremental full; do
    pick_port "galera_$1_$use"
    ports+=("$port")
  done
  echo "${ports[*]}" >>"$galera/ports"
}

make_node() {
  local folder=$galera/node$1 user
  user=$(id -un)
  [ "$user" != root ] || user=nobody
  mkdir -p "$folder"
  mariadb-install-db --no-defaults --user="$user" --datadir="$folder/data" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=normal >"$folder/install.log" 2>&1 9>&- || {
    show_log "$folder/install.log"
    fail "mariadb-install-db could not fill $folder/data" "is the disk full?"
  }
  [ "$user" = "$(id -un)" ] || chown -R "$user" "$folder"
}

# The scripts that transfer a node's whole state are in mariadb-server, which as a package would start a service: so they
# are only unpacked.
unpack_transfer_scripts() {
  local kept=$build_root/galera
  if [ ! -e "$kept/usr/bin/wsrep_sst_rsync" ]; then
    step "Fetching Galera's state transfer scripts (${kept#"$top"/}, once)"
    rm -rf "$kept"
    mkdir -p "$kept"
    (cd "$kept" && apt-get -q -o APT::Sandbox::User=root download mariadb-server && dpkg -x mariadb-server_*.deb . && rm mariadb-server_*.deb) \
      >"$logs/fetch-galera.log" 2>&1 </dev/null || { show_log "$logs/fetch-galera.log" && fail "apt-get download mariadb-server" "as root: apt-get update"; }
  fi
  mkdir -p "$galera/scripts"
  cp "$kept"/usr/bin/wsrep_sst_* "$galera/scripts/"
  chmod -R a+rX "$galera"
}
