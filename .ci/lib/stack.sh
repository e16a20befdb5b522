# --stack=current: ./dev runs itself inside a root of Debian unstable with experimental's gRPC and protobuf, below build/current.
# The clone is mounted there at its own path, in a mount namespace that ends with the command. .ci/stack/current.lock names the
# versions that were tested. docs/DEPENDENCIES.md tells more. Sourced by ./dev.
# shellcheck shell=bash

# Set inside the root, and only for this script: servers warn of MILEPOST_ variables that are none of theirs.
stack=${MILEPOST_STACK:-}
stack_snapshots=${MILEPOST_SNAPSHOT:-https://snapshot.debian.org/archive/debian}
unset MILEPOST_STACK MILEPOST_SNAPSHOT

build_root=$top/build${stack:+/$stack}  # what is built, by each stack for itself

stack_lock=$top/.ci/stack/current.lock
stack_folder=$top/build/current
stack_root=$stack_folder/root
stack_log=$stack_folder/root.log
stack_stamp=$stack_folder/complete

# take_stack COMMAND ARGUMENT…: sets `arguments` to those that are not --stack. With --stack=current it goes on inside the root
# instead, and does not come back.
take_stack() {
  local command=$1 argument wanted=
  shift
  arguments=()
  for argument in "$@"; do
    case $argument in
      --stack=host | --stack=current) wanted=${argument#*=} ;;
      --stack=*) usage_error "--stack wants host or current, got '${argument#*=}'" ;;
      *) arguments+=("$argument") ;;
    esac
  done
  case $command in
    run | clock | test | torture | fuzz | simulate | bench | build) ;;
    *) [ -z "$wanted" ] || usage_error "$command does not know --stack" ;;
  esac
  if [ "$wanted" = current ] && [ -z "$stack" ]; then run_in_stack "$command" "${arguments[@]}"; fi
}

run_in_stack() {
  have_stack
  show_stack_differences
  step "Going on with the current stack (build/current, var/current)"
  set_enter
  exec "${enter[@]}" MILEPOST_STACK=current ${MILEPOST_VAR:+"MILEPOST_VAR=$MILEPOST_VAR"} "$top/dev" "$@"
}

# Sets `enter`: what runs a command inside the root.
set_enter() {
  enter=(unshare --mount --propagation private "$top/.ci/stack/enter" "$stack_root" "$top")
}

