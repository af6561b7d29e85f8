// swift-tools-version: 6.2
// Folders under Sources/ read as the river of data: weights, kernels, labels, statistics, then figures, reports,
// a derived design and the engine that runs it. Nothing imports upstream.

import PackageDescription

/// Modules without pointers build with strict memory safety.
let safe: [SwiftSetting] = [.strictMemorySafety()]

/// Modules that compute over every kernel stay optimised in debug builds, where they would be some 100 times slower.
let optimised: [SwiftSetting] = safe + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A library module and its test target, declared together.
func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = safe
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name), "TestSupport"] + dependencies, exclude: exclude)
}

/// The engine's operators: optimised in debug builds too, each copy for its own instructions.
func operatorSettings(_ features: [String], _ defines: [String] = []) -> [SwiftSetting] {
    // Tiles live in registers only where the loops over them are unrolled early.
    let unrolling = ["-Xllvm", "-unroll-threshold=3000"]
    // In debug builds too the whole module is one unit: else generics are not specialised across its files,
    // which makes the operators about twenty times slower.
    let whole = ["-disable-batch-mode", "-whole-module-optimization", "-num-threads", "1"]
    return [.unsafeFlags(["-Ounchecked"] + unrolling + whole + features.flatMap { ["-Xcc", $0] })]
        + defines.map { .define($0) }
}

/// Loops over pointers for training, likewise.
func loops(_ name: String, _ instructions: [String]) -> Target {
    .target(
        name: name, dependencies: ["TrainingLanes", "COperators"], swiftSettings: operatorSettings(instructions))
}

/// Copies of OperatorsBaseline (symbolic links to its sources) for newer x86 processors, chosen when the program runs.
#if arch(x86_64)
    let x86Operators = [
        module(
            "OperatorsAVX2", ["OperatorCalls", "COperators"],
            settings: operatorSettings(["-mavx2", "-mfma"], ["KERNELVIZ_FMA"])),
        module(
            "OperatorsAVX512", ["OperatorCalls", "COperators"],
            settings: operatorSettings(
                ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mfma"],
                ["KERNELVIZ_FMA", "KERNELVIZ_AVX512"])),
        module(
            "OperatorsAVX512BF16", ["OperatorCalls", "COperators"],
            settings: operatorSettings(
                ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx512bf16", "-mfma"],
                ["KERNELVIZ_FMA", "KERNELVIZ_AVX512"])),
    ]
#else
    let x86Operators: [Target] = []
#endif

