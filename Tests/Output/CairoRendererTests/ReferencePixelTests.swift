import CairoRenderer
import Images
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Each kind of figure beside the picture of it that a person looked at.
///
/// `KERNELVIZ_RECORD=all` writes the pictures anew; look at them before they are committed.
@Suite struct ReferencePixelTests {
    private static let folder = SharedFiles.packageRoot + "/Tests/References"

    @Test func everyKindOfFigureLooksAsItsReference() throws {
        for (name, figure) in try ReferenceFigures.all() {
            let path = "\(Self.folder)/\(name).png"
            let rendered = try FigureRenderer.render(figure, as: .png, dpi: 100)
            if ProcessInfo.processInfo.environment["KERNELVIZ_RECORD"] == "all" {
                try FigureWriter.write(figure, to: path, dpi: 100)
            }
            let found = try ImageFile.decode(rendered.bytes, subject: name)
            let expected = try ImageFile.read(path)
            #expect(found.width == expected.width && found.height == expected.height, "\(name)")
            guard found.bytes.count == expected.bytes.count else { continue }
            var (sum, far) = (0, 0)
            for (a, b) in zip(found.bytes, expected.bytes) {
                let difference = abs(Int(a) - Int(b))
                sum += difference
                if difference > 64 { far += 1 }
            }
            // Other versions of the font rasteriser move letters by less than this; a missing word exceeds it.
            #expect(Double(sum) / Double(found.bytes.count) < 0.5, "\(name): mean difference")
            #expect(Double(far) / Double(found.bytes.count) < 0.002, "\(name): share of samples that are far off")
        }
    }
}
