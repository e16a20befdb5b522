#!/bin/bash
# The database container's one process: fills a new data folder below /data (a tmpfs), with a schema and an account for each
# service and the password in /run/secrets/database, and becomes mariadbd.
set -euo pipefail

password=$(cat /run/secrets/database)
mariadb-install-db --no-defaults --datadir=/data/db --skip-test-db --skip-name-resolve \
  --auth-root-authentication-method=normal >/dev/null
# An init-file has a statement a line.
for service in gig_catalog offer_service milestone_billing; do
  echo "CREATE DATABASE $service;"
  echo "CREATE USER '$service'@'127.0.0.1' IDENTIFIED BY '$password';"
  echo "GRANT ALL ON \`${service//_/\\_}\`.* TO '$service'@'127.0.0.1';"
done >/data/accounts.sql
exec /usr/sbin/mariadbd --no-defaults --datadir=/data/db --socket=/data/db.sock --pid-file=/data/db.pid \
  --bind-address=127.0.0.1 --port=3306 --skip-name-resolve --character-set-server=utf8mb4 --skip-log-bin \
  --init-file=/data/accounts.sql --innodb-buffer-pool-size=128M
