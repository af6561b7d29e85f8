import Diagnostics
import Testing
import VGNets

@Suite("Kernel size by stage") struct KernelSizeTests {
    private static let head = "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\n"

    @Test func thePapersDesignsDoNotMentionIt() throws {
        let config = try VGNetConfig.published("vgnetg-1.0mp")
        #expect(config.kernelSize.values == [3, 3, 3, 3])
        #expect(!config.yaml().contains("kernel_size"))
    }

    /// Half blocks filter 8, 12, 16 and 20 channels: 12 · (25 − 9) + 16 · (49 − 9) weights more.
    @Test func largerKernelsAreCountedAndReadBack() throws {
        let config = try VGNetConfig(yaml: Self.head + "kernel_size: [3, 5, 7, 3]\n", subject: "net.yaml")
        let plain = try config.replacing(kernelSize: PerStage(3))
        #expect(config.parameters.learnable - plain.parameters.learnable == 832)
        // At 64 pixels stage 2 has maps of 8×8, stage 3 of 4×4.
        #expect(
            config.macs(inputHeight: 64, inputWidth: 64) - plain.macs(inputHeight: 64, inputWidth: 64)
                == 192 * 64 + 640 * 16)
        #expect(try VGNetConfig(yaml: config.yaml(), subject: "again.yaml") == config)
        #expect(try VGNetConfig(yaml: Self.head + "kernel_size: 5\n", subject: "net.yaml").kernelSize.uniform == 5)
    }

    @Test(arguments: [
        ("kernel_size: 4\n", "net.yaml: kernel_size: 4 in stage 1 (line 3); expected 3, 5 or 7."),
        ("kernel_size: large\n", "net.yaml: kernel_size: 'large' (line 3); expected 3, 5 or 7, once or a stage."),
        (
            "kernel_size: 5\nhalf: [learnable, 4ek, learnable, learnable]\n",
            "net.yaml: kernel_size: 5 in stage 2, whose kernels are the bank 4ek (line 3); expected 3 there. "
                + "Fixed kernels are 3×3; set half to learnable in this stage."
        ),
    ]) func mistakesAreNamed(text: String, sentence: String) throws {
        let error = #expect(throws: KernelVizError.self) {
            try VGNetConfig(yaml: Self.head + text, subject: "net.yaml")
        }
        #expect(error?.description == sentence)
    }
}
