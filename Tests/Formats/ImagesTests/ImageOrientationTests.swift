import Diagnostics
import Files
import Images
import TestSupport
import Testing

/// Expected turns are those of Pillow's ImageOps.exif_transpose; Tests/Scripts/exif_expectations.py prints them.
@Suite struct ImageOrientationTests {
    /// What the file says, its checksum, and the red samples of the picture as Pillow turns it.
    struct Case: Sendable, CustomTestStringConvertible {
        let orientation: UInt8
        let crc: String
        let size: [Int]
        let red: [UInt8]
        var testDescription: String { "orientation \(orientation)" }
    }

    static let cases = [
        Case(orientation: 1, crc: "13c075e7", size: [3, 2], red: [0, 20, 40, 60, 80, 100]),
        Case(orientation: 2, crc: "22286f7a", size: [3, 2], red: [40, 20, 0, 100, 80, 60]),
        Case(orientation: 3, crc: "845f64ce", size: [3, 2], red: [100, 80, 60, 40, 20, 0]),
        Case(orientation: 4, crc: "41f85a40", size: [3, 2], red: [60, 80, 100, 0, 20, 40]),
        Case(orientation: 5, crc: "e78f51f4", size: [2, 3], red: [0, 60, 20, 80, 40, 100]),
        Case(orientation: 6, crc: "d6674b69", size: [2, 3], red: [60, 0, 80, 20, 100, 40]),
        Case(orientation: 7, crc: "701040dd", size: [2, 3], red: [100, 40, 80, 20, 60, 0]),
        Case(orientation: 8, crc: "86583034", size: [2, 3], red: [40, 100, 20, 80, 0, 60]),
    ]

    /// A PNG of 3×2 pixels with a chunk eXIf, cut where the orientation and the checksum stand.
    static let png = (
        head: bytes(
            """
            89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d0000001a655849664d4d002a0000000800
            010112000300000001
            """),
        tail: bytes(
            """
            0000001749444154789c6364606412111111111161b1b1b181b0000e1c01ad9990b4c40000000049454e44ae426082
            """)
    )

    /// 24×16 pixels, no EXIF.
    static let jpeg = bytes(
        """
        ffd8ffe000104a46494600010100000100010000ffdb00430002010101010102010101020202020204030202020205040403
        04060506060605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a0affdb004301020202020202
        050303050a0706070a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a
        0a0a0a0a0a0a0a0affc00011080010001803011100021101031101ffc4001f00000105010101010101000000000000000001
        02030405060708090a0bffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114
        328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a53545556
        5758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5
        b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffc4001f010003
        0101010101010101010000000000000102030405060708090a0bffc400b51100020102040403040705040400010277000102
        031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35
        363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495
        969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9ea
        f2f3f4f5f6f7f8f9faffda000c03010002110311003f00fcb4f87dfb2a7dcff896fa7f057914336f33c2e15e3df87df3dcbe
        1f7eca9f73fe25be9fc15ed50cdfccfe93e15e3df87df3dcbe1f7eca9f73fe25be9fc15ed50cdfccfe93e15e3df87df3d23e
        1f7eca9f73fe25be9fc15fcf94336f33fc03e15e3df87df3dcbe1f7eca9f73fe25be9fc15ed50cdfccfe93e15e3df87df3dc
        be1f7eca9f73fe25be9fc15ed50cdfccfe93e15e3df87df3ffd9
        """)

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    @Test(arguments: cases)
    func everyOrientationOfAPNGIsTurnedAsPillowDoes(item: Case) throws {
        let file = Self.png.head + [0, item.orientation, 0, 0, 0, 0, 0, 0] + Self.bytes(item.crc) + Self.png.tail
        let reading = try ImageFile.reading(of: file, subject: "p")
        #expect([reading.image.width, reading.image.height] == item.size)
        #expect(stride(from: 0, to: 18, by: 3).map { reading.image.bytes[$0] } == item.red)
        #expect(stride(from: 2, to: 18, by: 3).map { reading.image.bytes[$0] } == item.red.map { $0 + 2 })
        #expect(reading.turn?.rawValue == (item.orientation == 1 ? nil : Int(item.orientation)))
    }

