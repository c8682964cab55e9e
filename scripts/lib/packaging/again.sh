#!/usr/bin/env bash
# Makes the package again in another folder, and compares it with the one in dist.
#
# usage: again.sh x86_64|arm64 embedded|ordinary CONFIGURATION
set -euo pipefail
source "$(dirname "$0")/../common.sh"

arch=$1 mode=$2 configuration=$3
[[ $(git rev-parse --show-toplevel 2>/dev/null) == "$root" ]] ||
    fail "what belongs to the package is asked of git, and this is no checkout"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
say "making it again in $copy"
# One that is deleted and still in git's index is none of the sources.
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"; done |
    tar --create --null --files-from=- | tar --extract --directory="$copy"
ln -s "$tools" "$copy/.build-tools"
quietly "$copy/scripts/lib/packaging/make.sh" "$arch" "$mode" "$configuration"
python3 scripts/lib/packaging/compare.py "$arch" dist "$copy/dist"
