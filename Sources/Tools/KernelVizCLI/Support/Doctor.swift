import Archives
import Files
import Foundation
import HDF5
import Images
import KernelViz
import Sandbox

/// Looks at what kernelviz stands on: the processor, libraries, fonts, the reader's process, memory for results.
///
/// Nothing is believed that can be tried: the engine's operators are compared with their definition, a file is written
/// and read back through the reader's process, a text is drawn.
enum Doctor {
    typealias Check = DoctorReport.Check

    static func report() -> DoctorReport {
        DoctorReport([program, processor, engine, precision, reader, libraries, font, terminal])
    }

    private static var program: Check { Check("program", .fine, KernelVizVersion.summary) }

    private static var processor: Check {
        Check(
            "processor", .fine,
            "\(ProcessInfo.processInfo.activeProcessorCount) cores, fastest operators: \(ExecutionOptions.fastest)")
    }

    /// Every set of operators that runs here against the plain loops that define them.
    private static var engine: Check {
        do {
            let config = try VGNetConfig(
                name: "doctor", channels: [8, 16, 24, 32, 40], blocks: [2, 2, 2, 2], classes: 5, inputSize: 32)
            let graph = try VGNet(config, seed: 1).graph
            let image = Tensor(shape: [1, 3, 32, 32], scalars: (0..<3 * 32 * 32).map { Float($0 % 17) / 8 - 1 })
            let expected = try ExecutionPlan(
                graph, inputShape: image.shape, options: ExecutionOptions(operators: .reference)
            ).run(image)
            let scale = expected.scalars.map(abs).max() ?? 0
            var worst: Float = 0
            let sets = ExecutionOptions.available.filter { $0 != .reference && $0 != .automatic }
            for set in sets {
                let result = try ExecutionPlan(
                    graph, inputShape: image.shape, options: ExecutionOptions(operators: set)
                ).run(image)
                for (a, b) in zip(result.scalars, expected.scalars) { worst = max(worst, abs(a - b) / scale) }
            }
            let names = sets.map(\.rawValue).joined(separator: ", ")
            let agrees = worst.isFinite && worst <= 1e-4
            return Check(
                "engine", agrees ? .fine : .broken,
                "\(names) \(agrees ? "agree" : "disagree") with the plain loops (largest difference \(worst))",
                advice: agrees ? nil : "Report this processor's name; --operators baseline may run right")
        } catch { return Check("engine", .broken, "\(error)") }
    }

    private static var precision: Check {
        let rate = (try? Roofline.measure()).map { "\(NumberFormat.fixed($0.gigaflops, 0)) GFLOP/s" } ?? "?"
        let isNative = ExecutionOptions.available.contains(.avx512bf16)
        return Check(
            "precision", .fine,
            "f32 \(rate) on one thread; bf16 "
                + (isNative ? "is multiplied by the processor" : "is slower than f32 here: it is computed from f32"))
    }

    private static var reader: Check {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelviz-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try FolderWriter.prepare(folder)
            let tensor = Tensor(shape: [2, 3], scalars: [1, -2, 3.5, 0, 1e-9, 6])
            let state = try StateDict(subject: "doctor", entries: [.init(name: "weight", tensor: tensor)])
            let path = "\(folder)/doctor.safetensors"
            try SafetensorsWriter.write(state, metadata: ModelMetadata(name: "doctor"), to: path)
            let back = try Checkpoint.open(path).tensor(named: "weight")
            guard back == tensor else { return Check("reader", .broken, "a tensor came back with other numbers") }
            let isConfined = ReaderConfinement.isComplete
            return Check(
                "reader", isConfined ? .fine : .weaker,
                (Checkpoint.Reading.current == .inProcess
                    ? "files are read in this process (--trust)" : ReaderConfinement.sentence),
                advice: isConfined ? nil : "A newer kernel (5.13) keeps a damaged file from opening anything else")
        } catch { return Check("reader", .broken, "\(error)") }
    }

    private static var libraries: Check {
        Check(
            "libraries", HDF5File.libraryVersion == nil ? .broken : .fine,
            "HDF5 \(HDF5File.libraryVersion ?? "does not start"), cairo \(CairoLibrary.version), libpng \(PNGLibrary.version), "
                + "libzip \(ZipLibrary.version)")
    }

    private static var font: Check {
        let text = Mark.text(TextMark("kernel", at: .init(5, 15), size: 8, color: .init(0, 0, 0)))
        do {
            let notes = try FigureRenderer.render(
                Figure(title: "doctor", width: 40, height: 20, marks: [text]), as: .pdf
            ).notes
            guard let note = notes.first else { return Check("font", .fine, "DejaVu Sans") }
            return Check("font", .weaker, note, advice: "Install fonts-dejavu-core")
        } catch { return Check("font", .broken, "\(error)") }
    }

    private static var terminal: Check {
        Check(
            "terminal", Console.isUnicode ? .fine : .weaker,
            Console.isUnicode ? "UTF-8" : "the locale has no UTF-8; tables are drawn with plain letters",
            advice: Console.isUnicode ? nil : "Set LANG=C.UTF-8")
    }
}
