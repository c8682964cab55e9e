# shellcheck shell=bash
# The ways in which bootstrap is built. Sourced.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Where the toolchain keeps its libraries; its programs lie beside.
swift_resources() { swift -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p'; }

# The toolchain's Embedded standard library for this machine; empty where it has none.
embedded_library() {
    local folder
    folder=$(swift_resources)/embedded/$(uname -m)-unknown-linux-gnu
    [[ ! -d $folder ]] || printf '%s' "$folder"
}

# The folder of the build that notes which lines run, and of what its runs leave behind.
readonly coverage_build=.build-coverage

# The tests in that build. Its counters may lie in the file itself (-runtime-counter-relocation, and %c in the name), so
# that programs which the tests end by a signal are counted too.
# One after another: many tests wait for a process or a socket, and two of them that wait on two cores would keep
# all others from running.
test_with_coverage() {
    LLVM_PROFILE_FILE=/dev/null TURNSTILE_PROFILES=$root/$coverage_build/debug/codecov/programs-%m%c.profraw \
        swift test --scratch-path "$coverage_build" --enable-code-coverage --disable-xctest --no-parallel \
        -Xswiftc -Xllvm -Xswiftc -runtime-counter-relocation "$@"
}

# As it is shipped: Embedded, static, against the minimal libcurl.
build_embedded() {
    EMBEDDED=1 TURNSTILE_LIBCURL=$tools/libcurl TURNSTILE_EMBEDDED_STDLIB=$(embedded_library) \
        swift build -c release --scratch-path .build-embedded --product bootstrap
}

# Compiles the core in the Embedded mode where there is no minimal libcurl to link it with.
compile_embedded() {
    EMBEDDED=1 swift build -c release --scratch-path .build-embedded --target AuthorizerService
}

# The same for arm64, on any machine: the toolchain has an Embedded standard library for that processor and none for
# Linux on it, which makes no difference to a program that asks the C library for everything.
build_embedded_arm64() {
    local build=.build-embedded-arm64 libraries=$tools/libcurl-arm64 triple=aarch64-linux-gnu resources object system=/
    resources=$(swift_resources)
    [[ ! -d $libraries/sysroot ]] || system=$libraries/sysroot
    object=$(python3 scripts/lib/packaging/compile.py --target aarch64-none-none-elf --folder "$build" \
        --include "$libraries/include" --include "$system/usr/include/$triple" --include "$system/usr/include") || return 1
    mkdir -p "$build/release"
    # GNU ld refuses a copy relocation that is in the object.
    "$resources/../../bin/clang" --target=$triple --sysroot="$system" -fuse-ld=lld -static \
        -o "$build/release/bootstrap" "$object" \
        "$libraries"/lib/lib{curl,cares,ssl,crypto}.a -lm \
        "$resources/embedded/aarch64-none-none-elf/libswiftUnicodeDataTables.a" -Wl,--gc-sections,-s \
        -Wl,--symbol-ordering-file=scripts/lib/link_order.txt,--no-warn-symbol-ordering
}

# The ordinary compiler's static build: all of Swift's runtime is in it.
build_ordinary_static() {
    TURNSTILE_LIBCURL=$tools/libcurl swift build -c release --scratch-path .build-static --static-swift-stdlib \
        --product bootstrap
}
