#!/bin/bash
# The database container's one process: fills a new data folder below /data (a tmpfs), whose root has the password in
# /etc/mariadb/root-password, and becomes mariadbd. The schemas and accounts are k8s/overlays/dev/accounts.sh's to make.
set -euo pipefail

mariadb-install-db --no-defaults --datadir=/data/db --skip-test-db --skip-name-resolve \
  --auth-root-authentication-method=normal >/dev/null
# An init-file has a statement a line.
cat >/data/root.sql <<END
CREATE OR REPLACE USER 'root'@'%' IDENTIFIED BY '$(cat /etc/mariadb/root-password)';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';
END
exec /usr/sbin/mariadbd --no-defaults --datadir=/data/db --socket=/data/db.sock --pid-file=/data/db.pid \
  --bind-address=127.0.0.1 --port=3306 --skip-name-resolve --character-set-server=utf8mb4 --skip-log-bin \
  --init-file=/data/root.sql --innodb-buffer-pool-size=128M
