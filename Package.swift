// swift-tools-version: 6.2
// Ten folders under Sources/, each with a README; a folder imports only from those above it:
// Base, Formats, Checkpoints, Analysis, Design, Engine, Training, Evaluation, Output, Tools.

import PackageDescription

/// Modules without pointers build with strict memory safety.
let safe: [SwiftSetting] = [.strictMemorySafety()]

/// Modules that compute over every kernel or pixel stay optimised in debug builds, where they would be some 50 to 100
/// times slower.
let fast: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A library module in `Sources/FOLDER/NAME`.
func module(
    _ name: String, in folder: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = safe,
    exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(folder)/\(name)", exclude: exclude,
        resources: resources, swiftSettings: settings)
}

/// A C library from a Debian package, or of the system.
func library(_ name: String, in folder: String, pkgConfig: String? = nil, apt: String? = nil) -> Target {
    .systemLibrary(
        name: name, path: "Sources/\(folder)/\(name)", pkgConfig: pkgConfig, providers: apt.map { [.apt([$0])] })
}

/// The tests of a module, in `Tests/FOLDER/NAMETests`.
func tests(
    _ name: String, in folder: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies,
        path: "Tests/\(folder)/\(name)Tests", exclude: exclude)
}

/// Instructions that a module is compiled for beside those of every processor of its kind.
struct InstructionSet {
    let name: String
    let flags: [String]
    let defines: [String]
}

let avx2 = InstructionSet(name: "AVX2", flags: ["-mavx2", "-mfma"], defines: ["KERNELVIZ_FMA"])
let avx512 = InstructionSet(
    name: "AVX512", flags: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx2", "-mfma"],
    defines: ["KERNELVIZ_FMA", "KERNELVIZ_AVX512"])
let avx512bf16 = InstructionSet(
    name: "AVX512BF16", flags: avx512.flags + ["-mavx512bf16"], defines: avx512.defines)

/// A module of inner loops, `Sources/PATH/Baseline`, and its copies for newer x86 processors: folders that are links to
/// Baseline. The processor chooses among them when the program runs; all are optimised in debug builds too.
func loops(
    _ name: String, at path: String, _ dependencies: [Target.Dependency] = [], for sets: [InstructionSet],
    settings: [String]
) -> [Target] {
    func target(_ suffix: String, _ flags: [String], _ defines: [String]) -> Target {
        .target(
            name: name + suffix, dependencies: dependencies, path: "Sources/\(path)/\(suffix)",
            swiftSettings: [.unsafeFlags(["-Ounchecked"] + settings + flags.flatMap { ["-Xcc", $0] })]
                + defines.map { .define($0) })
    }
    #if arch(x86_64)
        return [target("Baseline", [], [])] + sets.map { target($0.name, $0.flags, $0.defines) }
    #else
        return [target("Baseline", [], [])]
    #endif
}

/// Tiles live in registers only where the loops over them are unrolled early. In debug builds too the whole module is one
/// unit: else generics are not specialised across its files, which makes the loops about twenty times slower.
let unrolled = [
    "-Xllvm", "-unroll-threshold=3000", "-disable-batch-mode", "-whole-module-optimization", "-num-threads", "1",
]

let operators = loops(
    "Operators", at: "Engine/Operators", ["OperatorInterface", "COperators"], for: [avx2, avx512, avx512bf16],
    settings: unrolled)
let matchingLoops = loops("MatchingLoops", at: "Analysis/MatchingLoops", for: [avx2, avx512], settings: [])
let trainingOperators = loops(
    "TrainingOperators", at: "Training/Operators", ["TrainingOperatorInterface", "COperators"], for: [avx2, avx512],
    settings: unrolled)

/// All of them, as dependencies of the module that chooses.
func all(_ targets: [Target]) -> [Target.Dependency] { targets.map { .target(name: $0.name) } }

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let flyingFox = ["FlyingFox", "FlyingSocks"].map { Target.Dependency.product(name: $0, package: "FlyingFox") }
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// What everything stands on.
let base = [
    module("Diagnostics", in: "Base"),
    library("CCrypto", in: "Base", pkgConfig: "libcrypto", apt: "libssl-dev"),
    module("Files", in: "Base", ["Diagnostics", "CCrypto"], settings: []),
    module("Tensors", in: "Base", settings: []),
    .target(name: "COperators", path: "Sources/Base/COperators"),
    module("InstructionSets", in: "Base", ["COperators"], settings: []),
    module("Parallel", in: "Base", ["COperators"], settings: fast),
    module("Numerics", in: "Base"),
]

