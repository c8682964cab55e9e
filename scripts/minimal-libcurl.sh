#!/usr/bin/env bash
# Builds the libcurl that a static bootstrap links: HTTP and HTTPS over OpenSSL, names resolved by c-ares, nothing else.
#
# usage: scripts/minimal-libcurl.sh FOLDER [x86_64|arm64]
#
# Makes FOLDER/include, FOLDER/lib/{libcurl,libcares,libssl,libcrypto}.a, FOLDER/versions (a line for each library: its
# source package and that one's version) and FOLDER/licences, for this machine or for the one that is named, of which
# FOLDER/sysroot holds the C library and gcc's, too; does nothing when they are there. The source is Debian's own
# package with its security patches, compiled with Debian's hardening; the rest comes from Debian's -dev packages of
# that architecture, which are unpacked and not installed. The system's package lists are left as they are. Takes about
# a minute.
set -euo pipefail
source "$(dirname "$0")/lib/install.sh"
source "$root/scripts/lib/debian.sh"

case ${1:-} in
    -h | --help) show_usage "$0" ;;
    '' | -*) show_usage "$0" 64 >&2 ;;
esac
machine=$(uname -m)
case ${2:-${machine/aarch64/arm64}} in
    x86_64) architecture=amd64 triple=x86_64-linux-gnu ;;
    arm64) architecture=arm64 triple=aarch64-linux-gnu ;;
    *) fail "there is no architecture $2: say x86_64 or arm64" ;;
esac
prefix=$(cd "$standing" && mkdir -p "$1" && cd "$1" && pwd)
stamp=$prefix/.made-with
recipe="$architecture $(sha256sum <"$root/scripts/minimal-libcurl.sh")"
[[ -e $stamp && $(<"$stamp") == "$recipe" ]] && exit 0

command -v apt-get >/dev/null || fail "a minimal libcurl is made from Debian's source package; there is no apt-get here"
require_packages /usr/bin/dpkg-source dpkg-dev
require_packages /usr/bin/gcc gcc
require_packages /usr/bin/make make
require_packages /usr/include/stdio.h libc6-dev
linked=(libssl-dev libc-ares-dev) others=()
compiler=gcc linking=''
if [[ $triple != "$machine-linux-gnu" ]]; then
    # Swift's own clang compiles for any machine, given its C library.
    require_swift
    linked+=(libc6-dev "libgcc-$(gcc -dumpversion)-dev")
    # Headers of the kernel, and the copyright of gcc's libraries, which lies in a package of its own.
    others=(linux-libc-dev "gcc-$(gcc -dumpversion)-base")
    linking="-static -fuse-ld=lld"
    compiler="$(dirname "$(realpath "$(command -v swift)")")/clang --target=$triple --sysroot=$prefix/sysroot"
fi
say "building a minimal static libcurl for $triple into ${prefix#"$root/"}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read_package_lists "$work" "$architecture" || fail "the lists of packages could not be read: is there a network?"
mkdir "$work/sysroot"
cd "$work"
packages=("${linked[@]}" "${others[@]}")
quietly apt-get "${debian[@]}" download "${packages[@]}" ||
    fail "apt-get could not download ${packages[*]}: is there a network?"
for package in ./*.deb; do dpkg-deb -x "$package" sysroot; done
quietly apt-get "${debian[@]}" source curl || fail "the source of curl could not be fetched: is there a network?"
libraries=$work/sysroot/usr/lib/$triple
mkdir -p "$prefix/lib" "$prefix/include" "$prefix/licences"
cp "$libraries/libcares.a" "$libraries/libssl.a" "$libraries/libcrypto.a" "$prefix/lib/"
cp -r sysroot/usr/include/openssl sysroot/usr/include/ares*.h "$prefix/include/"
cp -r "sysroot/usr/include/$triple/openssl" "$prefix/include/"
if [[ $compiler != gcc ]]; then
    rm -rf "$prefix/sysroot"
    # Links to libraries that a static executable does not need lead nowhere.
    cp -r sysroot "$prefix/sysroot"
fi
{
    printf 'curl %s\n' "$(dpkg-parsechangelog -l "$(echo curl-*/)debian/changelog" -S Version)"
    for package in "${linked[@]}"; do dpkg-deb --showformat="$source_and_version" -W ./"$package"_*.deb; done
} >"$prefix/versions"
cp curl-*/debian/copyright "$prefix/licences/curl"
cp sysroot/usr/share/doc/libssl-dev/copyright "$prefix/licences/openssl"
cp sysroot/usr/share/doc/libc-ares-dev/copyright "$prefix/licences/c-ares"
cd curl-*/

# Everything that is not HTTP, and every library that is not OpenSSL or c-ares.
options=(--disable-shared --enable-static --with-openssl --enable-ares
    --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt)
for protocol in dict file ftp gopher imap ldap ldaps mqtt pop3 rtsp smb smtp telnet tftp; do
    options+=("--disable-$protocol")
done
for feature in alt-svc cookies hsts manual ntlm socketpair unix-sockets; do
    options+=("--disable-$feature")
done
# Nothing here asks it for headers, and that of 7.88 writes into freed memory where a handle is used again and the first
# header of a response begins with a space (https://github.com/curl/curl/issues/11101).
options+=(--disable-headers-api)
for library in brotli gssapi libidn2 libpsl librtmp libssh2 nghttp2 zlib zstd; do
    options+=("--without-$library")
done
# No path of this build is in the archive: two builds in two folders are the same bytes. The second line is Debian's own
# hardening (dpkg-buildflags): what comes from the network is parsed here.
flags="-O2 -ffunction-sections -fdata-sections -DNDEBUG -ffile-prefix-map=$work=."
flags+=" -fstack-protector-strong -Wformat -Werror=format-security"
defines="-D_FORTIFY_SOURCE=2 -Wdate-time"
quietly ./configure --host="$triple" --prefix=/usr "${options[@]}" CC="$compiler" \
    CFLAGS="$flags" CPPFLAGS="$defines -I$prefix/include" LDFLAGS="$linking -L$prefix/lib" ||
    fail "libcurl could not be configured"
quietly make -j"$(nproc)" -C lib || fail "libcurl could not be built"
cp lib/.libs/libcurl.a "$prefix/lib/"
cp -r include/curl "$prefix/include/"
printf '%s' "$recipe" >"$stamp"
