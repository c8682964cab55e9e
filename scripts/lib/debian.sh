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

# The newest version of a source package in those lists.
newest_source() { apt-cache "${debian[@]}" showsrc "$1" | sed -n 's/^Version: //p' | sort -V | tail -n 1; }
