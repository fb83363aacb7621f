#!/bin/sh
# What the tests need from the system: Chromium, Chinese fonts, PostgreSQL with PostGIS. As root on Debian, installed;
# elsewhere named, and the tests that need them fail under CI and say so loudly otherwise.
set -u
wanted=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || wanted="$wanted fonts-noto-cjk"
command -v initdb >/dev/null 2>&1 || wanted="$wanted postgresql"
ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || wanted="$wanted postgresql-postgis"
[ -z "$wanted" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$wanted"
    # shellcheck disable=SC2086 - the list is meant to be split
    DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -yq $wanted fontconfig >/dev/null
else
    echo "Tests will miss:$wanted (install them, or run as root on Debian)"
fi
