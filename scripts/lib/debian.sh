# shellcheck shell=bash
# Debian's packages for any architecture, binary and source, by package lists of our own: the system's stay as they are.
# Sourced.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Reads the lists for an architecture, in Debian's word for it, into a folder. Sets `debian`, the options for apt-get and
# apt-cache to use them.
read_package_lists() {
    local folder=$1 architecture=$2 list
    mkdir -p "$folder/lists/partial" "$folder/sources"
    for list in /etc/apt/sources.list.d/*.sources; do
        [[ -e $list ]] && sed 's/^Types:.*/Types: deb deb-src/' "$list" >"$folder/sources/$(basename "$list")"
    done
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ -e $list ]] &&
            sed -n 's/^deb \(.*\)/deb \1\ndeb-src \1/p' "$list" >"$folder/sources/$(basename "$list" .list).list"
    done
    debian=(-qq -o "Dir::State::lists=$folder/lists" -o Dir::Etc::sourcelist=/dev/null
        -o "Dir::Etc::sourceparts=$folder/sources" -o Dir::State::status=/dev/null
        -o "Dir::Cache::pkgcache=$folder/pkgcache" -o "Dir::Cache::srcpkgcache=$folder/srcpkgcache"
        -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o APT::Sandbox::User=root)
    quietly apt-get "${debian[@]}" update
}

# What dpkg shows of a binary package: the words of Debian's security tracker.
# shellcheck disable=SC2016 # dpkg's own names
readonly source_and_version='${source:Package} ${source:Version}\n'

# The binary package that holds the compiler's own libraries, of those that are installed the one that clang takes.
gcc_package() {
    local archive
    archive=$(realpath "$("$(dirname "$(realpath "$(command -v swift)")")/clang" -print-libgcc-file-name)")
    dpkg-query -S "$archive" | sed 's/:.*//'
}

# Where a package's libraries are, by its architecture and mode.
libraries_for() {
    case $1-$2 in
        arm64-embedded) echo "$tools/libcurl-arm64" ;;
        *) echo "$tools/libcurl" ;;
    esac
}

# What a program is linked with that takes its libraries from a folder of scripts/minimal-libcurl.sh: a source package
# and its version a line. The C library and gcc's are those of its sysroot; without one, those that are installed now.
linked_versions() {
    cat "$1/versions"
    [[ -d $1/sysroot ]] || dpkg-query --showformat="$source_and_version" -W libc6-dev "$(gcc_package)"
}

# The version that apt would install of a binary package, and of its source: +b1 says only that it was built again.
candidate() { apt-cache "${debian[@]}" policy "$1" | sed -n 's/^  Candidate: //p' | sed -E 's/\+b[0-9]+$//'; }
