import TestSupport
import Testing

@testable import Diagnosis

/// Sound networks: no errors, and no warnings but those that are explained here.
@Suite struct SoundNetworkTests {
    @Test func theProjectsOwnNetworkHasNotesAlone() throws {
        let diagnosis = try BrokenNetwork.diagnose(BrokenNetwork.sound)
        #expect(diagnosis.worst == .note, "\(diagnosis.findings)")
        // One channel of conv_dw_9 is constant, and the last 1×1 layer needs few directions for ten classes.
        #expect(Set(diagnosis.findings.map(\.rule)) == ["dead-normalisation", "low-rank"])
        #expect(diagnosis.skipped.map(\.rule) == ["other-reading"])
        #expect(diagnosis.skipped.map(\.reason) == ["without pictures (--images)"])
    }

    /// Squeeze-and-excite units that died are true, and the only warnings on the nine shared checkpoints.
    @Test(
        .needsSharedFiles,
        arguments: [
            ("efficientnet_lite0_int8dq", []), ("mobilenetv1_0.25_224", []),
            ("mobilenetv1_1.0_224_shicai_f32_partial", []), ("mobilenetv2_0.35_224_notop", []),
            ("mobilenetv2_1.0_224_int8dq", []),
            ("mobilenetv3_small_1.0_224_uint8dq", ["features.7.block.2.fc1"]),
            (
                "mobilenetv3_small_torchvision",
                ["features.1.block.1.fc1", "features.4.block.2.fc1", "features.7.block.2.fc1"]
            ), ("regnetx_200mf_tinyimagenet100", []), ("shufflenetv2_x0.5_backbone", []),
        ] as [(String, [String])])
    func sharedCheckpointsGiveNoUnexplainedAlarm(name: String, dead: [String]) throws {
        let diagnosis = try BrokenNetwork.diagnose(SharedFiles.path("weights/\(name).h5"))
        let alarms = diagnosis.findings.filter { $0.severity > .note }
        #expect(alarms.allSatisfy { $0.rule == "dead-kernels" }, "\(alarms)")
        #expect(alarms.flatMap { $0.place.layers.map(\.name) } == dead)
    }

    @Test(.needsSharedFiles) func aNegativeVarianceIsDiagnosedNotRefused() throws {
        let path = SharedFiles.path("cases/hostile/one_negative_variance.safetensors")
        let found = try BrokenNetwork.diagnose(path).findings.filter { $0.severity == .error }
        #expect(found.map(\.rule) == ["negative-variance"])
        #expect(found.first?.place.layers.map(\.name) == ["conv1"])
        #expect(found.first?.place.channels == [0])
        #expect(found.first?.evidence.first?.value == -1)
    }
}
