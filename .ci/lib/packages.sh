# Installs the Debian packages that are missing. Sourced by ./dev.
# shellcheck shell=bash

# missing_packages GROUP…: names the packages of these groups that are neither installed nor replaced by a command.
missing_packages() {
  local groups=" $* " group package command installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p')
  while IFS='|' read -r group package command _; do
    group=${group// /} package=${package// /} command=${command// /}
    case $group in '' | '#'*) continue ;; esac
    [[ $groups == *" $group "* ]] || continue
    grep -qxF -- "$package" <<<"$installed" && continue
    [ "$command" != - ] && command -v "$command" >/dev/null && continue
    printf '%s\n' "$package"
  done <"$top/.ci/packages.list"
}

# install_packages GROUP…: asks nothing, says what; as a user, says what root must type.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  local by_hand="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  command -v apt-get >/dev/null ||
    fail "these are missing, and this is no Debian with apt-get: ${missing[*]}" "install them, or use a Debian 12"
  [ "$(id -u)" = 0 ] ||
    fail "these packages are missing: ${missing[*]}" "as root: $by_hand" "then run ./dev again as yourself"
  step "Installing ${#missing[@]} missing packages: ${missing[*]}"
  apt_quietly update || fail "apt-get update" "look at the lines above (network? sources?), then: $by_hand"
  apt_quietly install -y --no-install-recommends "${missing[@]}" ||
    fail "apt-get install" "look at the lines above, then: $by_hand"
}

# The lock's time-out waits for another apt instead of failing at once.
apt_quietly() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
    "$@" </dev/null
}

# Sets `mirror`, to where this machine gets Debian's packages from. Other archives that it uses are none of Debian.
debian_mirror() {
  # shellcheck disable=SC2016  # apt's own variable
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null |
    head -n 1) || true
  [ -n "$mirror" ] || fail "apt-get knows no mirror of Debian" "as root: apt-get update"
}
