# ./dev image: builds the one image (Dockerfile) with docker, podman or buildah, whichever is there. Sourced by ./dev.
# shellcheck shell=bash

base_image=docker.io/library/debian:sid-slim  # of the stages that build; the product has none
image_folder=$top/build/image                 # settings and logs of the builder, and the bill of materials
image_sbom=$image_folder/sbom.spdx.json

# build_image TAG ("" = milepost:VERSION) BUILDER ("" = whichever is there). Sets `image`.
build_image() {
  local version before
  version=$(git -c safe.directory="$top" describe --tags --always --dirty 2>/dev/null) || version=unknown
  image=${1:-milepost:$version}
  [[ $image =~ ^([a-z0-9.-]+(:[0-9]+)?/)?[a-z0-9._/-]+:[A-Za-z0-9_][A-Za-z0-9._-]*$ && $image != *:latest ]] ||
    usage_error "--tag wants NAME:VERSION, and not the version 'latest', which says nothing; got '$image'"
  mkdir -p "$image_folder"
  find_builder "${2:-}"
  have_base_image
  before=
  if has_image "$image"; then before=$(image_megabytes "$image"); fi
  step "Building $image with $builder (the first time compiles everything: ten minutes or more on two cores)"
  build_stage product "$image" --build-arg VERSION="${image##*:}" \
    --build-arg REVISION="$(git -c safe.directory="$top" rev-parse HEAD 2>/dev/null || echo unknown)"
  copy_from_image /usr/local/share/milepost/sbom.spdx.json "$image_sbom"
  report_libraries
  note "$image: $(image_megabytes "$image") MB${before:+ (before: $before MB)}; try: ${CONTAINERS_CONF:+CONTAINERS_CONF=${CONTAINERS_CONF#"$top"/} }${runner:-podman} run --rm --network none $image milestone_billing --help"
}

# copy_from_image PATH FILE: out of a container that never runs; the image has no program that could print it.
copy_from_image() {
  local container
  if [ "$builder" = buildah ]; then
    container=$(buildah from --pull-never "$image")
    cp "$(buildah mount "$container")$1" "$2"
    buildah rm "$container" >/dev/null
    return 0
  fi
  container=$("$builder" create "$image")
  "$builder" cp "$container:$1" "$2"
  "$builder" rm "$container" >/dev/null
}

# The bill of materials has one package a line, with a comment where the version is not the lock's.
report_libraries() {
  local library=' "primaryPackagePurpose": "LIBRARY", '
  note "$(grep -c "$library" "$image_sbom") packages of Debian's in it: ${image_sbom#"$top"/} (SPDX 2.3, also in the image)"
  sed -n 's/.*"name": "\([^"]*\)", "versionInfo": "\([^"]*\)".*"comment": "\([^"]*\)".*/    not the lock'"'"'s version: \1 \2 (\3)/p' "$image_sbom"
}

# Sets `builder`, and `runner` (what can run an image; empty for buildah). A docker without an engine is none.
find_builder() {
  local candidate
  builder=
  for candidate in ${1:-docker podman buildah}; do
    can_build_with "$candidate" && builder=$candidate && break
  done
  [ -n "$builder" ] || fail "nothing here builds images; looked for ${1:-docker, podman and buildah}" \
    "docker needs its engine to run; or, as root, where no registry is reached with debootstrap too:" \
    "apt-get update && apt-get install -y --no-install-recommends podman buildah runc golang-github-containers-common"
  runner=$builder
  [ "$builder" != buildah ] || runner=
  if [ "$builder" = docker ]; then export DOCKER_BUILDKIT=1; else settle_containers; fi
}

can_build_with() {
  command -v "$1" >/dev/null || return 1
  [ "$1" != docker ] || docker info >/dev/null 2>&1
}

