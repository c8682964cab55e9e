# shellcheck shell=bash
# Installs what is missing, group by group, and says so. Sourced; quick when nothing is missing.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# Whether packages can be installed at all.
may_install() { ((EUID == 0)) || command -v sudo >/dev/null; }

# The lists are read anew only when a package cannot be found in the ones that are there.
apt_install() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    may_install ||
        fail "missing packages, and neither root nor sudo: apt-get install ${missing[*]}"
    say "installing ${missing[*]} with apt-get"
    export DEBIAN_FRONTEND=noninteractive
    local install=(as_root apt-get install -y --no-install-recommends "${missing[@]}")
    "${install[@]}" >/dev/null 2>&1 && return
    quietly as_root apt-get update || true
    quietly "${install[@]}" || fail "apt-get could not install ${missing[*]}: is there a network?"
}

# Debian's names where there is apt-get; elsewhere the files themselves must be there.
require_packages() {
    local file=$1
    shift
    if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
        apt_install "$@"
    elif [[ ! -e $file ]]; then
        fail "$file is missing; it is in Debian's $*: install your system's equivalent"
    fi
}

require_swift() {
    local wanted found
    wanted=$(<"$root/.swift-version")
    command -v swift >/dev/null || fail "Swift $wanted is needed: https://www.swift.org/install/"
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    [[ $(printf '%s\n' "$wanted" "${found:-0}" | sort -V | head -n 1) == "$wanted" ]] ||
        fail "Swift $wanted is needed, ${found:-an unknown version} is here: https://www.swift.org/install/"
    [[ $found == "$wanted" ]] || say "note: Swift $found; the project is developed with $wanted"
}

require_python() {
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        require_packages /usr/bin/python3 python3
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || fail "Python 3.11 or newer is needed"
}

# A virtual environment that holds just what a requirements file pins; made anew when the file changes.
require_venv() {
    local folder=$1 requirements=$2 stamp
    stamp=$folder/.made-from
    cmp -s "$requirements" "$stamp" && [[ -x $folder/bin/python ]] && return
    require_python
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv
    say "installing $(grep -c '==' "$requirements") Python packages of $(basename "$requirements") into ${folder#"$root/"}"
    rm -rf "$folder"
    python3 -m venv "$folder"
    quietly "$folder/bin/pip" install --disable-pip-version-check --no-input -r "$requirements" ||
        fail "pip could not install what ${requirements#"$root/"} names: is there a network?"
    cp "$requirements" "$stamp"
}

# AWS's Runtime Interface Emulator, as the wheel of the SAM CLI carries it.
readonly sam_version=1.170.0
emulator=$tools/aws-lambda-rie
export emulator

require_emulator() {
    local machine sum
    case $(uname -m) in
        x86_64) machine=x86_64 sum=6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5 ;;
        aarch64) machine=arm64 sum=ec2e5d09633d853834c008b1ef264bf834b258a94d551d2b2074966494b39a21 ;;
        *) fail "the SAM CLI carries no Runtime Interface Emulator for $(uname -m)" ;;
    esac
    [[ -x $emulator ]] && sha256sum --status -c <<<"$sum  $emulator" && return
    say "fetching the Runtime Interface Emulator out of aws-sam-cli $sam_version"
    local wheels=$tools/wheels
    mkdir -p "$wheels"
    quietly "$venv/bin/pip" download --disable-pip-version-check --no-input --no-deps --dest "$wheels" \
        "aws-sam-cli==$sam_version" || fail "pip could not download aws-sam-cli $sam_version: is there a network?"
    "$venv/bin/python" - "$wheels" "samcli/local/rapid/aws-lambda-rie-$machine" "$emulator" <<'PYTHON'
import pathlib
import sys
import zipfile

wheels, member, target = sys.argv[1:]
(wheel,) = pathlib.Path(wheels).glob("*.whl")
pathlib.Path(target).write_bytes(zipfile.ZipFile(wheel).read(member))
PYTHON
    chmod +x "$emulator"
    rm -rf "$wheels"
    sha256sum --status -c <<<"$sum  $emulator" || fail "the Runtime Interface Emulator is not the one that is known here"
}

# What bootstrap and the operator's tool are built with.
install_build() {
    require_swift
    require_packages /usr/include/curl/curl.h libcurl4-openssl-dev
    require_packages /usr/include/openssl/evp.h libssl-dev
}

install_test() {
    install_build
    require_packages /usr/bin/shellcheck shellcheck
    require_packages /usr/bin/openssl openssl
    require_packages /usr/bin/readelf binutils
    require_venv "$venv" "$root/scripts/requirements-test.txt"
    require_emulator
}

# Debian's Glewlwyd, a second issuer for the end-to-end run: unpacked and not installed, because installing it would
# start a server, make a user and set up a database. Only the libraries that it needs are installed.
glewlwyd=$tools/glewlwyd
export glewlwyd

require_glewlwyd() {
    [[ ! -x $glewlwyd/usr/bin/glewlwyd ]] || return 0
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        say "note: Glewlwyd is left out: it comes from Debian's packages, and there is no apt-get"
        return
    fi
    if ! may_install; then
        say "note: Glewlwyd is left out: its libraries cannot be installed, with neither root nor sudo"
        return
    fi
    say "fetching glewlwyd with apt-get"
    local folder=$tools/packages needed
    rm -rf "$folder"
    mkdir -p "$folder"
    download_package "$folder" glewlwyd || fail "apt-get could not download glewlwyd: is there a network?"
    # The first of each group of alternatives that is a library: "libldap-2.5-0 (>= 2.5.4), debconf | debconf-2.0".
    mapfile -t needed < <(dpkg-deb -f "$folder"/glewlwyd_*.deb Depends | tr ',' '\n' |
        sed -nE 's/^ *((lib|zlib)[^ ]*).*/\1/p')
    apt_install "${needed[@]}"
    dpkg-deb -x "$folder"/glewlwyd_*.deb "$folder/unpacked"
    rm -rf "$glewlwyd"
    mv "$folder/unpacked" "$glewlwyd"
    rm -rf "$folder"
}

download_package() {
    (cd "$1" && quietly apt-get download "$2") && return
    quietly as_root apt-get update || true
    (cd "$1" && quietly apt-get download "$2")
}

install_demo() {
    install_test
    # They cut the run off from the network; without them it goes on, and says so.
    if may_install && command -v apt-get >/dev/null; then apt_install util-linux iproute2; fi
    require_glewlwyd
}

install_sam() {
    require_venv "$tools/sam" "$root/scripts/requirements-sam.txt"
}

# What the static executable is linked with.
install_static() {
    install_build
    "$root/scripts/minimal-libcurl.sh" "$tools/libcurl"
}

# The same for arm64, on a machine of any kind.
install_static_arm64() {
    install_build
    require_python
    "$root/scripts/minimal-libcurl.sh" "$tools/libcurl-arm64" arm64
}
