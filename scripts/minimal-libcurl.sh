#!/usr/bin/env bash
# Builds the libcurl that a static bootstrap links: HTTP and HTTPS over OpenSSL, names resolved by c-ares, nothing else.
#
# usage: scripts/minimal-libcurl.sh FOLDER
#
# Makes FOLDER/include and FOLDER/lib/{libcurl,libcares,libssl,libcrypto}.a, and does nothing when they are there.
# The source is Debian's own package with its security patches; the other archives come from the installed -dev
# packages. The system's package lists are left as they are. Takes about a minute.
set -euo pipefail
source "$(dirname "$0")/lib/install.sh"

case ${1:-} in
    -h | --help) show_usage "$0" ;;
    '' | -*) show_usage "$0" 64 >&2 ;;
esac
prefix=$(cd "$standing" && mkdir -p "$1" && cd "$1" && pwd)
stamp=$prefix/.made-with
recipe=$(sha256sum <"$root/scripts/minimal-libcurl.sh")
[[ -e $stamp && $(<"$stamp") == "$recipe" ]] && exit 0

command -v apt-get >/dev/null || fail "a minimal libcurl is made from Debian's source package; there is no apt-get here"
require_packages /usr/include/ares.h libc-ares-dev
say "building a minimal static libcurl into ${prefix#"$root/"}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Package lists of this build's own, with the source packages that the system's lists leave out.
mkdir -p "$work/lists/partial" "$work/sources"
for list in /etc/apt/sources.list.d/*.sources; do
    [[ -e $list ]] && sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/sources/$(basename "$list")"
done
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -e $list ]] && sed -n 's/^deb /deb-src /p' "$list" >"$work/sources/$(basename "$list" .list).list"
done
apt=(apt-get -qq -o Dir::State::lists="$work/lists" -o Dir::Etc::sourcelist=/dev/null
    -o Dir::Etc::sourceparts="$work/sources" -o APT::Sandbox::User=root)
quietly "${apt[@]}" update || fail "the list of source packages could not be read: is there a network?"
cd "$work"
quietly "${apt[@]}" source curl || fail "the source of curl could not be fetched: is there a network?"
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
quietly ./configure --prefix="$prefix" "${options[@]}" \
    CC=gcc CFLAGS='-O2 -ffunction-sections -fdata-sections -DNDEBUG' || fail "libcurl could not be configured"
quietly make -j"$(nproc)" -C lib || fail "libcurl could not be built"
mkdir -p "$prefix/lib" "$prefix/include"
cp lib/.libs/libcurl.a "$prefix/lib/"
cp -r include/curl "$prefix/include/"

libraries=/usr/lib/$(gcc -print-multiarch)
cp "$libraries/libcares.a" "$libraries/libssl.a" "$libraries/libcrypto.a" "$prefix/lib/"
printf '%s' "$recipe" >"$stamp"