    /// An EXIF block with one entry: the orientation as a SHORT.
    private static func exif(_ orientation: UInt8, isLittle: Bool) -> [UInt8] {
        let little: [UInt8] = [
            0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ]
        let big: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ]
        return Array("Exif\0\0".utf8) + (isLittle ? little : big)
    }

    /// The JPEG with segments APP1 behind its first marker.
    private static func jpeg(with bodies: [UInt8]...) -> [UInt8] {
        let segments = bodies.flatMap { body -> [UInt8] in
            [0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
        }
        return Array(jpeg.prefix(2)) + segments + Array(jpeg.dropFirst(2))
    }

    /// Width, height, then the pixels at the top left, the top right and the bottom left, as Pillow shows them.
    static let corners: [(orientation: UInt8, size: [Int], corners: [[UInt8]])] = [
        (1, [24, 16], [[0, 0, 0], [231, 0, 114], [1, 225, 77]]),
        (2, [24, 16], [[231, 0, 114], [0, 0, 0], [230, 226, 189]]),
        (3, [24, 16], [[230, 226, 189], [1, 225, 77], [231, 0, 114]]),
        (4, [24, 16], [[1, 225, 77], [230, 226, 189], [0, 0, 0]]),
        (5, [16, 24], [[0, 0, 0], [1, 225, 77], [231, 0, 114]]),
        (6, [16, 24], [[1, 225, 77], [0, 0, 0], [230, 226, 189]]),
        (7, [16, 24], [[230, 226, 189], [231, 0, 114], [1, 225, 77]]),
        (8, [16, 24], [[231, 0, 114], [230, 226, 189], [0, 0, 0]]),
    ]

    @Test(arguments: [true, false])
    func everyOrientationOfAJPEGIsTurnedInBothByteOrders(isLittle: Bool) throws {
        for (orientation, size, corners) in Self.corners {
            let file = Self.jpeg(with: Self.exif(orientation, isLittle: isLittle))
            let reading = try ImageFile.reading(of: file, subject: "j")
            let image = reading.image
            #expect([image.width, image.height] == size)
            let found = [(0, 0), (image.width - 1, 0), (0, image.height - 1)].map { image.pixel($0.0, $0.1) }
            #expect(found.map { [$0.red, $0.green, $0.blue] } == corners, "orientation \(orientation)")
            #expect(reading.turn?.rawValue == (orientation == 1 ? nil : Int(orientation)))
        }
    }

    @Test func orientationIsFoundBehindOtherSegmentsAndInXMP() throws {
        let xmp = Array("http://ns.adobe.com/xap/1.0/\0<rdf:Description tiff:Orientation=\"8\"/>".utf8)
        #expect(try ImageFile.reading(of: Self.jpeg(with: xmp), subject: "j").turn == .quarterLeft)
        // EXIF counts before XMP.
        let both = Self.jpeg(with: xmp, Self.exif(3, isLittle: false))
        #expect(try ImageFile.reading(of: both, subject: "j").turn == .halfTurn)
        let behind = Self.jpeg(with: Array("something else".utf8), Self.exif(6, isLittle: true))
        #expect(try ImageFile.reading(of: behind, subject: "j").turn == .quarterRight)
    }

    @Test func damagedMetadataTurnsNothing() throws {
        let whole = Self.exif(6, isLittle: false)
        let plain = try ImageFile.decode(Self.jpeg, subject: "j")
        // Cuts before the value's end, values that do not exist, a directory far outside, far too many entries.
        var blocks = (0..<26).map { Array(whole.prefix($0)) }
        for value in [UInt8(0), 9, 255] { blocks.append(Self.exif(value, isLittle: false)) }
        var far = whole
        far.replaceSubrange(10..<14, with: [0xFF, 0xFF, 0xFF, 0xF0])
        var many = Self.exif(6, isLittle: true)
        many.replaceSubrange(14..<18, with: [0xFF, 0xFF, 0, 0])
        for block in blocks + [far, many] {
            let reading = try ImageFile.reading(of: Self.jpeg(with: block), subject: "j")
            #expect(reading.turn == nil && reading.image == plain)
        }
    }

    @Test(.needsSharedFiles) func thePhotographOfTheCaseIsTurned() throws {
        let reading = try ImageFile.reading(SharedFiles.path("cases/files/exif6.jpg"))
        // Stored as 60×40 pixels.
        #expect(reading.turn == .quarterRight && reading.image.width == 40 && reading.image.height == 60)
    }
}
