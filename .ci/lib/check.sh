# ./dev check and ./dev format: formatting, lint, the contract's rules, k8s/, the architecture test. Sourced by ./dev.
# shellcheck shell=bash

# tracked PATTERN…: the clone's own files, untracked new ones included, ignored ones not.
tracked() { git -c safe.directory="$top" ls-files --cached --others --exclude-standard -- "$@"; }

# clang-format 14, whatever it is called here: other versions format differently.
find_clang_format() {
  local candidate
  for candidate in clang-format-14 clang-format; do
    if "$candidate" --version 2>/dev/null | grep -q 'version 14\.'; then
      clang_format=$candidate
      return 0
    fi
  done
  fail "no clang-format 14 here" "install clang-format-14"
}

# buf, pinned with its checksum by .ci/buf/package-lock.json, below build/ so that the clone stays as it is.
find_buf() {
  local folder=$top/build/buf processor
  case $(uname -m) in
    x86_64) processor=x64 ;;
    aarch64) processor=aarch64 ;;
    *) fail "no buf binary for $(uname -m)" "run ./dev check on x86_64 or aarch64" ;;
  esac
  buf=$folder/node_modules/@bufbuild/buf-linux-$processor/bin/buf
  if [ -x "$buf" ] && cmp -s .ci/buf/package-lock.json "$folder/package-lock.json"; then return 0; fi
  step "Fetching buf (build/buf)"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp .ci/buf/package.json .ci/buf/package-lock.json "$folder/"
  # npm takes a package that it cannot fetch, but may do without, for no error: so the binary itself is looked for.
  if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund </dev/null >npm.log 2>&1) || [ ! -x "$buf" ]; then
    show_log "$folder/npm.log"
    fail "npm ci could not fetch buf" "is the npm registry reachable (npm ping)? a proxy's certificate: NODE_EXTRA_CA_CERTS"
  fi
}

# verdict NAME COMMAND…: runs one check, keeps going, remembers.
verdict() {
  local name=$1
  shift
  if "$@"; then
    note "ok      $name"
  else
    note "${red}FAILED${plain}  $name"
    failed_checks+=("$name")
  fi
}

# Names the files only: ./dev format and git diff show what they lack.
check_format() {
  local unformatted
  unformatted=$(tracked '*.h' '*.cc' | xargs -r "$clang_format" --dry-run 2>&1 | grep ' code should be clang-formatted' |
    cut -d: -f1 | sort | uniq -c || true)
  [ -z "$unformatted" ] || { printf '%s\n' "places in file" "$unformatted" && return 1; }
}

check_shell() {
  shellcheck -x -a dev .ci/run .ci/stack/enter .ci/galera_node .ci/image/{install_stack,collect,compiled_in,sbom} tests/image/*.sh \
    k8s/overlays/dev/*.sh
}
check_contract_format() { "$buf" format --diff --exit-code; }

check_sbom_rules() { node --test .ci/image/check_sbom.test.mjs >"$build_folder/sbom.log" 2>&1 || { tail -n 40 "$build_folder/sbom.log"; return 1; }; }

# The published contract is the last release's: a tag v*.
check_breaking() {
  local release
  release=$(git -c safe.directory="$top" describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null) || {
    note "no release tag yet: no published contract to compare with"
    return 0
  }
  "$buf" breaking --against ".git#tag=$release"
}

check() {
  install_packages build run check
  find_clang_format
  find_buf
  find_kubernetes_tools
  failed_checks=()
  step "Checking"
  verdict "format (./dev format mends it)" check_format
  verdict "shellcheck" check_shell
  verdict "buf lint" "$buf" lint
  verdict "buf format (./dev format mends it)" check_contract_format
  verdict "buf breaking" check_breaking
  build arch_test "${servers[@]}"
  verdict "k8s: kustomize, the fields of Kubernetes 1.29 and 1.36, the rules, the servers' settings" check_manifests
  verdict "k8s: what is wrong on purpose is found" check_manifest_rules
  verdict "image: what is wrong in a bill of materials is found" check_sbom_rules
  verdict "architecture" "$build_folder/bin/arch_test" --gtest_brief=1
  [ ${#failed_checks[@]} -eq 0 ] || fail "$(printf '%s; ' "${failed_checks[@]}" | sed 's/; $//')" "mend what is said above"
  step "All checks passed"
}

format() {
  install_packages check
  find_clang_format
  find_buf
  tracked '*.h' '*.cc' | xargs -r "$clang_format" -i
  "$buf" format --write
  step "Formatted"
}
