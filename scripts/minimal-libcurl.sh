#!/usr/bin/env bash
# Builds the libcurl that a static bootstrap links: HTTP and HTTPS over OpenSSL, names resolved by c-ares, nothing else.
#
# usage: scripts/minimal-libcurl.sh FOLDER [x86_64|arm64]
#
# Makes FOLDER/include, FOLDER/lib/{libcurl,libcares,libssl,libcrypto}.a, FOLDER/versions (a line for each library: its
# package's version) and FOLDER/licences, for this machine or for the one that is named; does nothing when they are
# there. The source is Debian's own package with its security patches; the other archives come from Debian's -dev
# packages of that architecture, which are unpacked and not installed. The system's package lists are left as they are.
# Takes about a minute.
set -euo pipefail
source "$(dirname "$0")/lib/install.sh"

case ${1:-} in
    -h | --help) show_usage "$0" ;;
    '' | -*) show_usage "$0" 64 >&2 ;;
esac
machine=$(uname -m)
case ${2:-${machine/aarch64/arm64}} in
    x86_64) debian=amd64 triple=x86_64-linux-gnu ;;
    arm64) debian=arm64 triple=aarch64-linux-gnu ;;
    *) fail "there is no architecture $2: say x86_64 or arm64" ;;
esac
prefix=$(cd "$standing" && mkdir -p "$1" && cd "$1" && pwd)
stamp=$prefix/.made-with
recipe="$debian $(sha256sum <"$root/scripts/minimal-libcurl.sh")"
[[ -e $stamp && $(<"$stamp") == "$recipe" ]] && exit 0

command -v apt-get >/dev/null || fail "a minimal libcurl is made from Debian's source package; there is no apt-get here"
install_compiler "$triple"
say "building a minimal static libcurl for $triple into ${prefix#"$root/"}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Package lists of this build's own, with the source packages that the system's lists leave out, and for the
# architecture that is asked for.
mkdir -p "$work/lists/partial" "$work/sources" "$work/sysroot"
for list in /etc/apt/sources.list.d/*.sources; do
    [[ -e $list ]] && sed 's/^Types:.*/Types: deb deb-src/' "$list" >"$work/sources/$(basename "$list")"
done
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -e $list ]] && sed -n 's/^deb \(.*\)/deb \1\ndeb-src \1/p' "$list" >"$work/sources/$(basename "$list" .list).list"
done
apt=(apt-get -qq -o Dir::State::lists="$work/lists" -o Dir::Etc::sourcelist=/dev/null -o Dir::State::status=/dev/null
    -o Dir::Etc::sourceparts="$work/sources" -o APT::Architecture="$debian" -o APT::Architectures="$debian"
    -o APT::Sandbox::User=root)
quietly "${apt[@]}" update || fail "the list of source packages could not be read: is there a network?"
cd "$work"
quietly "${apt[@]}" download libssl-dev libc-ares-dev || fail "apt-get could not download libssl-dev and libc-ares-dev"
for package in ./*.deb; do dpkg-deb -x "$package" sysroot; done
quietly "${apt[@]}" source curl || fail "the source of curl could not be fetched: is there a network?"
libraries=$work/sysroot/usr/lib/$triple
mkdir -p "$prefix/lib" "$prefix/include" "$prefix/licences"
cp "$libraries/libcares.a" "$libraries/libssl.a" "$libraries/libcrypto.a" "$prefix/lib/"
cp -r sysroot/usr/include/* "$prefix/include/"
cp -r "sysroot/usr/include/$triple/openssl" "$prefix/include/"
{
    printf 'curl %s\n' "$(dpkg-parsechangelog -l "$(echo curl-*/)debian/changelog" -S Version)"
    printf 'openssl %s\n' "$(dpkg-deb -f ./libssl-dev_*.deb Version)"
    printf 'c-ares %s\n' "$(dpkg-deb -f ./libc-ares-dev_*.deb Version)"
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
# No path of this build is in the archive: two builds in two folders are the same bytes.
flags="-O2 -ffunction-sections -fdata-sections -DNDEBUG -ffile-prefix-map=$work=."
quietly ./configure --host="$triple" --prefix=/usr "${options[@]}" CC="$triple-gcc" AR="$triple-ar" RANLIB="$triple-ranlib" \
    CFLAGS="$flags" CPPFLAGS="-I$prefix/include" LDFLAGS="-L$prefix/lib" || fail "libcurl could not be configured"
quietly make -j"$(nproc)" -C lib || fail "libcurl could not be built"
cp lib/.libs/libcurl.a "$prefix/lib/"
cp -r include/curl "$prefix/include/"
printf '%s' "$recipe" >"$stamp"
