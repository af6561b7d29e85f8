#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Classification
import TestSupport
import Testing
import Architectures

@testable import Statistics

/// Labels given by eye after the rubric of Classification's page: 640 depthwise kernels of eight networks.
///
/// Drawn evenly over the networks and, within each, over the layers by the root of their size; shown as cells with their
/// numbers and the kernel's norm relative to its layer, without network, layer or prediction. 400 were labelled twice in
/// different orders and tuned the cut-offs ("tuning"), 240 once, after the cut-offs stood ("held-out").
@Suite(.needsSharedFiles) struct HandLabelTests {
    private struct Kernel {
        let checkpoint, layer: String
        let channel, size: Int
        let first, second, set: String
    }

    private func kernels() throws -> [Kernel] {
        let file = SharedFiles.packageRoot + "/Tests/Analysis/StatisticsTests/Fixtures/hand-labels.csv"
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").dropFirst().map { line in
            let parts = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Kernel(
                checkpoint: parts[0], layer: parts[1], channel: try #require(Int(parts[2])),
                size: try #require(Int(parts[3])), first: parts[4], second: parts[5], set: parts[6])
        }
    }

    /// By hand: agreement 0.7, by chance 0.5·0.6 + 0.5·0.4.
    @Test func kappaByHand() {
        let pairs = [("a", "a", 4), ("a", "b", 1), ("b", "a", 2), ("b", "b", 3)].flatMap { first, second, count in
            Array(repeating: (first, second), count: count)
        }
        #expect(abs(kappa(pairs) - 0.4) < 1e-12)
    }

    @Test func labelsAgreeWithAPersonWhoGoesByTheRubric() throws {
        let kernels = try kernels()
        #expect(kernels.count == 640)
        var found: [String: [String]] = [:]
        for file in Set(kernels.map(\.checkpoint)) {
            var settings = ClassifierSettings()
            settings.perturbations = 0
            let network = try ConvNetwork.open(SharedFiles.path("weights/" + file))
            for layer in try NetworkStatistics.analyse(network, settings: settings).layers {
                found["\(file) \(layer.layer.name)"] = layer.classifications.map(\.label.rawValue)
            }
        }
        func pairs(_ set: String, size: Int) throws -> [(String, String)] {
            try kernels.filter { $0.set == set && $0.size == size && ($0.second.isEmpty || $0.first == $0.second) }.map
            {
                ($0.first, try #require(found["\($0.checkpoint) \($0.layer)"])[$0.channel])
            }
        }
        // The page quotes them: "κ = .886 at 3×3, .875 at 5×5, with .972 between the same reader's two readings".
        let page = try String(contentsOfFile: SharedFiles.packageRoot + "/Notebooks-out/labels.md", encoding: .utf8)
        func quoted(_ kappa: Double) -> String { "." + "\(Int((kappa * 1000).rounded()))" }
        let (small, large) = (kappa(try pairs("held-out", size: 3)), kappa(try pairs("held-out", size: 5)))
        #expect(page.contains("κ = \(quoted(small)) at 3×3, \(quoted(large)) at 5×5"))
        let twice = kappa(kernels.filter { !$0.second.isEmpty }.map { ($0.first, $0.second) })
        #expect(page.contains("with \(quoted(twice)) between the same reader's two readings"))
        #expect(page.contains("\(kernels.count { $0.set == "held-out" }) kernels of eight networks"))
        #expect(Set(kernels.map(\.checkpoint)).count == 8)
        for (set, size, floor) in [
            ("held-out", 3, 0.87), ("held-out", 5, 0.87), ("tuning", 3, 0.95), ("tuning", 5, 0.87),
        ] {
            let kappa = kappa(try pairs(set, size: size))
            print("\(set), \(size)×\(size): κ \((kappa * 1000).rounded() / 1000)")
            #expect(kappa >= floor, "\(set), \(size)×\(size)")
        }
    }
}
