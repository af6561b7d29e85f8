import Images
import TestSupport
import Testing

/// Numbers of Pillow 12; Tests/Scripts/image_expectations.py prints them.
@Suite struct ImageResamplingTests {
    /// The picture of Tests/Scripts/image_expectations.py: 16×11, sawtooth ramps in every channel.
    static let ramps: RGBImage = {
        var bytes: [UInt8] = []
        for y in 0..<11 {
            for x in 0..<16 {
                for c in 0..<3 { bytes.append(UInt8((37 * x + 11 * y + 53 * c + x * y * (c + 3)) % 256)) }
            }
        }
        return RGBImage(width: 16, height: 11, bytes: bytes)
    }()

    struct Case: CustomTestStringConvertible {
        let filter: ImageFilter
        let width: Int
        let height: Int
        let first: [UInt8]
        let sum: Int
        var testDescription: String { "\(filter.rawValue) to \(width)×\(height)" }
    }

    static let cases = [
        Case(
            filter: .bilinear, width: 5, height: 4,
            first: [
                69, 123, 161, 156, 143, 122, 104, 117, 150, 149, 120, 115, 101, 118, 133, 106, 139, 144, 129, 116,
                124, 128, 131, 135, 121, 118, 124, 126, 113, 126, 135, 137, 148, 120, 122, 139, 134, 127, 129, 125,
                120, 112, 111, 111, 125, 145, 143, 123, 121, 116, 129, 112, 123, 122, 128, 125, 120, 133, 121, 155,
            ], sum: 7572),
        Case(
            filter: .bilinear, width: 20, height: 13,
            first: [
                0, 53, 106, 26, 79, 132, 56, 109, 162, 85, 138, 191, 115, 168, 221, 144, 197, 250, 174, 227,
                101, 204, 129, 54, 156, 30, 83, 7, 60, 113, 36, 89, 142, 66, 119, 172, 96, 149, 202, 125,
                178, 154, 155, 208, 5, 184, 237, 34, 214, 88, 64, 116, 41, 94, 17, 70, 123, 43, 96, 149,
            ], sum: 98100),
        Case(
            filter: .bicubic, width: 5, height: 4,
            first: [
                60, 123, 165, 168, 148, 118, 96, 112, 155, 156, 122, 112, 96, 118, 133, 106, 142, 141, 128, 112,
                122, 129, 134, 137, 121, 115, 125, 127, 115, 126, 138, 134, 148, 121, 120, 141, 137, 129, 128, 123,
                120, 108, 109, 108, 125, 147, 142, 123, 121, 114, 130, 108, 123, 122, 130, 126, 119, 133, 120, 161,
            ], sum: 7570),
        Case(
            filter: .bicubic, width: 20, height: 13,
            first: [
                0, 51, 104, 24, 77, 130, 55, 108, 161, 84, 137, 190, 114, 167, 222, 143, 196, 255, 173, 252,
                91, 219, 133, 36, 166, 9, 82, 0, 59, 111, 34, 88, 140, 65, 117, 169, 95, 147, 221, 124,
                178, 170, 153, 216, 0, 182, 255, 31, 239, 77, 61, 119, 22, 91, 0, 70, 122, 43, 96, 148,
            ], sum: 98197),
    ]

    @Test(arguments: cases) func resizingGivesPillowsBytes(_ expected: Case) {
        let resized = Self.ramps.resized(width: expected.width, height: expected.height, filter: expected.filter)
        #expect(resized.width == expected.width && resized.height == expected.height)
        #expect(Array(resized.bytes.prefix(60)) == expected.first)
        #expect(resized.bytes.reduce(0) { $0 + Int($1) } == expected.sum)
    }

    struct Photograph: CustomTestStringConvertible {
        let file: String
        let filter: ImageFilter
        let sums: [Int]
        let corner: [UInt8]
        let inside: [UInt8]
        var testDescription: String { "\(file) \(filter.rawValue)" }
    }

    static let photographs = [
        Photograph(
            file: "n01440764_tench.JPEG", filter: .bilinear, sums: [6_179_935, 6_124_193, 4_887_609],
            corner: [75, 91, 86], inside: [165, 113, 31]),
        Photograph(
            file: "n03532672_hook.JPEG", filter: .bicubic, sums: [5_670_720, 5_670_721, 5_670_256],
            corner: [115, 115, 115], inside: [85, 85, 85]),
        Photograph(
            file: "n03240683_drilling_platform.JPEG", filter: .bilinear, sums: [4_637_831, 5_190_976, 5_962_925],
            corner: [86, 113, 144], inside: [5, 7, 10]),
    ]

