import Classification
import Diagnostics
import Figures
import Files

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `fit_labels.py` measured with each network left out (`Notebooks-out/labels/readers.json`), as far as a picture of it
/// goes.
public struct CalibrationFile: Sendable {
    private struct Document: Decodable {
        struct Calibration: Decodable {
            let diagram: [Bin]
            let expectedCalibrationError: Double
        }

        struct Bin: Decodable {
            let predicted: Double
            let agreed: Double
            let kernels: Int
        }

        let leftOut: String
        let calibration: Calibration
    }

    private let document: Document

    /// Reads such a file.
    ///
    /// Throws `calibration.badJSON`, `calibration.range` and the file's own errors.
    public init(contentsOf path: String) throws {
        let data = Data(try InputFile.text(path).utf8)
        guard let document = try? JSONDecoder().decode(Document.self, from: data) else {
            throw KernelVizError(
                code: "calibration.badJSON", subject: path, found: "no measured calibration",
                expected: "JSON with 'leftOut' and 'calibration', which fit_labels.py writes",
                advice: "See Notebooks-out/labels/readers.json")
        }
        let found = document.calibration
        let isWhole = found.diagram.allSatisfy { bin in
            (0...1).contains(bin.predicted) && (0...1).contains(bin.agreed) && (0...1_000_000_000).contains(bin.kernels)
        }
        guard isWhole, (0...1).contains(found.expectedCalibrationError) else {
            throw KernelVizError(
                code: "calibration.range", subject: path, found: "shares outside 0…1 or a negative number of kernels",
                expected: "the numbers that fit_labels.py writes")
        }
        self.document = document
    }

    /// The reliability diagram.
    ///
    /// Throws the figure's errors.
    public func reliability(widthMillimetres: Double) throws -> Figure {
        try ReliabilityFigure.figure(
            of: document.calibration.diagram.map {
                ReliabilityFigure.Bin(predicted: $0.predicted, agreed: $0.agreed, kernels: $0.kernels)
            }, error: document.calibration.expectedCalibrationError,
            cutoff: KernelClassification.uncertainProbability,
            title: "Left out: \(document.leftOut)", widthMillimetres: widthMillimetres)
    }
}
