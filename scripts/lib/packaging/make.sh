#!/usr/bin/env bash
# Builds bootstrap and makes dist/ARCH and what lies beside it, from what scripts/package has installed and checked.
#
# usage: make.sh x86_64|arm64 embedded|ordinary CONFIGURATION
set -euo pipefail
source "$(dirname "$0")/../build.sh"
source "$root/scripts/lib/debian.sh"

arch=$1 mode=$2 configuration=$3
machine=$(uname -m)
machine=${machine/aarch64/arm64}

build_program() {
    case $mode-$arch in
        ordinary-"$machine") build_ordinary_static ;;
        ordinary-*) fail "the ordinary mode has no Swift for $arch on this machine: build on one of that kind" ;;
        embedded-arm64) build_embedded_arm64 ;;
        *)
            [[ $arch == "$machine" ]] || fail "$arch is built on a machine of that kind; this one is $machine"
            [[ -n $(embedded_library) ]] || fail "this toolchain has no Embedded standard library for $arch Linux"
            build_embedded
            ;;
    esac
}

# Where it is built.
case $mode-$arch in
    embedded-arm64) program=.build-embedded-arm64/release/bootstrap ;;
    embedded-*) program=.build-embedded/release/bootstrap ;;
    *) program=.build-static/release/bootstrap ;;
esac
libraries=$(libraries_for "$arch" "$mode")

say "building bootstrap for $arch"
# SwiftPM does not know that the libraries are newer than what it has linked with them.
rm -f "$program"
build_program >&2

folder=dist/$arch
rm -rf "$folder" dist/turnstile-"$arch"*
mkdir -p "$folder"
install -m 755 "$program" "$folder/bootstrap"
install -m 644 "$configuration" "$folder/authorizer.json"
install -m 644 stack/amazon-roots.pem "$folder/amazon-roots.pem"
linked=$(linked_versions "$libraries")
licence=$(swift_resources)/../../share/swift/LICENSE.txt
python3 scripts/lib/packaging/package.py --arch "$arch" --libraries "$libraries" --dist dist \
    --swift "$(swift --version 2>/dev/null)" --swift-licence "$licence" <<<"$linked"
