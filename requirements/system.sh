#!/bin/sh
# Installs the Debian packages that the tests use, if any is missing. Needs root only then.
set -eu
need=""
have() { command -v "$1" >/dev/null 2>&1; }
have chromium || need="$need chromium"
have mosquitto || [ -x /usr/sbin/mosquitto ] || need="$need mosquitto"
have mosquitto_pub || need="$need mosquitto-clients"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
have softhsm2-util || need="$need softhsm2"
ls /usr/lib/*/libzbar.so.0 >/dev/null 2>&1 || need="$need libzbar0"
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || need="$need fontconfig fonts-noto-cjk"
[ -z "$need" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests use these Debian packages, which are not installed:$need"
    echo "Install them once as root:  apt-get install$need"
    exit 1
fi
echo "installing:$need"
apt-get update -qq
# shellcheck disable=SC2086 # a list of words on purpose
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need >/dev/null
