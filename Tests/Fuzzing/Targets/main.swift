import CLibFuzzer
import Foundation
import OpenSSLSignatures
import TestSupport

/// libFuzzer calls back one at a time, from the thread that has started it.
private nonisolated(unsafe) var target: any FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["TURNSTILE_FUZZ_TARGET"] ?? ""
    guard let type = fuzzTargets[name] else {
        fatalError("TURNSTILE_FUZZ_TARGET is none of \(fuzzTargets.keys.sorted().joined(separator: ", "))")
    }
    // What lives as long as the process is no leak. LeakSanitizer cannot tell by itself: of an enumeration with several
    // payloads Swift marks the case in unused bits of the pointer.
    __lsan_disable()
    defer { __lsan_enable() }
    return type.init()
}()

@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
    var random = SeededRandom(seed: UInt64(seed))
    var input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    unsafe target.mutate(&input, limit: limit, using: &random)
    let mutation = input.prefix(limit)
    for (offset, byte) in mutation.enumerated() { unsafe bytes[offset] = byte }
    return mutation.count
}

// As bootstrap begins: nothing of the host decides about algorithms.
try OpenSSL.initialise()
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    // -1 keeps an input out of the corpus (LLVM's documentation of libFuzzer, "Rejecting unwanted inputs").
    return unsafe target.test(input) ? 0 : -1
}
exit(status)
