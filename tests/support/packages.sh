#!/bin/sh
# Installs the programs that the tests run for real: as root through apt, else says what will be skipped.
set -eu
missing=""
need() {  # need PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need chromium chromium
[ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || missing="$missing postgresql"
need nginx nginx-light
[ -x /usr/sbin/dovecot ] || need dovecot dovecot-imapd
need systemd-analyze systemd
need npm npm
need wrk wrk
need /usr/sbin/postfix postfix
docker compose version >/dev/null 2>&1 || need docker-compose docker-compose

[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing what the tests run:$missing ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Not root, so the tests that need these Debian packages are skipped:$missing"
    echo "    sudo apt-get install$missing"
fi
