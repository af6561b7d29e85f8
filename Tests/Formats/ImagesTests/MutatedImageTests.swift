import Files
import Images
import TestSupport
import Testing

/// Pictures that are nearly right are read, or end in one sentence.
@Suite struct MutatedImageTests {
    @Test func mutatedPNG() throws {
        let bytes = (0..<48).map { UInt8($0 * 5) }
        let picture = try ImageFile.encodePNG(RGBImage(width: 4, height: 4, bytes: bytes))
        // Right to begin with: the checksums are the format's own.
        #expect(Mutation.repairedPNG(picture) == picture)
        Mutation.attempt(
            picture, words: ["PLTE", "tRNS", "IDAT", "acTL", "eXIf", "iCCP"], repair: Mutation.repairedPNG
        ) { _ = try ImageFile.reading(of: $0, subject: "mutant") }
    }

    @Test func mutatedJPEG() throws {
        let picture = try InputFile.bytes(SharedFiles.packageRoot + "/Weights/cat.jpg")
        Mutation.attempt(picture, few: 60, words: ["Exif\u{0}\u{0}II*\u{0}", "JFIF\u{0}", "Adobe"]) {
            _ = try ImageFile.reading(of: $0, subject: "mutant")
        }
    }
}
