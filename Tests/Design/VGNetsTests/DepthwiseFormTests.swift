import Diagnostics
import Testing
import VGNets

@Suite struct DepthwiseFormTests {
    private static let head = "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\n"

    @Test func thePapersDesignsDoNotMentionIt() throws {
        let config = try VGNetConfig.published("vgnetg-1.0mp")
        #expect(config.depthwise == .plain && config.folded == config)
        #expect(!config.yaml().contains("depthwise"))
    }

    @Test func formsForTrainingFoldIntoABias() throws {
        for form in [DepthwiseForm.normalized, .branched] {
            let config = try VGNetConfig(yaml: Self.head + "depthwise: \(form.rawValue)\n", subject: "net.yaml")
            #expect(config.folded == (try config.replacing(depthwise: .biased)))
            // Half blocks filter 8 + 12 + 16 + 20 channels; the downsampling is fixed, the last unit shared.
            #expect(
                config.folded.parameters.learnable - (try config.replacing(depthwise: .plain)).parameters.learnable
                    == 56)
        }
    }

    @Test func anUnknownFormIsNamed() throws {
        let error = #expect(throws: KernelVizError.self) {
            try VGNetConfig(yaml: Self.head + "depthwise: normalised\n", subject: "net.yaml")
        }
        #expect(
            error?.description
                == "net.yaml: depthwise: 'normalised' (line 3); expected 'plain' or 'normalized' or 'branched' or 'biased'. "
                + "The nearest name is 'normalized'.")
    }
}
