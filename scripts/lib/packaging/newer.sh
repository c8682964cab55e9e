#!/usr/bin/env bash
# Says which of the linked libraries the distribution has newer ones of, with the way to them.
#
# usage: newer.sh x86_64|arm64 embedded|ordinary
set -euo pipefail
source "$(dirname "$0")/../install.sh"
source "$root/scripts/lib/debian.sh"

libraries=$(libraries_for "$1" "$2") architecture=${1/x86_64/amd64}

# A package that is built from a source package and has its version.
built_from() {
    case $1 in
        openssl) echo libssl-dev ;;
        c-ares) echo libc-ares-dev ;;
        glibc) echo libc6-dev ;;
        gcc-*) echo "libgcc-${1#gcc-}-dev" ;;
        *) echo "$1" ;;
    esac
}

# What brings the newer one in. The C library and gcc's are linked as they are installed, unless there is a sysroot.
remedy() {
    if [[ $1 =~ ^(glibc|gcc-.*)$ && ! -d $libraries/sysroot ]]; then
        echo "apt-get install --only-upgrade $(built_from "$1")"
    else
        echo "rm -r $libraries"
    fi
}

linked=$(linked_versions "$libraries")
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT
if ! command -v apt-get >/dev/null || ! read_package_lists "$lists" "$architecture" 2>/dev/null; then
    say "note: whether there are newer libraries could not be asked: there is no apt-get, or no network"
    exit 0
fi
while read -r name version; do
    newest=$(candidate "$(built_from "$name")")
    if [[ -n $newest ]] && dpkg --compare-versions "$version" lt "$newest"; then
        say "warning: $name $version is linked, and $newest is out: $(remedy "$name"), and make the package again"
    else
        say "$name $version"
    fi
done <<<"$linked"
