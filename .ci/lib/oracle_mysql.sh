# ./dev test --database=mysql: an Oracle MySQL 9 from Debian unstable's packages, unpacked into build/mysql (about 330 MB, once)
# and run from there beside Debian 12's own libraries: nothing is installed, no root needed. Its accounts log in with
# caching_sha2_password, over TLS. Sourced by ./dev.
# shellcheck shell=bash

mysql_root=$top/build/mysql
mysql_files=$mysql_root/files
mysql_var=$var/test/oracle-mysql

# Sets the MILEPOST_TEST_DATABASE variables that tests/support/database.h reads. Stopped by stop_oracle_mysql.
start_oracle_mysql() {
  [ -e "$mysql_root/complete" ] || fetch_oracle_mysql
  rm -rf "$mysql_var"
  mkdir -p "$mysql_var"
  make_certificates
  step "Starting Oracle MySQL ($(run_mysqld --version | grep -oE 'Ver [0-9.]+'))"
  run_mysqld --initialize-insecure >"$logs/oracle-mysql.log" 2>&1 || {
    show_log "$logs/oracle-mysql.log"
    fail "mysqld --initialize-insecure" "its whole log: ${logs#"$top"/}/oracle-mysql.log; to unpack it anew: rm -r build/mysql"
  }
  pick_port mysql
  token=$(tr -d - </proc/sys/kernel/random/uuid)
  create_test_account >"$mysql_var/account.sql"
  # The binary log as MySQL has it by default: on.
  start oracle-mysql KILL "${mysqld[@]}" --bind-address=127.0.0.1 --port="$port" --mysqlx=OFF --secure-file-priv=NULL \
    --socket="$mysql_var/s" --pid-file="$mysql_var/pid" --init-file="$mysql_var/account.sql" --max-connections=500 \
    --innodb-buffer-pool-size=512M --ssl-ca="$mysql_var/ca.pem" \
    --ssl-cert="$mysql_var/server.pem" --ssl-key="$mysql_var/server.key" >>"$logs/oracle-mysql.log" 2>&1
  disown "$started_pid"
  await_oracle_mysql
  export MILEPOST_TEST_DATABASE=127.0.0.1:$port MILEPOST_TEST_DATABASE_USER=tester \
    MILEPOST_TEST_DATABASE_PASSWORD_FILE=$mysql_var/password MILEPOST_TEST_DATABASE_TLS_CA=$mysql_var/ca.pem
}

stop_oracle_mysql() {
  stop oracle-mysql 30
  rm -rf "$mysql_var"
}

# Debian's own apt, with a list of packages of its own; what is downloaded is checked against Debian's archive key.
fetch_oracle_mysql() {
  local apt=$mysql_root/apt log=$logs/fetch-oracle-mysql.log package
  debian_mirror
  step "Fetching Oracle MySQL from Debian unstable (build/mysql, once)"
  rm -rf "$mysql_root"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$mysql_files"
  : >"$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$apt/sources.list"
  local options=(-o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
    -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Debug::NoLocking=1
    -o APT::Sandbox::User=root)
  if ! apt-get "${options[@]}" update >"$log" 2>&1 </dev/null ||
    ! apt-get "${options[@]}" install -y --download-only --no-install-recommends mysql-server-core >>"$log" 2>&1 </dev/null; then
    show_log "$log"
    fail "fetching mysql-server-core from Debian unstable" "is $mirror reachable? the whole log: ${log#"$top"/}"
  fi
  for package in "$apt"/cache/archives/*.deb; do dpkg -x "$package" "$mysql_files"; done
  rm -rf "$apt"
  set_mysqld
  run_mysqld --version >>"$log" 2>&1 || { show_log "$log" && fail "the unpacked mysqld does not run" "see ${log#"$top"/}"; }
  touch "$mysql_root/complete"
}

# With the C library and the others that it was made for.
set_mysqld() {
  mysqld=("$mysql_files/usr/lib64/ld-linux-x86-64.so.2" --library-path
    "$mysql_files/usr/lib/x86_64-linux-gnu:$mysql_files/usr/lib/mysql/private" "$mysql_files/usr/sbin/mysqld"
    --no-defaults --user="$(id -un)" --basedir="$mysql_files/usr" --datadir="$mysql_var/data"
    --plugin-dir="$mysql_files/usr/lib/mysql/plugin" --lc-messages-dir="$mysql_files/usr/share/mysql"
    --character-sets-dir="$mysql_files/usr/share/mysql/charsets")
}

run_mysqld() { set_mysqld && "${mysqld[@]}" "$@" </dev/null 9>&-; }

# A certificate authority of this run's own, and the server's certificate for 127.0.0.1.
make_certificates() {
  local log=$logs/certificates.log
  (
    cd "$mysql_var" &&
      openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Milepost test CA" -keyout ca.key -out ca.pem &&
      openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout server.key -out server.csr &&
      openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out server.pem \
        -extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost")
  ) >"$log" 2>&1 || { show_log "$log" && fail "openssl could not make the test's certificates" "see ${log#"$top"/}"; }
}

# MySQL's default plugin for accounts is caching_sha2_password; said here because the tests are about it.
create_test_account() {
  (umask 077 && tr -d - </proc/sys/kernel/random/uuid >"$mysql_var/password")
  printf "CREATE USER tester@'%%' IDENTIFIED WITH caching_sha2_password BY '%s' REQUIRE SSL;\n" "$(cat "$mysql_var/password")"
  printf "GRANT ALL ON *.* TO tester@'%%' WITH GRANT OPTION;\n"
}

await_oracle_mysql() {
  local tries=600
  until grep -q 'ready for connections.*port: '"$port" "$logs/oracle-mysql.log"; do
    if ! kill -0 "$started_pid" 2>/dev/null || [ $((tries--)) -eq 0 ]; then
      show_log "$logs/oracle-mysql.log" 30
      fail "Oracle MySQL did not come up" "read ${logs#"$top"/}/oracle-mysql.log"
    fi
    sleep 0.1
  done
}
