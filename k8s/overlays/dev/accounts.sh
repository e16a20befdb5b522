#!/bin/bash
# Makes each service's schema and account, as often as it is run. The Job accounts.yaml mounts root's password at
# /etc/mariadb and each service's Secret at /etc/accounts/NAME.
set -euo pipefail

administrator=$(mktemp)
printf '[client]\nhost=mariadb\nuser=root\npassword=%s\n' "$(cat /etc/mariadb/root-password)" >"$administrator"

until mariadb --defaults-extra-file="$administrator" --connect-timeout=3 -e 'DO 1' >/dev/null 2>&1; do
  echo "waiting for mariadb"
  sleep 2
done

for folder in /etc/accounts/*/; do
  user=$(cat "$folder/user")
  password=$(cat "$folder/password")
  # The names and passwords are letters, digits, _ and -: nothing to escape, but an _ alone is a wildcard in GRANT.
  [[ "$user$password" =~ ^[A-Za-z0-9_-]+$ ]] || { echo "$folder: a character that is not allowed" >&2; exit 1; }
  mariadb --defaults-extra-file="$administrator" -e "
    CREATE DATABASE IF NOT EXISTS \`$user\`;
    CREATE USER IF NOT EXISTS '$user'@'%';
    ALTER USER '$user'@'%' IDENTIFIED BY '$password';
    GRANT ALL ON \`${user//_/\\_}\`.* TO '$user'@'%';"
  echo "$user has its schema"
done
