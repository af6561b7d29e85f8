import Evaluation
import Foundation
import Slimming
import TestSupport
import Testing

@testable import Reports

@Suite struct SlimmingReportTests {
    /// The table says what was saved, and the JSON holds the same numbers.
    @Test func theCheckpointOfTheRepositoryUsesAllItsChannels() throws {
        let network = try RunnableNetwork(named: SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5")
        let outcome = try NetworkSlimming(network).outcome
        let report = SlimmingReport(outcome, written: ["slim.onnx"])
        // γ and β of 27 normalisations of 5,472 channels become as many biases.
        #expect(report.table.contains("│ parameters           │    823,722 │    818,250 │   0.66 % │"))
        #expect(report.table.contains("27 normalisations are folded into the convolutions before them."))
        #expect(report.table.contains("No channel and no layer could go."))
        #expect(report.table.hasSuffix("Wrote slim.onnx; read back it gives the same logits.\n"))
        let json = try JSONDecoder().decode(Document.self, from: Data(report.json.utf8))
        #expect(json.schema == "kernelviz.slimming/1")
        #expect(json.before.macs == 12_167_168 && json.after.macs == 12_167_168)
        #expect(json.before.parameters.learnable - json.after.parameters.learnable == 5472)
        #expect(json.written == ["slim.onnx"])
    }

    private struct Document: Decodable {
        let schema: String
        let before: NetworkCost
        let after: NetworkCost
        let written: [String]
    }
}