in_stack() {
  set_enter
  "${enter[@]}" DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# Makes the root if it is not there, is half made, or was made for another lock. Descriptor 8 keeps others from making it anew
# until this command ends.
have_stack() {
  can_have_stack
  mkdir -p "$stack_folder"
  exec 8>>"$stack_folder/lock"
  flock -n -s 8 || { note "waiting for another ./dev, which makes the root" && flock -s 8; }
  if is_stack_complete; then return 0; fi
  flock -u 8
  take_stack_alone
  is_stack_complete || make_stack locked
  flock -s 8
}

take_stack_alone() {
  flock -n 8 || { note "waiting for another ./dev to end, which works in build/current/root (./dev stop ends it)" && flock 8; }
}

is_stack_complete() { [ -d "$stack_root" ] && [ "$(cat "$stack_stamp" 2>/dev/null)" = "$(stack_digest)" ]; }

# Of all that says which packages are in the root.
stack_digest() { cat "$stack_lock" "$top/.ci/stack/preferences" "$top/.ci/packages.list" 2>/dev/null | sha256sum | cut -d ' ' -f 1; }

# One line says what is missing here.
can_have_stack() {
  local instead="without it: ./dev COMMAND on this machine's own packages"
  [ "$(id -u)" = 0 ] || fail "the current stack lives in a root of its own, which only root can make and enter" \
    "as root: ./dev … --stack=current" "$instead"
  unshare --mount --propagation private true 2>/dev/null ||
    fail "nothing can be mounted here (a container without CAP_SYS_ADMIN?), and the current stack's root needs it" \
      "start the container with CAP_SYS_ADMIN, or use a machine" "$instead"
  install_packages stack
}

# make_stack locked|newest
make_stack() {
  local archive
  step "Making the root of the current stack (build/current/root: 2 GB, some minutes, once)"
  choose_archive "$1"
  make_root "$1" || make_root_from_mirror "$1" || stack_failed "$archive"
  in_stack apt-get -q clean >>"$stack_log" 2>&1
  stack_digest >"$stack_stamp"
}

# make_root locked|newest: anew, from `archive`; false where that fails. debootstrap mounts in it: in a namespace of its own.
make_root() {
  rm -f "$stack_stamp"
  rm -rf --one-file-system "$stack_root"
  unshare --mount --propagation private debootstrap --variant=minbase --include=ca-certificates sid "$stack_root" "$archive" \
    >"$stack_log" 2>&1 </dev/null || return 1
  write_apt_settings "$1" "$archive" || return 1
  in_stack apt-get -q update >>"$stack_log" 2>&1 || return 1
  install_stack_packages
}

# Where another archive was tried first.
make_root_from_mirror() {
  [ "$archive" != "${mirror:-}" ] || return 1
  note "$archive did not give all of it"
  choose_mirror
  make_root "$1"
}

stack_failed() {
  show_log "$stack_log"
  fail "the root of the current stack could not be made" "is $1 reachable? the whole log: ${stack_log#"$top"/}"
}

# Sets `archive`: the snapshot of the lock where it is reached within some seconds, else this machine's mirror, which has the
# newest versions only. MILEPOST_SNAPSHOT is another archive of snapshots, or "no".
choose_archive() {
  local timestamp
  timestamp=$(sed -n 's/^# snapshot: //p' "$stack_lock" 2>/dev/null) || true
  archive=$stack_snapshots/$timestamp
  if [ "$1" = locked ] && [ "$stack_snapshots" != no ] && [ -n "$timestamp" ] && is_reached "$archive/dists/sid/InRelease"; then
    note "from $archive"
    return 0
  fi
  choose_mirror
}

choose_mirror() {
  debian_mirror
  archive=$mirror
  note "from $archive; a version that it no longer has is replaced by its newest"
}

is_reached() {
  timeout 15 /usr/lib/apt/apt-helper -o Acquire::Retries=0 -o Acquire::http::Timeout=5 -o Acquire::https::Timeout=5 \
    download-file "$1" "$stack_folder/reached" >/dev/null 2>&1 </dev/null
}

# The machine's own settings of how packages are fetched (a proxy, a mirror without dates) hold in the root, too.
write_apt_settings() {
  local etc=$stack_root/etc
  printf 'deb %s sid main\ndeb %s experimental main\n' "$2" "$2" >"$etc/apt/sources.list"
  rm -f "$etc"/apt/sources.list.d/*
  {
    apt-config dump | grep -E '^Acquire::(Check-|Retries|http|https)' || true
    case $2 in "$stack_snapshots"/*) echo 'Acquire::Check-Valid-Until "false";' ;; esac
  } >"$etc/apt/apt.conf.d/90milepost"
  printf 'force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n' \
    >"$etc/dpkg/dpkg.cfg.d/milepost"
  cp .ci/stack/preferences "$etc/apt/preferences.d/stack"
  if [ "$1" = locked ]; then pins_of_the_lock >"$etc/apt/preferences.d/lock"; fi
}

# A version that the archive lacks pins nothing: then apt takes the newest.
pins_of_the_lock() {
  locked_versions | awk -F= '{ printf "Package: %s\nPin: version %s\nPin-Priority: 1001\n\n", $1, $2 }'
}

# All that ./dev may want in there, so that nothing is installed later: of every group but those of the host's own tools.
install_stack_packages() {
  local packages
  mapfile -t packages < <(awk -F '|' '$1 ~ /^(build|run|bench|galera) *$/ { gsub(/ /, "", $2); print $2 }' "$top/.ci/packages.list")
  packages+=(git procps ca-certificates)
  if ! stack_apt --simulate install "${packages[@]}"; then
    note "the locked versions that are left do not fit together: taking the newest of all"
    rm -f "$stack_root/etc/apt/preferences.d/lock"
  fi
  stack_apt install "${packages[@]}"
}

stack_apt() {
  in_stack apt-get -q -y --no-install-recommends --allow-downgrades -o Dpkg::Use-Pty=0 "$@" >>"$stack_log" 2>&1
}

locked_versions() { sed -n '/^#/d; /=/p' "$stack_lock" 2>/dev/null | LC_ALL=C sort -t = -k 1,1; }

# Read from outside: as fast as reading a file.
installed_versions() {
  dpkg-query --admindir="$stack_root/var/lib/dpkg" -W -f '${db:Status-Status} ${Package}=${Version}\n' 2>/dev/null |
    sed -n 's/^installed //p' | LC_ALL=C sort -t = -k 1,1 -u
}

# A line for each package whose version is not the lock's.
show_stack_differences() {
  local differences
  differences=$(LC_ALL=C join -t = -a 1 -a 2 -e none -o 0,1.2,2.2 <(locked_versions) <(installed_versions) |
    awk -F= '$2 != $3 { printf "%s %s, locked: %s\n", $1, $3, $2 }')
  if [ -z "$differences" ]; then
    note "the current stack's packages are the locked ones (.ci/stack/current.lock)"
    return 0
  fi
  note "the current stack differs from .ci/stack/current.lock in $(wc -l <<<"$differences") packages:"
  note "${differences//$'\n'/$'\n    '}"
}

# What runs there is seen from outside, and stopped like the rest.
stop_in_stack() {
  [ -z "$stack" ] && [ -z "${MILEPOST_VAR:-}" ] && [ -d "$top/var/current/run" ] || return 0
  MILEPOST_STACK=current "$top/dev" stop
}

# ./dev stack [show | newest | lock]
command_stack() {
  [ $# -le 1 ] || usage_error "stack takes one argument, got '$2'"
  case "${1:-show}" in
    show)
      is_stack_complete || { note "there is no root of the current stack yet: ./dev … --stack=current makes it" && return 0; }
      show_stack_differences
      ;;
    newest) remake_stack ;;
    lock) have_stack && write_lock ;;
    *) usage_error "stack does not know '$1'" ;;
  esac
}

# With the newest versions that unstable and experimental have, whatever the lock says.
remake_stack() {
  can_have_stack
  mkdir -p "$stack_folder"
  exec 8>>"$stack_folder/lock"
  take_stack_alone
  make_stack newest
  show_stack_differences
}

write_lock() {
  {
    echo "# The packages with which the current stack was tested: ./dev stack lock writes them (docs/DEPENDENCIES.md)."
    echo "# snapshot: $(stack_timestamp)"
    installed_versions
  } >"$stack_lock.new"
  mv "$stack_lock.new" "$stack_lock"
  stack_digest >"$stack_stamp"
  note "${stack_lock#"$top"/} has $(installed_versions | wc -l) packages; now ./dev test --stack=current, and commit it"
}

# When the archive had these packages, as snapshot.debian.org writes it. It keeps the archive every six hours, and answers with
# what it kept last before a time: some hours after unstable's own date.
stack_timestamp() {
  local date
  date=$(sed -n 's/^Date: //p' "$stack_root"/var/lib/apt/lists/*_dists_sid_InRelease | head -n 1)
  [ -n "$date" ] || fail "unstable's list of packages has no date" "./dev stack newest"
  date -u -d "$date + 4 hours" +%Y%m%dT%H%M%SZ
}
