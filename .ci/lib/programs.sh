# The servers' programs of one version, for ./dev torture rolling --from=… --to=…: of a stack that this clone builds with, or of an
# image. Sourced by ./dev.
# shellcheck shell=bash

programs_root=$build_root/programs

# programs_of host|current|IMAGE: sets `programs`, a folder with the servers of that version, which run on this machine.
programs_of() {
  case $1 in
    host)
      build "${servers[@]}"
      programs=$build_folder/bin
      ;;
    current)
      have_stack  # and nobody makes the root anew while its programs run
      MILEPOST_SNAPSHOT=$stack_snapshots "$top/dev" build "${servers[@]}" --stack=current
      programs=$programs_root/current
      wrap_programs "$stack_root" "$top/build/current/dev/bin" "$programs"
      ;;
    *) unpack_image "$1" ;;
  esac
}

# The image's files, without the image's isolation.
unpack_image() {
  local root=$programs_root/${1//[^A-Za-z0-9.-]/-}.root container
  find_builder podman
  has_image "$1" || fail "there is no image $1" "podman images; ./dev image --tag=$1 builds one of this clone"
  rm -rf "$root"
  mkdir -p "$root"
  container=$(podman create "$1" gig_catalog)
  podman export "$container" | tar -C "$root" --no-same-owner -xf -
  podman rm "$container" >/dev/null
  programs=${root%.root}
  wrap_programs "$root" "$root/usr/local/bin" "$programs"
}

# wrap_programs ROOT BIN FOLDER: each server of BIN as a script in FOLDER, which runs it with the loader and the libraries of
# ROOT. It becomes that process, so signals reach the server itself.
wrap_programs() {
  local name libraries=$1/usr/lib/x86_64-linux-gnu loader
  loader=$libraries/ld-linux-x86-64.so.2
  [ -f "$loader" ] || loader=$1/usr/lib64/ld-linux-x86-64.so.2
  mkdir -p "$3"
  for name in "${servers[@]}"; do
    printf '#!/bin/sh\nexec %q --library-path %q %q "$@"\n' "$loader" "$libraries" "$2/$name" >"$3/$name"
    chmod +x "$3/$name"
  done
}