# Sandboxes that may not raise limits (no CAP_SYS_RESOURCE), or with control groups of the first kind, need other settings
# than podman's and buildah's own; somebody's CONTAINERS_CONF wins.
settle_containers() {
  local capabilities
  [ -z "${CONTAINERS_CONF:-}" ] || return 0
  capabilities=$(awk '/^CapEff:/ { print $2 }' /proc/self/status)
  if (((16#$capabilities >> 24) & 1)) && [ -f /sys/fs/cgroup/cgroup.controllers ]; then return 0; fi
  export CONTAINERS_CONF=$image_folder/containers.conf
  mkdir -p "$image_folder"
  {
    printf '[containers]\ndefault_ulimits = ["nofile=%d:%d", "nproc=%d:%d"]\n' \
      "$(limit_below 16384 -Hn)" "$(limit_below 16384 -Hn)" "$(limit_below 30000 -Hu)" "$(limit_below 30000 -Hu)"
    printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
    if command -v runc >/dev/null; then printf 'runtime = "runc"\n'; fi
  } >"$CONTAINERS_CONF"
}

# limit_below NUMBER -Hn: this shell's limit, and no more than so many: a builder's own may be lower than ours.
limit_below() {
  local limit
  limit=$(ulimit "$2")
  [[ $limit != unlimited && $limit -lt $1 ]] || limit=$1
  echo "$limit"
}

# build_stage STAGE TAG [ARGUMENT…]
build_stage() {
  local stage=$1 tag=$2
  shift 2
  run_builder --file Dockerfile --target "$stage" --tag "$tag" "$@" "$top"
}

# run_builder ARGUMENT…: what differs between the three.
run_builder() {
  local line=()
  case $builder in
    docker) line=(docker build) ;;
    podman) line=(podman build --network host) ;;
    buildah) line=(buildah bud --layers --network host) ;;
  esac
  if [ "$builder" = buildah ] && ! command -v runc crun >/dev/null; then line+=(--isolation chroot); fi
  "${line[@]}" "$@" </dev/null 9>&- ||
    fail "$builder could not build the image" "read the lines above; no space left? $builder image prune"
}

# The base comes from its registry. Where no registry is reached, Debian's own packages make one of the same content; it
# gets the same name in the local store, so that the Dockerfile knows nothing of it.
have_base_image() {
  has_image "$base_image" && return 0
  step "Fetching $base_image"
  if timeout 120 "$builder" pull "$base_image" >"$image_folder/pull.log" 2>&1 </dev/null; then return 0; fi
  note "not to be had: $(tail -n 1 "$image_folder/pull.log" | cut -c1-150)"
  make_base_image
}

has_image() { "$builder" inspect --type=image "$1" >/dev/null 2>&1; }

make_base_image() {
  local root=$image_folder/root archive=$image_folder/base.tar
  if ! command -v debootstrap >/dev/null || [ "$(id -u)" != 0 ]; then
    fail "$base_image can't be fetched" "is the registry reachable? '$builder pull $base_image' says more" \
      "or, as root with the package debootstrap, ./dev image makes it of Debian's packages"
  fi
  step "Making $base_image of Debian's packages (debootstrap; two minutes)"
  debian_mirror
  rm -rf "$root"
  # What debootstrap mounts ends with its namespace.
  unshare --mount --propagation private debootstrap --variant=minbase sid "$root" "$mirror" \
    >"$image_folder/debootstrap.log" 2>&1 </dev/null || {
    show_log "$image_folder/debootstrap.log"
    fail "debootstrap" "read build/image/debootstrap.log"
  }
  apt_dates >"$root/etc/apt/apt.conf.d/90dates"
  # As Debian's slim images: without documentation, translations and what apt fetched, but with the licences.
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  tar -C "$root" --numeric-owner --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' \
    --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./var/log/*' -cf "$archive" .
  import_base_image "$archive"
  rm -rf --one-file-system "$root" "$archive"
}

# What this machine's apt thinks of old lists: unstable's are good for a week, and a mirror that stands still has older ones.
apt_dates() { apt-config dump 2>/dev/null | grep -E '^Acquire::Check-(Date|Valid-Until) ' || true; }

import_base_image() {
  local container
  if [ "$builder" != buildah ]; then
    "$builder" import --change 'CMD ["bash"]' "$1" "$base_image" >/dev/null
    return 0
  fi
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$1" / >/dev/null
  buildah config --cmd bash "$container"
  buildah commit --quiet "$container" "$base_image" >/dev/null
  buildah rm "$container" >/dev/null
}

# image_megabytes TAG: its size with all layers, in millions of bytes, rounded up.
image_megabytes() {
  local bytes
  if [ "$builder" = buildah ]; then
    bytes=$(buildah images --json "$1" | sed -n 's/.*"size": "\([0-9.]*\) MB".*/\1/p' | awk '{ print $1 * 1000000 }' | head -n 1)
  else
    bytes=$("$builder" image inspect --format '{{.Size}}' "$1")
  fi
  echo $(((${bytes%.*} + 999999) / 1000000))
}

# Builds the image, then runs it: tests/image.
test_image() {
  build_image "$@"
  [ -n "$runner" ] || fail "buildah can build but not run" "install podman and runc; then ./dev image --test"
  find_buf
  build_stage stories milepost-stories:test
  step "Building the database of the test (tests/image/Dockerfile)"
  run_builder --file tests/image/Dockerfile --tag milepost-database:test tests/image
  step "Running $image with $runner: database, simulator and services as containers"
  runner=$runner image=$image buf=$buf tests/image/image_test.sh
}
