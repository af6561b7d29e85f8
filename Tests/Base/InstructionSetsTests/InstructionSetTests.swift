import Foundation
import InstructionSets
import Testing

/// The cases against what the kernel says of the processor.
@Suite struct InstructionSetTests {
    private static let flags: Set<Substring> = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
        return Set(line?.split(separator: ":").last?.split(separator: " ") ?? [])
    }()

    @Test("What every processor has is always among them, first")
    func baseline() {
        #expect(InstructionSet.supported.first == .baseline)
        #expect(InstructionSet.supported == InstructionSet.allCases.filter(\.isSupported))
    }

    @Test(
        "A set is supported if and only if the processor has all that its modules are compiled for",
        .enabled(
            if: !flags.isEmpty || ProcessInfo.processInfo.environment["CI"] == "true", "skipped: no /proc/cpuinfo"),
        arguments: [
            (InstructionSet.avx2, ["avx2", "fma"]),
            (.avx512, ["avx512f", "avx512vl", "avx512dq", "avx512bw", "fma"]),
            (.avx512bf16, ["avx512f", "avx512vl", "avx512dq", "avx512bw", "fma", "avx512_bf16"]),
        ])
    func support(set: InstructionSet, needed: [String]) {
        #expect(set.isSupported == needed.allSatisfy { Self.flags.contains(Substring($0)) })
    }
}
