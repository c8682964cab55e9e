// swift-tools-version: 6.2

import PackageDescription

/// `EMBEDDED=1` compiles the core in the mode of the shipped file; the operator's tool and the tests are
/// ordinary Swift and are left out then.
let isEmbedded = Context.environment["EMBEDDED"] != nil

/// `TURNSTILE_LIBCURL` names the folder of a minimal static libcurl; then `bootstrap` is linked statically.
let staticLibcurl = Context.environment["TURNSTILE_LIBCURL"]

/// `TURNSTILE_EMBEDDED_STDLIB` names the toolchain's folder of the Embedded standard library for the target, which
/// holds the Unicode tables that comparing strings needs; the compiler does not link them by itself.
let embeddedStandardLibrary = Context.environment["TURNSTILE_EMBEDDED_STDLIB"]

/// `TURNSTILE_SYMBOLS=1` leaves the names of functions in the static `bootstrap`, for whoever counts what each costs.
let hasSymbols = Context.environment["TURNSTILE_SYMBOLS"] != nil

/// `TURNSTILE_FUZZ=1` adds the program that scripts/fuzz runs, and compiles the core so that libFuzzer sees where an
/// input leads, and the sanitizers what it does to memory. Nothing else is built in that mode.
let isFuzzed = Context.environment["TURNSTILE_FUZZ"] != nil
let sanitizers = ["-sanitize=fuzzer,address"]
let fuzzed =
    sanitizers + ["-enable-testing", "-Xcc", "-fsanitize=undefined", "-Xcc", "-fno-sanitize-recover=undefined"]

/// Without the second, which leaves out a hash of the compiler's options, the folder of the build would be in the file.
let embedded = ["-wmo", "-Xfrontend", "-disable-incremental-llvm-codegen"]

/// Every Swift target is compiled under the same contract; there is no per-target escape.
let contract: [SwiftSetting] =
    (isEmbedded ? [.enableExperimentalFeature("Embedded"), .unsafeFlags(embedded)] : [])
    + (isFuzzed ? [.unsafeFlags(fuzzed)] : []) + [
        .strictMemorySafety(),
        .enableExperimentalFeature("Lifetimes"),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]

/// What a module is in the Embedded mode: its program is compiled from all modules at once, so that an object file of each
/// would only add every function a second time.
let module = contract + (isEmbedded ? [.unsafeFlags(["-Xfrontend", "-emit-empty-object-file"])] : [])

/// How the shipped file is linked: what is called lies side by side, so that fewer pages of the file are resident.
let ordered =
    ["-use-ld=lld", "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/scripts/lib/link_order.txt"]
    + ["-Xlinker", "--no-warn-symbol-ordering"]

/// The module maps name no library: a `link` there, or `pkgConfig:`, would find Debian's own `libcurl.a`
/// before the minimal one.
let transport: [LinkerSetting] =
    if let root = staticLibcurl {
        [
            .unsafeFlags(
                (["\(root)/lib/libcurl.a", "\(root)/lib/libcares.a", "\(root)/lib/libssl.a", "\(root)/lib/libcrypto.a"]
                    + ["-lm"] + (isFuzzed ? [] : ["--gc-sections"] + (hasSymbols ? [] : ["-s"]))).flatMap {
                        ["-Xlinker", $0]
                    }
                    + (isFuzzed ? [] : isEmbedded ? ["-Xclang-linker", "-static"] + ordered : ["-static-executable"]))
        ]
    } else {
        [.linkedLibrary("curl"), .linkedLibrary("crypto")]
    }

let libraries: [LinkerSetting] =
    (embeddedStandardLibrary.map { [.unsafeFlags(["-Xlinker", "\($0)/libswiftUnicodeDataTables.a"])] } ?? [])
    + transport

let core: [Target] = [
    // 0  C as it is: typed wrappers for variadics, no logic.
    .systemLibrary(name: "CLibcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CPOSIX"),

    // 1  Verdicts. Pure: no Foundation, no C, no clock, no I/O.
    .target(name: "StrictJSON", swiftSettings: module),
    .target(name: "JOSE", dependencies: ["StrictJSON"], swiftSettings: module),
    .target(name: "Authorization", dependencies: ["JOSE", "StrictJSON"], swiftSettings: module),
    .target(name: "APIGateway", dependencies: ["Authorization", "JOSE", "StrictJSON"], swiftSettings: module),

    // 2  Edges. Each is the only importer of its C library.
    .target(name: "OpenSSLSignatures", dependencies: ["CLibcrypto", "JOSE", "StrictJSON"], swiftSettings: module),
    // What the tool asks of AWS is not in the shipped file: it can neither sign nor reach a metadata address.
    .target(
        name: "HTTPTransport", dependencies: ["CLibcurl"], exclude: isEmbedded ? ["Service"] : [],
        swiftSettings: module),
    .target(name: "LambdaRuntime", dependencies: ["HTTPTransport", "StrictJSON"], swiftSettings: module),

    // 3  The one place where the parts meet.
    .target(
        name: "AuthorizerService",
        dependencies: [
            "APIGateway", "Authorization", "CPOSIX", "HTTPTransport", "JOSE", "LambdaRuntime", "OpenSSLSignatures",
            "StrictJSON",
        ],
        // Of the operator's tool alone, which is ordinary Swift.
        exclude: isEmbedded ? ["SystemPrivateFolder.swift"] : [],
        swiftSettings: module),

    // 4  The Lambda function.
    .executableTarget(
        name: "bootstrap", dependencies: ["AuthorizerService"], swiftSettings: contract, linkerSettings: libraries),
]

