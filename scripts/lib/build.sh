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