/// Containers and pictures, each with the C library that reads it. ONNX's messages are generated from onnx.proto.
let formats = [
    library("CHDF5", in: "Formats", pkgConfig: "hdf5", apt: "libhdf5-dev"),
    library("CZip", in: "Formats", pkgConfig: "libzip", apt: "libzip-dev"),
    library("CZlib", in: "Formats", pkgConfig: "zlib", apt: "zlib1g-dev"),
    library("CPNG", in: "Formats", pkgConfig: "libpng", apt: "libpng-dev"),
    library("CJPEG", in: "Formats", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
    module("HDF5", in: "Formats", ["CHDF5", "Diagnostics", "Files"], settings: []),
    module("Archives", in: "Formats", ["CZip", "Diagnostics", "Files"], settings: []),
    module("ONNXSchema", in: "Formats", [swiftProtobuf], settings: [], exclude: ["onnx.proto"]),
    module("Images", in: "Formats", ["Tensors", "Files", "Diagnostics", "CPNG", "CJPEG"], settings: []),
    module("EventFiles", in: "Formats", ["Files", "Diagnostics"]),
]

/// Files of every format to named tensors and to the layers of a network.
let checkpoints = [
    library("CSystem", in: "Checkpoints"),
    module("Sandbox", in: "Checkpoints", ["CSystem"], settings: []),
    module(
        "Checkpoints", in: "Checkpoints",
        ["HDF5", "Archives", "Sandbox", "ONNXSchema", "Tensors", "Files", "Diagnostics", swiftProtobuf]),
    module("Architectures", in: "Checkpoints", ["Checkpoints", "Tensors", "Files", "Diagnostics"]),
]

/// Kernels to labels to statistics.
let analysis =
    matchingLoops + [
        module("Kernels", in: "Analysis", ["Architectures", "Checkpoints", "Tensors", "Diagnostics"]),
        module("TemplateMatching", in: "Analysis", ["InstructionSets"] + all(matchingLoops), settings: fast),
        module(
            "Classification", in: "Analysis", ["TemplateMatching", "Kernels", "Tensors", "Parallel", "Numerics"],
            settings: safe + fast),
        module(
            "Statistics", in: "Analysis",
            [
                "Classification", "Kernels", "Architectures", "Checkpoints", "Parallel", "Tensors", "Numerics",
                "Diagnostics",
            ]),
    ]

/// The design, and how the statistics lead to it.
let design = [
    module("VGNets", in: "Design", ["Tensors", "Diagnostics", "Files", yams]),
    module(
        "Derivation", in: "Design",
        ["Statistics", "Classification", "Kernels", "Architectures", "VGNets", "Tensors", "Numerics", "Diagnostics"],
        settings: safe + fast),
]

/// Running networks: graphs, their plans, and the loops of each instruction set.
let engine =
    operators + [
        module("OperatorInterface", in: "Engine", settings: fast),
        module(
            "OperatorDispatch", in: "Engine", ["OperatorInterface", "InstructionSets"] + all(operators),
            settings: fast),
        module(
            "Engine", in: "Engine",
            [
                "OperatorDispatch", "OperatorInterface", "InstructionSets", "Parallel", "Numerics", "Tensors",
                "Diagnostics",
            ],
            settings: fast),
        module(
            "Models", in: "Engine",
            ["Engine", "VGNets", "Architectures", "Checkpoints", "Kernels", "Tensors", "Diagnostics"]),
    ]

/// Steps of training, data sets, a training in a folder, and several trainings with what they tell.
let training =
    trainingOperators + [
        .target(
            name: "TrainingOperatorInterface", dependencies: ["OperatorInterface", "COperators"],
            path: "Sources/Training/TrainingOperatorInterface", swiftSettings: [.unsafeFlags(["-Ounchecked"])]),
        module(
            "Training", in: "Training",
            [
                "Engine", "OperatorDispatch", "InstructionSets", "TrainingOperatorInterface", "Parallel", "Tensors",
                "Diagnostics",
            ] + all(trainingOperators), settings: []),
        module(
            "Datasets", in: "Training",
            ["Images", "Parallel", "Tensors", "Files", "Numerics", "Diagnostics", "CZlib"]),
        module(
            "TrainingRuns", in: "Training",
            [
                "Training", "Datasets", "Models", "Engine", "VGNets", "Checkpoints", "HDF5", "EventFiles", "Images",
                "Tensors", "Files", "Diagnostics",
            ]),
        module(
            "Sweeps", in: "Training",
            [
                "TrainingRuns", "Datasets", "Models", "Statistics", "Architectures", "Checkpoints", "VGNets", "Engine",
                "Tensors", "Files", "Parallel", "Numerics", "Diagnostics", yams,
            ]),
        module(
            "Races", in: "Training",
            [
                "Sweeps", "TrainingRuns", "Datasets", "Statistics", "Models", "VGNets", "Files", "Numerics",
                "Diagnostics",
            ]),
    ]

/// What is measured of a network: accuracy, latency, fidelity of labels.
let evaluation = [
    module(
        "Evaluation", in: "Evaluation",
        [
            "Datasets", "Models", "Engine", "VGNets", "Images", "Architectures", "Checkpoints", "HDF5", "Tensors",
            "Files", "Statistics", "Classification", "TemplateMatching", "Kernels", "Parallel", "Numerics",
            "Diagnostics",
        ]),
    module(
        "Slimming", in: "Evaluation",
        [
            "Evaluation", "Datasets", "Statistics", "Classification", "Kernels", "Engine", "OperatorDispatch", "VGNets",
            "Tensors", "Parallel", "Numerics", "Diagnostics",
        ], settings: safe + fast),
    module(
        "Diagnosis", in: "Evaluation",
        [
            "Evaluation", "Datasets", "Engine", "Images", "Classification", "Architectures", "Checkpoints", "Tensors",
            "Numerics", "Diagnostics",
        ], settings: safe + fast),
]

/// Figures, reports, and other people's formats.
let output = [
    module(
        "Figures", in: "Output",
        ["Statistics", "Classification", "Kernels", "Architectures", "VGNets", "Tensors", "Numerics", "Diagnostics"]),
    library("CCairo", in: "Output", pkgConfig: "cairo", apt: "libcairo2-dev"),
    module("CairoRenderer", in: "Output", ["Figures", "Files", "Diagnostics", "CCairo", "CPNG"], settings: []),
    module(
        "Gallery", in: "Output",
        [
            "Figures", "CairoRenderer", "Statistics", "Classification", "Kernels", "Architectures", "VGNets",
            "Derivation", "Evaluation", "TrainingRuns", "Sweeps", "Engine", "Images", "Tensors", "Files", "Numerics",
            "Diagnostics",
        ]),
    module(
        "Export", in: "Output",
        [
            "Sweeps", "Races", "Evaluation", "Checkpoints", "ONNXSchema", "Models", "Engine", "VGNets", "HDF5",
            "Tensors", "Files", "Diagnostics",
        ], resources: [.embedInCode("PyTorchTemplate")]),
    module(
        "Reports", in: "Output",
        [
            "Statistics", "Classification", "Kernels", "Figures", "Derivation", "Evaluation", "Diagnosis", "Slimming",
            "Sweeps", "Races", "VGNets", "Architectures", "Checkpoints", "Engine", "Images", "Numerics", "Diagnostics",
            "CZlib",
        ]),
]

/// The library's front door, the verbs, the benchmarks.
let tools: [Target] = [
    .target(
        name: "CVersion", path: "Sources/Tools/CVersion",
        cSettings: Context.gitInformation.map { git in
            let commit = String(git.currentCommit.prefix(7)) + (git.hasUncommittedChanges ? "+" : "")
            return [.define("KERNELVIZ_COMMIT", to: "\"\(commit)\"")]
        }),
    module(
        "KernelViz", in: "Tools",
        [
            "CVersion", "Diagnostics", "Tensors", "Checkpoints", "Architectures", "Kernels", "Classification",
            "Statistics", "VGNets", "Derivation", "Figures", "CairoRenderer", "Engine", "Models", "Datasets",
            "TrainingRuns", "Evaluation", "Diagnosis", "Slimming", "Reports", "Export", "Numerics",
        ]),
    // Alone in knowing the web server's package.
    module("Serving", in: "Tools", ["Diagnostics"] + flyingFox, settings: []),
    module(
        "KernelVizCLI", in: "Tools",
        [
            "KernelViz", "Serving", "HDF5", "Archives", "Images", "Files", "Sandbox", "Gallery", "Sweeps", "Races",
            argumentParser,
        ], resources: [.embedInCode("Schemas")]),
    .executableTarget(name: "kernelviz", dependencies: ["KernelVizCLI"], path: "Sources/Tools/kernelviz"),
    .executableTarget(
        name: "Benchmarks",
        dependencies: ["KernelViz", "Classification", "Training", "HDF5", "Parallel", "Numerics", argumentParser],
        path: "Sources/Tools/Benchmarks", exclude: ["Peers"]),
]

let folders = [base, formats, checkpoints, analysis, design, engine, training, evaluation, output, tools]

// A target depends on targets of its own folder and of those before it.
var standing: Set<String> = []
for folder in folders {
    standing.formUnion(folder.map(\.name))
    for target in folder {
        for case .byNameItem(let name, _) in target.dependencies where !standing.contains(name) {
            fatalError("\(target.name) depends on \(name), which is no module of its folder or of a folder before it")
        }
    }
}

let testTargets: [Target] = [
    .target(
        name: "TestSupport",
        dependencies: ["Tensors", "Images", "Files", "Architectures", "Checkpoints", "Diagnostics"],
        path: "Tests/TestSupport"),
    tests("Diagnostics", in: "Base"),
    tests("Files", in: "Base", ["Diagnostics"]),
    tests("Tensors", in: "Base"),
    tests("Parallel", in: "Base"),
    tests("Numerics", in: "Base"),
    tests("InstructionSets", in: "Base"),
    tests("HDF5", in: "Formats", ["Diagnostics", "Files"], exclude: ["Fixtures"]),
    tests("Archives", in: "Formats", ["Files", "Diagnostics"]),
    tests("Images", in: "Formats", ["Files", "Diagnostics", "Tensors"]),
    tests("EventFiles", in: "Formats", ["Files"]),
    // Inputs that are nearly right for everything that is read: a library for the few of each test run, a program for many.
    .target(
        name: "Fuzzing",
        dependencies: [
            "Datasets", "VGNets", "Architectures", "Checkpoints", "Sandbox", "Images", "Tensors", "Files",
            "Diagnostics",
        ], path: "Tests/Fuzz/Fuzzing"),
    .executableTarget(name: "Fuzz", dependencies: ["Fuzzing", "Checkpoints"], path: "Tests/Fuzz/Fuzz"),
    .testTarget(
        name: "FuzzingTests", dependencies: ["Fuzzing", "Fuzz", "Images", "Files", "TestSupport"],
        path: "Tests/Fuzz/FuzzingTests"),
    tests("Sandbox", in: "Checkpoints"),
    // The program that reads in a process of its own, without the verbs.
    .executableTarget(name: "TestReader", dependencies: ["Checkpoints"], path: "Tests/Checkpoints/TestReader"),
    tests(
        "Checkpoints", in: "Checkpoints",
        [
            "TestReader", "Architectures", "ONNXSchema", "Sandbox", "Archives", "HDF5", "Tensors", "Files",
            "Diagnostics", swiftProtobuf,
        ], exclude: ["Fixtures"]),
    tests(
        "Architectures", in: "Checkpoints", ["Checkpoints", "Tensors", "Files", "Diagnostics"],
        exclude: ["Fixtures"]),
    tests("Kernels", in: "Analysis", ["Tensors", "Diagnostics"]),
    tests("Classification", in: "Analysis", ["TemplateMatching", "Kernels", "Tensors"]),
    tests(
        "Statistics", in: "Analysis",
        ["Classification", "Kernels", "Architectures", "Checkpoints", "HDF5", "Tensors", "Diagnostics"],
        exclude: ["Fixtures"]),
    tests("VGNets", in: "Design", ["Diagnostics"]),
    tests(
        "Derivation", in: "Design",
        [
            "VGNets", "Classification", "Statistics", "Kernels", "Architectures", "Checkpoints", "HDF5", "Tensors",
            "Diagnostics",
        ]),
    tests(
        "Engine", in: "Engine", ["OperatorDispatch", "OperatorInterface", "Tensors", "Diagnostics"],
        exclude: ["Scripts"]),
    tests(
        "Models", in: "Engine",
        ["Engine", "VGNets", "Kernels", "Architectures", "Checkpoints", "HDF5", "Files", "Tensors", "Diagnostics"]),
    tests(
        "Training", in: "Training",
        [
            "TrainingOperatorInterface", "TrainingOperatorsBaseline", "Engine", "Models", "VGNets", "Architectures",
            "HDF5", "Tensors", "Diagnostics",
        ], exclude: ["Fixtures", "Scripts"]),
    tests("Datasets", in: "Training", ["Images", "Files", "Diagnostics"]),
    tests(
        "TrainingRuns", in: "Training",
        ["Datasets", "Evaluation", "VGNets", "Engine", "Images", "Tensors", "Files", "Diagnostics"]),
    tests("Sweeps", in: "Training", ["VGNets", "Numerics", "Files", "Diagnostics"]),
    tests(
        "Races", in: "Training",
        ["Sweeps", "TrainingRuns", "Datasets", "Statistics", "Models", "VGNets", "Files", "Diagnostics"]),
    tests(
        "Evaluation", in: "Evaluation",
        [
            "Datasets", "VGNets", "Images", "Engine", "Models", "Statistics", "Classification", "Architectures",
            "Tensors",
            "Files", "Diagnostics",
        ]),
    tests(
        "Slimming", in: "Evaluation",
        [
            "Models", "VGNets", "Evaluation", "Datasets", "Images", "Statistics", "Classification", "Kernels",
            "Architectures", "Engine", "Numerics", "Tensors", "Files", "Diagnostics",
        ]),
    tests(
        "Diagnosis", in: "Evaluation",
        ["Evaluation", "Engine", "Architectures", "Checkpoints", "Datasets", "Tensors", "Files", "Diagnostics"]),
    tests(
        "Figures", in: "Output",
        ["Kernels", "Classification", "Architectures", "VGNets", "Tensors", "Numerics", "Diagnostics", "Statistics"]),
    tests(
        "CairoRenderer", in: "Output",
        [
            "Figures", "Images", "Statistics", "Classification", "Kernels", "Architectures", "VGNets", "Tensors",
            "Files", "Diagnostics",
        ]),
    tests(
        "Gallery", in: "Output",
        [
            "Figures", "Statistics", "Kernels", "Architectures", "Evaluation", "Models", "Engine", "VGNets", "Images",
            "Tensors",
            "Files", "Diagnostics",
        ]),
    tests(
        "Export", in: "Output",
        [
            "ONNXSchema", "Evaluation", "TrainingRuns", "Images", "Models", "Engine", "VGNets", "Architectures",
            "Checkpoints", "HDF5", "Tensors", "Files", "Diagnostics", swiftProtobuf,
        ], exclude: ["Scripts"]),
    tests(
        "Reports", in: "Output",
        [
            "Derivation", "Evaluation", "Slimming", "Sweeps", "Figures", "VGNets", "Statistics", "Classification",
            "Kernels", "Architectures", "Images", "Tensors", "Numerics", "Diagnostics",
        ]),
    tests("KernelViz", in: "Tools"),
    tests("Serving", in: "Tools", ["Diagnostics"]),
    tests("KernelVizCLI", in: "Tools", ["kernelviz", "Checkpoints", "HDF5", "Files", "Diagnostics"]),
]

/// All tests, or those of the modules that .ci/fast and .ci/check-sanitizers ask for, with commas between their names.
let chosenTests = testTargets.filter { target in
    guard let modules = Context.environment["KERNELVIZ_TESTS"]?.split(separator: ",") else { return true }
    if target.name.hasPrefix("Fuzz") { return modules.contains("Fuzzing") }
    return target.type != .test || modules.contains { target.name == "\($0)Tests" }
}

let package = Package(
    name: "kernelviz",
    products: [
        .library(name: "KernelViz", targets: ["KernelViz", "Sweeps", "Races", "Gallery"]),
        .executable(name: "kernelviz", targets: ["kernelviz"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        // Before 1.0 any version may change its interface.
        .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
    ],
    targets: folders.flatMap(\.self) + chosenTests,
    swiftLanguageModes: [.v6]
)
