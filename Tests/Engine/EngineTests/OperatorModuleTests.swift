import Foundation
import Testing

/// One binary runs on processors of different age only if code for new ones stays where it is asked for.
@Suite struct OperatorModuleTests {
    /// The instruction sets that the manifest compiles modules for, by their names.
    static let instructionSets: [String] = {
        var folder = URL(fileURLWithPath: #filePath)
        while folder.path != "/" && !FileManager.default.fileExists(atPath: folder.path + "/Package.swift") {
            folder.deleteLastPathComponent()
        }
        let manifest = try? String(contentsOf: folder.appendingPathComponent("Package.swift"), encoding: .utf8)
        return (manifest ?? "").matches(of: /InstructionSet\(\s*name: "(\w+)"/).map { String($0.1) }
    }()

    /// The folders of their object files beside the running test: every module whose name ends in an instruction set's.
    static let folders: [URL] = {
        let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let builds = (try? FileManager.default.contentsOfDirectory(at: products, includingPropertiesForKeys: nil)) ?? []
        return builds.filter { folder in
            let name = folder.deletingPathExtension().lastPathComponent
            return folder.pathExtension == "build" && instructionSets.contains { name.hasSuffix($0) }
        }
    }()

    @Test(.enabled(if: shouldRun, "skipped: no object files beside the tests"))
    func everyKindOfLoopIsAmongTheModules() {
        let modules = Self.folders.map { $0.deletingPathExtension().lastPathComponent }
        for kind in ["Operators", "TrainingOperators", "MatchingLoops"] {
            #expect(modules.contains("\(kind)AVX2") && modules.contains("\(kind)AVX512"))
        }
    }

    /// Where the object files lie elsewhere the test is passed over, but fails in CI.
    private static let shouldRun =
        !folders.isEmpty
        || ProcessInfo.processInfo.environment["CI"] == "true"

    @Test(.enabled(if: shouldRun, "skipped: no object files beside the tests"))
    func modulesForNewProcessorsDefineNoForeignCode() throws {
        for folder in Self.folders {
            let module = String(folder.deletingPathExtension().lastPathComponent)
            let objects = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "o" }
            #expect(!objects.isEmpty)
            let symbols = try objects.flatMap { try Self.definedFunctions(in: $0) }
            #expect(symbols.contains { $0.contains(module) }, "\(module)")
            let foreign = symbols.filter { !$0.contains(module) }
            #expect(foreign.isEmpty, "\(module)")
        }
    }

    /// The names of text symbols, global, local and weak, as `nm` lists them.
    private static func definedFunctions(in object: URL) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["nm", "--defined-only", object.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 3, ["T", "t", "W", "w"].contains(parts[1]) else { return nil }
            // The compiler's own helper for metadata: no arithmetic, one copy a file.
            if parts[2].hasPrefix("__swift_instantiateConcreteType") { return nil }
            // A copy of a static function of our own C header: local, so that no other file can be given it.
            if parts[1] == "t" && parts[2].hasPrefix("kernelviz_") { return nil }
            return String(parts[2])
        }
    }
}