/// Copies of TrainingOperators, likewise.
#if arch(x86_64)
    let x86Loops = [
        loops("TrainingOperatorsAVX2", ["-mavx2", "-mfma"]),
        loops(
            "TrainingOperatorsAVX512",
            ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"]),
    ]
#else
    let x86Loops: [Target] = []
#endif

/// The loops of template matching, optimised in debug builds too, for one instruction set.
func matchingLoops(_ name: String, _ instructions: [String]) -> Target {
    .target(name: name, swiftSettings: [.unsafeFlags(["-Ounchecked"] + instructions.flatMap { ["-Xcc", $0] })])
}

/// Copies of MatchingLoops, likewise.
#if arch(x86_64)
    let x86Matching = [
        matchingLoops("MatchingLoopsAVX2", ["-mavx2", "-mfma"]),
        matchingLoops(
            "MatchingLoopsAVX512", ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"]),
    ]
#else
    let x86Matching: [Target] = []
#endif

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "kernelviz",
    products: [
        .library(name: "KernelViz", targets: ["KernelViz"]),
        .executable(name: "kernelviz", targets: ["kernelviz"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // C libraries from Debian packages.
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CSystem"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // What every module stands on.
        module("Diagnostics"),
        module("Files", ["Diagnostics", "CCrypto"], settings: []),
        module("Tensors", settings: []),

        // Weights to kernels to labels to statistics.
        module("Isolation", ["CSystem"], settings: []),
        module("Archives", ["CZip", "Diagnostics", "Files"], settings: []),
        module("HDF5", ["CHDF5", "Diagnostics", "Files"], settings: []),
        module(
            "Weights", ["HDF5", "Archives", "Isolation", "ONNX", "Tensors", "Files", "Diagnostics", swiftProtobuf]),
        module("Kernels", ["Weights", "Tensors", "Diagnostics"]),
        // Its loops are compiled once for each instruction set; the processor chooses among them.
        matchingLoops("MatchingLoops", []),
        module(
            "KernelMatching", ["MatchingLoops", "COperators"] + x86Matching.map { .target(name: $0.name) },
            settings: [.unsafeFlags(["-O"], .when(configuration: .debug))]),
        module("Classification", ["KernelMatching", "Kernels", "Tensors"], settings: optimised),
        module("Statistics", ["Classification", "Kernels", "Weights", "Diagnostics"]),

        // The design, and how the statistics lead to it.
        module("VGNets", ["Tensors", "Diagnostics", "Files", yams]),
        module(
            "Derivation", ["Statistics", "Classification", "Kernels", "Weights", "VGNets", "Tensors", "Diagnostics"],
            settings: optimised),

        // Pictures.
        module("Figures", ["Statistics", "Classification", "Kernels", "VGNets", "Tensors", "Diagnostics"]),
        module("CairoRenderer", ["Figures", "Files", "Diagnostics", "CCairo"], settings: []),
        module("Images", ["Tensors", "Files", "Diagnostics", "CPNG", "CJPEG"], settings: []),

        // Running networks.
        // The loops are optimised in debug builds too: a forward pass is some 50 times slower without.
        module("OperatorCalls", settings: [.unsafeFlags(["-O"], .when(configuration: .debug))]),
        .target(name: "COperators"),
        module("OperatorsBaseline", ["OperatorCalls", "COperators"], settings: operatorSettings([])),
        module(
            "EngineOperators",
            ["OperatorCalls", "COperators", "OperatorsBaseline"] + x86Operators.map { .target(name: $0.name) },
            settings: [.unsafeFlags(["-O"], .when(configuration: .debug))]),
        module(
            "Engine", ["EngineOperators", "OperatorCalls", "COperators", "Tensors", "Diagnostics"],
            settings: [.unsafeFlags(["-O"], .when(configuration: .debug))]),

        // Training. Its loops are compiled once for each instruction set; the processor chooses among them.
        .target(name: "TrainingLanes", dependencies: ["COperators"], swiftSettings: [.unsafeFlags(["-Ounchecked"])]),
        loops("TrainingOperators", []),
        module(
            "Training",
            [
                "Engine", "EngineOperators", "COperators", "TrainingLanes", "TrainingOperators", "Tensors",
                "Diagnostics",
            ] + x86Loops.map { .target(name: $0.name) }, settings: []),
        module("Networks", ["Engine", "VGNets", "Weights", "Kernels", "Tensors", "Diagnostics"]),
        module(
            "Evaluation",
            [
                "Networks", "Engine", "Training", "VGNets", "Images", "Weights", "HDF5", "Tensors", "Files",
                "Statistics", "Classification", "KernelMatching", "Kernels", "Diagnostics", "CZlib",
            ]),

        // Other people's formats. ONNX is generated from onnx.proto, beside it.
        .target(name: "ONNX", dependencies: [swiftProtobuf], exclude: ["onnx.proto"]),
        .target(
            name: "Export",
            dependencies: [
                "Weights", "ONNX", "Networks", "Engine", "VGNets", "HDF5", "Tensors", "Files", "Diagnostics",
            ],
            resources: [.embedInCode("PyTorchTemplate")], swiftSettings: safe),

        // Several trainings and what they tell.
        module("Sweeps", ["Evaluation", "Export", "Networks", "VGNets", "Engine", "Files", "Diagnostics", yams]),

        // The pictures of whole networks and of the paper.
        module(
            "Gallery",
            [
                "Figures", "CairoRenderer", "Statistics", "Classification", "Kernels", "Weights", "VGNets",
                "Derivation",
                "Evaluation", "Networks", "Engine", "Images", "Tensors", "Files", "Diagnostics",
            ]),

        module(
            "Reports",
            [
                "Statistics", "Classification", "Kernels", "Figures", "Derivation", "Evaluation", "Sweeps", "VGNets",
                "Weights", "Diagnostics",
            ]),

        module(
            "KernelViz",
            [
                "Diagnostics", "Files", "Tensors", "Isolation", "HDF5", "Weights", "Kernels", "Classification",
                "Statistics", "Training", "VGNets", "Derivation", "Figures", "CairoRenderer", "Images", "Engine",
                "Networks", "Evaluation", "Sweeps",
                "Reports", "Gallery", "Export",
            ]),
        .target(
            name: "KernelVizCLI", dependencies: ["KernelViz", argumentParser], swiftSettings: safe),
        .executableTarget(name: "kernelviz", dependencies: ["KernelVizCLI"]),
        .executableTarget(
            name: "Benchmarks", dependencies: ["KernelViz", "Classification", argumentParser], exclude: ["Peers"]),
        .executableTarget(
            name: "TrainingBenchmark",
            dependencies: ["Training", "Evaluation", "Tensors"]),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Tensors", "Images", "Files", "HDF5", "Weights", "Diagnostics"],
            path: "Tests/TestSupport"),
        tests("Diagnostics"),
        tests("Files"),
        tests(
            "Export",
            [
                "ONNX", "Evaluation", "Images", "Networks", "Engine", "VGNets", "Weights", "HDF5", "Tensors", "Files",
                "Diagnostics", swiftProtobuf,
            ], exclude: ["Scripts"]),
        tests("Tensors"),
        tests("HDF5", ["Diagnostics", "Files"], exclude: ["Fixtures"]),
        tests("Isolation"),
        tests("Archives", ["Files", "Diagnostics"]),
        tests(
            "Weights",
            ["kernelviz", "ONNX", "Isolation", "Archives", "HDF5", "Tensors", "Files", "Diagnostics", swiftProtobuf],
            exclude: ["Fixtures"]),
        tests("Kernels", ["Tensors", "Diagnostics"]),
        tests("Classification", ["KernelMatching", "Kernels", "Tensors"]),
        tests(
            "Statistics", ["Classification", "Kernels", "Weights", "HDF5", "Tensors", "Diagnostics"],
            exclude: ["Fixtures"]),
        tests(
            "Reports",
            ["Derivation", "Sweeps", "VGNets", "Statistics", "Classification", "Kernels", "Weights", "Tensors"]),
        tests(
            "Gallery",
            [
                "Figures", "Kernels", "Weights", "Evaluation", "Networks", "Engine", "VGNets", "Images", "Tensors",
                "Files",
                "Diagnostics",
            ]),
        tests("VGNets", ["Diagnostics"]),
        tests("Engine", ["EngineOperators", "OperatorCalls", "Tensors", "Diagnostics"]),
        tests(
            "Training",
            [
                "TrainingLanes", "TrainingOperators", "Engine", "Networks", "VGNets", "Weights", "HDF5", "Tensors",
                "Diagnostics",
            ], exclude: ["Fixtures", "Scripts"]),
        tests(
            "Derivation",
            [
                "VGNets", "Classification", "Statistics", "Kernels", "Weights", "HDF5", "Tensors", "Diagnostics",
            ]),
        tests("Sweeps", ["Evaluation", "VGNets", "Images", "Tensors", "Files", "Diagnostics"]),
        tests(
            "Evaluation",
            [
                "VGNets", "Images", "Engine", "Statistics", "Classification", "Weights", "Tensors", "Files",
                "Diagnostics",
            ]),
        .testTarget(
            name: "KernelVizCLITests",
            dependencies: ["kernelviz", "Weights", "HDF5", "Files", "Diagnostics", "TestSupport"]),
        tests("Networks", ["Engine", "VGNets", "Kernels", "Weights", "HDF5", "Tensors", "Diagnostics"]),
        tests("Images", ["Files", "Diagnostics", "Tensors"]),
        tests(
            "Figures", ["Kernels", "Classification", "Weights", "VGNets", "Tensors", "Diagnostics", "Statistics"]),
        tests(
            "CairoRenderer",
            [
                "Figures", "Images", "Statistics", "Classification", "Kernels", "Weights", "VGNets", "Tensors", "Files",
                "Diagnostics",
            ]),
    ] + x86Operators + x86Loops + x86Matching,
    swiftLanguageModes: [.v6]
)