/// The operator's tool and the tests: ordinary Swift.
let ordinary: [Target] = [
    .target(name: "AWSClient", dependencies: ["HTTPTransport", "StrictJSON"], swiftSettings: contract),
    .target(
        name: "UsageKeys", dependencies: ["AWSClient", "Authorization", "HTTPTransport", "JOSE", "StrictJSON"],
        swiftSettings: contract),
    .executableTarget(
        name: "turnstile",
        dependencies: [
            "APIGateway", "AWSClient", "Authorization", "AuthorizerService", "HTTPTransport", "JOSE", "LambdaRuntime",
            "OpenSSLSignatures", "StrictJSON", "UsageKeys",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "FlyingFox", package: "FlyingFox"),
            .product(name: "FlyingSocks", package: "FlyingFox"),
            .product(name: "Yams", package: "Yams"),
        ],
        swiftSettings: contract, linkerSettings: libraries),
    .target(
        name: "TestSupport", dependencies: ["CLibcrypto", "JOSE", "OpenSSLSignatures", "StrictJSON"],
        path: "Tests/TestSupport", swiftSettings: contract),
    tests(for: "StrictJSON"),
    tests(for: "JOSE", with: ["OpenSSLSignatures", "StrictJSON"]),
    tests(for: "Authorization", with: ["JOSE", "OpenSSLSignatures", "StrictJSON"]),
    tests(for: "APIGateway", with: ["Authorization", "JOSE", "StrictJSON"]),
    tests(for: "OpenSSLSignatures", with: ["JOSE", "StrictJSON"]),
    tests(for: "HTTPTransport"),
    tests(for: "LambdaRuntime", with: ["HTTPTransport", "StrictJSON"]),
    tests(for: "AWSClient", with: ["HTTPTransport", "StrictJSON"]),
    tests(for: "UsageKeys", with: ["AWSClient", "Authorization", "AuthorizerService", "JOSE", "StrictJSON"]),
    tests(
        for: "AuthorizerService",
        with: [
            "APIGateway", "Authorization", "HTTPTransport", "JOSE", "LambdaRuntime", "OpenSSLSignatures", "StrictJSON",
        ]),
    .testTarget(
        name: "BootstrapTests", dependencies: ["bootstrap", "JOSE", "StrictJSON", "TestSupport"],
        swiftSettings: contract, linkerSettings: libraries),
    .testTarget(
        name: "TurnstileTests", dependencies: ["turnstile", "bootstrap", "JOSE", "StrictJSON", "TestSupport"],
        swiftSettings: contract, linkerSettings: libraries),
]

/// Every target of scripts/fuzz is in one program, which is told by `TURNSTILE_FUZZ_TARGET` which of them it is.
let fuzzing: [Target] = [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzzing/CLibFuzzer"),
    .executableTarget(
        name: "turnstile-fuzz",
        dependencies: [
            "APIGateway", "Authorization", "AuthorizerService", "CLibFuzzer", "HTTPTransport", "JOSE", "LambdaRuntime",
            "OpenSSLSignatures", "StrictJSON", "TestSupport",
        ],
        path: "Tests/Fuzzing/Targets", swiftSettings: contract,
        // GNU gold, the toolchain's usual linker, fails over the sanitizers' sections.
        linkerSettings: libraries + [.unsafeFlags(sanitizers + ["-use-ld=lld"])]),
]

func tests(for module: String, with others: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: [.byName(name: module), "TestSupport"] + others, swiftSettings: contract,
        linkerSettings: libraries)
}

let package = Package(
    name: "turnstile",
    dependencies: isEmbedded
        ? []
        : [
            .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
            .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
            .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        ],
    targets: core + (isEmbedded ? [] : ordinary) + (isFuzzed ? fuzzing : []),
    swiftLanguageModes: [.v6]
)
