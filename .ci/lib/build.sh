# Configures and builds. Sourced by ./dev.
# shellcheck shell=bash

build_folder=$build_root/dev

# Lets two clones share one cache: paths below the clone are hashed as relative ones. The sloppiness is what ccache asks
# for before it keeps anything that was compiled with a precompiled header; nothing of ours uses __TIME__.
use_ccache() {
  export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
  if [ -n "$stack" ]; then export CCACHE_DIR=$build_root/ccache; fi  # another ccache reads other files, and a root has no home
}

# A compiler on gRPC's headers takes up to 1.5 GiB: fewer jobs than cores where memory is short.
build_jobs() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo)
  [ "$by_memory" -ge 1 ] || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

configure() {
  local cache=$build_folder/CMakeCache.txt log=$build_root/configure.log
  mkdir -p "$build_root"
  if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$cache"; then
    note "${build_folder#"$top"/} belongs to another place of this folder; starting it anew"
    rm -rf "$build_folder"
  fi
  if [ "$build_folder/build.ninja" -nt CMakePresets.json ]; then return 0; fi
  step "Configuring (${build_folder#"$top"/})"
  cmake --preset dev -B "$build_folder" >"$log" 2>&1 || {
    show_log "$log" 30
    fail "cmake --preset dev" "read ${log#"$top"/}; a missing package? './dev build' installs those it knows"
  }
}

# build [TARGET…]: everything by default.
build() {
  use_ccache
  configure
  step "Building ${*:-everything} ($(build_jobs) jobs; ccache makes the next time short)"
  setpriv --pdeathsig TERM ninja -C "$build_folder" -j "$(build_jobs)" "$@" 9>&- ||
    fail "the build" "mend what the compiler says above; ./dev clean starts from nothing"
}
