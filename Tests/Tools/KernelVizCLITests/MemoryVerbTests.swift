import Testing
import TestSupport

@Suite struct MemoryVerbTests {
    private static let checkpoint = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"

    @Test(arguments: [[String](), ["--trust"]])
    func aFileOfMoreThanIsAllowedIsRefusedBeforeItIsRead(options: [String]) throws {
        let refused = try CommandLine.run(["classify", Self.checkpoint, "--max-memory", "1M"] + options)
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(
            refused.errors.contains(
                "bytes as 32-bit numbers; expected at most 1,000,000. Pass a larger --max-memory, or none."),
            "\(refused.errors)")
        let allowed = try CommandLine.run(["classify", Self.checkpoint, "--max-memory=1G"] + options)
        #expect(allowed.status == 0, "\(allowed.errors)")
    }

    @Test(arguments: ["", "none", "-1G", "0", "1X", "G", "999999T"])
    func whatIsNoNumberOfBytesExitsWith64(text: String) throws {
        let option = text.hasPrefix("-") ? ["--max-memory=\(text)"] : ["--max-memory", text]
        let outcome = try CommandLine.run(["classify", Self.checkpoint] + option)
        #expect(outcome.status == 64 && outcome.errors.contains("expected bytes from 1K to 1000T"), "\(outcome.errors)")
    }
}
