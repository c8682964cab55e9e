#!/usr/bin/env bash
# Says which of the linked libraries the distribution has newer ones of, with the way to them.
#
# usage: newer.sh VERSIONS
#
# VERSIONS is what scripts/minimal-libcurl.sh leaves beside its libraries: a source package and its version a line.
set -euo pipefail
source "$(dirname "$0")/../install.sh"
source "$root/scripts/lib/debian.sh"

versions=$1
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT
if ! command -v apt-get >/dev/null || ! read_package_lists "$lists" amd64 2>/dev/null; then
    say "note: whether there are newer libraries could not be asked: there is no apt-get, or no network"
    exit 0
fi
while read -r name version; do
    newest=$(newest_source "$name")
    if [[ -n $newest ]] && dpkg --compare-versions "$version" lt "$newest"; then
        say "warning: $name $version is linked, and $newest is out: rm -r ${versions%/*}, and make the package again"
    else
        say "$name $version"
    fi
done <"$versions"