    /// Shorter side to 256, middle 224 pixels. One level of slack per pixel for another version of the JPEG library.
    @Test(.needsSharedFiles, arguments: photographs)
    func photographsAreCutAsTorchvisionDoes(_ photograph: Photograph) throws {
        let image = try ImageFile.read(SharedFiles.path("images/\(photograph.file)"))
        let prepared = ImagePreprocessing(filter: photograph.filter).prepared(image)
        #expect(prepared.width == 224 && prepared.height == 224)
        for channel in 0..<3 {
            let sum = stride(from: channel, to: prepared.bytes.count, by: 3).reduce(0) { $0 + Int(prepared.bytes[$1]) }
            #expect(abs(sum - photograph.sums[channel]) <= 224 * 224 / 50)
            #expect(abs(Int(prepared.bytes[channel]) - Int(photograph.corner[channel])) <= 1)
            let inside = (111 * 224 + 57) * 3 + channel
            #expect(abs(Int(prepared.bytes[inside]) - Int(photograph.inside[channel])) <= 1)
        }
    }

    @Test func croppingTakesTheMiddleAndPadsWithBlack() {
        let image = RGBImage(width: 3, height: 1, bytes: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(image.cropped(x: 1, y: 0, width: 1, height: 1).bytes == [4, 5, 6])
        // torchvision: pad left (2 − 3) → crop 0.5 rounds to the even 0; above (2 − 1) // 2 = 0, below 1.
        let square = image.centerCropped(2)
        #expect(square.bytes == [1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0])
        #expect(image.cropped(x: 9, y: 9, width: 1, height: 1).bytes == [0, 0, 0])
    }

    @Test func normalisingGivesTheGoldenInputs() throws {
        let image = RGBImage(width: 2, height: 1, bytes: [0, 51, 255, 102, 204, 153])
        var preprocessing = ImagePreprocessing(shortSide: nil, crop: nil, normalization: .symmetric)
        // x / 127.5 − 1 by hand.
        let symmetric = preprocessing.tensor(image)
        #expect(symmetric.shape == [1, 3, 1, 2])
        expectClose(symmetric.scalars, [-1, -0.2, -0.6, 0.6, 1, 0.2])
        preprocessing.normalization = .imageNet
        expectClose(
            preprocessing.tensor(image).scalars,
            [-0.485 / 0.229, -0.085 / 0.229, -0.256 / 0.224, 0.344 / 0.224, 0.594 / 0.225, 0.194 / 0.225])
        preprocessing.channelOrder = .bgr
        preprocessing.normalization = .affine(offset: [100, 50, 0], scale: [0.5, 1, 2])
        expectClose(preprocessing.tensor(image).scalars, [77.5, 26.5, 1, 154, 0, 204])
    }

    /// Sums of `input` in golden/pretrained, as h5py reads them.
    @Test(.needsSharedFiles) func theSharedInputIsNormalisedAsEachFamilyWasTrained() throws {
        let image = try ImageFile.read(SharedFiles.path("golden/pretrained/input_224.png"))
        func input(_ order: ImagePreprocessing.ChannelOrder, _ normalization: ImagePreprocessing.Normalization)
            -> [Float]
        {
            ImagePreprocessing.tensor([image], order, normalization).scalars
        }
        func sum(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) } }
        let mobileNetV1 = input(.rgb, .symmetric)
        expectClose(Array(mobileNetV1.prefix(4)), [0.10588241, 0.04313731, -0.03529412, -0.05882353])
        #expect(abs(sum(mobileNetV1) + 17026.6868) < 0.05)
        let mobileNetV3 = input(.rgb, .imageNet)
        expectClose(Array(mobileNetV3.suffix(4)), [-0.41010883, -0.32296288, -0.47982562, -0.2706753])
        #expect(abs(sum(mobileNetV3) + 3679.5802) < 0.05)
        let shuffleNet = input(.bgr, .unit)
        expectClose(Array(shuffleNet.prefix(4)), [0.5764706, 0.5294118, 0.5137255, 0.5019608])
        #expect(abs(sum(shuffleNet) - 66750.6568) < 0.05)
    }

    private func expectClose(_ found: [Float], _ expected: [Float], location: SourceLocation = #_sourceLocation) {
        #expect(found.count == expected.count, sourceLocation: location)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5, sourceLocation: location) }
    }
}
