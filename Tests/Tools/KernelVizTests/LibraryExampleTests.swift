import Foundation
import KernelViz
import TestSupport
import Testing

/// What the README shows library users, beside `import Foundation`.
@Suite struct LibraryExampleTests {
    @Test func theReadmesExampleRuns() throws {
        let path = "\(SharedFiles.packageRoot)/Weights/mobilenetv1_0.5_cifar10.h5"
        let statistics = try NetworkStatistics.analyse(ConvNetwork.open(path))
        // 15 % blur, as the README's table says of this file.
        #expect(abs(statistics.counts.share(.blur) - 0.15) < 0.005)
        let net = try Derivation.derive(from: [statistics], options: .init(budget: ParameterBudget(parsing: "1.0MP")))
        // Table 3 of the paper: 0.997 million parameters.
        #expect(net.config.parameters.learnable <= 997_358)
        #expect(!net.reasons.map(\.sentence).isEmpty)
    }

    /// The code of the README is the code above.
    @Test func theExampleIsTheReadmes() throws {
        let readme = try String(contentsOfFile: "\(SharedFiles.packageRoot)/README.md", encoding: .utf8)
        #expect(readme.contains("try NetworkStatistics.analyse(ConvNetwork.open(\"mobilenetv2.h5\"))"))
        #expect(
            readme.contains(
                "try Derivation.derive(from: [statistics], options: .init(budget: ParameterBudget(parsing: \"1.0MP\")))"
            ))
    }
}
