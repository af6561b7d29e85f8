import Diagnostics
import Files
import Images
import TestSupport
import Testing

/// The small files were written by Pillow 12; Tests/Scripts/image_expectations.py prints them.
@Suite struct ImageFileTests {
    static let palette = bytes(
        """
        89504e470d0a1a0a0000000d49484452000000020000000202030000000fd8e5b70000000c504c5445ff000000ff000000ff
        090807a2d262c00000000c49444154789c631060d8000000e400c127a8e8570000000049454e44ae426082
        """)
    static let greyAlpha = bytes(
        """
        89504e470d0a1a0a0000000d49484452000000020000000108040000005e2bb7010000000d49444154789c63e06238d10000
        023d015371cbb59a0000000049454e44ae426082
        """)
    static let rgba = bytes(
        """
        89504e470d0a1a0a0000000d4948445200000002000000010806000000f4227f8a0000001149444154789c6364646266f899
        a4ef0b0005ef01dfd40a00f80000000049454e44ae426082
        """)
    static let sixteenBit = bytes(
        """
        89504e470d0a1a0a0000000d49484452000000030000000110000000006e1b972b0000000f49444154789c6360606860f8ff
        1f000504027fe3804be00000000049454e44ae426082
        """)
    static let cmykJPEG = bytes(
        """
        ffd8ffee000e41646f626500640000000000ffdb004300020101010101020101010202020202040302020202050404030406
        0506060605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a0affc00014080008000804431100
        4d11005911004b1100ffc4001f0000010501010101010100000000000000000102030405060708090a0bffc400b510000201
        0303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282
        090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778
        797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5
        d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda000e0443004d0059004b00003f00fdd4afd0cadcafd84a
        ffd9
        """)
    static let greyJPEG = bytes(
        """
        ffd8ffe000104a46494600010100000100010000ffdb00430002010101010102010101020202020204030202020205040403
        04060506060605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a0affc0000b08000800080101
        1100ffc4001f0000010501010101010100000000000000000102030405060708090a0bffc400b51000020103030204030505
        04040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a
        25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a8384858687
        88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2
        e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda0008010100003f00f8cebfffd9
        """)

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    @Test func everyKindOfPNGBecomesRGBAsInPillow() throws {
        #expect(
            try ImageFile.decode(Self.palette, subject: "p").bytes == [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7])
        #expect(try ImageFile.decode(Self.greyAlpha, subject: "ga").bytes == [10, 10, 10, 200, 200, 200])
        #expect(try ImageFile.decode(Self.rgba, subject: "rgba").bytes == [1, 2, 3, 250, 100, 50])
        #expect(try ImageFile.decode(Self.sixteenBit, subject: "16").bytes == [0, 0, 0, 128, 128, 128, 255, 255, 255])
    }

    @Test func greyAndCMYKPhotographsBecomeRGB() throws {
        #expect(try ImageFile.decode(Self.greyJPEG, subject: "g").pixel(3, 3) == (77, 77, 77))
        #expect(try ImageFile.decode(Self.cmykJPEG, subject: "c").pixel(0, 0) == (216, 172, 119))
    }

    @Test func aPictureSurvivesEncodingAndDecoding() throws {
        let image = ImageResamplingTests.ramps
        let encoded = try ImageFile.encodePNG(image)
        #expect(try ImageFile.decode(encoded, subject: "ramps") == image)
        #expect(try ImageFile.encodePNG(image) == encoded)
        try withTemporaryFolder { folder in
            let path = folder + "/ramps.jpg"  // the name says JPEG, the content decides
            try ImageFile.writePNG(image, to: path)
            #expect(try ImageFile.read(path) == image)
        }
    }

    @Test func badFilesGetOneClearSentence() throws {
        func sentence(_ bytes: [UInt8]) -> String {
            do {
                _ = try ImageFile.decode(bytes, subject: "cat.png")
                return "decoded"
            } catch { return "\(error)" }
        }
        let png = try ImageFile.encodePNG(ImageResamplingTests.ramps)
        #expect(sentence([]) == "cat.png: the file is empty; expected a PNG or JPEG picture.")
        #expect(
            sentence(Array("Dear reader,\nthis is no picture.\n".utf8))
                == "cat.png: a text file; expected a PNG or JPEG picture. Convert it to PNG or JPEG.")
        #expect(
            sentence(Array("GIF89a".utf8) + [0, 1])
                == "cat.png: a GIF picture; expected a PNG or JPEG picture. Convert it to PNG or JPEG.")
        #expect(
            sentence([0, 1, 2, 3])
                == "cat.png: not a picture (unknown file signature); expected a PNG or JPEG picture. "
                + "Convert it to PNG or JPEG.")
        #expect(
            sentence(Array(png.prefix(png.count / 2)))
                == "cat.png: damaged PNG picture (read beyond end of data). Copy or download the file again.")
        #expect(
            sentence(Array(Self.greyJPEG.dropLast(4)))
                == "cat.png: damaged JPEG picture (premature end of jpeg file). Copy or download the file again.")
        #expect(sentence(Array(Self.greyJPEG.prefix(40))).hasPrefix("cat.png: damaged JPEG picture ("))
        #expect(sentence(Array(png.prefix(8))).hasPrefix("cat.png: damaged PNG picture ("))
    }

    /// The size in the header is changed to 60000×60000; the checksum of the chunk is the one zlib.crc32 gives.
    @Test func absurdSizesAreRefusedBeforeMemoryIsTaken() throws {
        var jpeg = Self.greyJPEG
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xEA, 0x60, 0xEA, 0x60])
        let error = #expect(throws: KernelVizError.self) { try ImageFile.decode(jpeg, subject: "big.jpg") }
        #expect(
            error?.description
                == "big.jpg: the header says 60000×60000 pixels; expected 1 to 134217728 pixels. "
                + "Check the file or scale the picture down first.")
    }

    /// 1 GB that a text of a file of 100 bytes claims: libpng would take it, and fill it, before it reads the text.
    @Test(arguments: ["tEXt", "zTXt", "iTXt", "eXIf", "sPLT"])
    func aLongChunkIsRefusedBeforeMemoryIsTaken(kind: String) throws {
        // Signature and header, then the chunk: with what follows, and cut behind its name.
        let start = try ImageFile.encodePNG(ImageResamplingTests.ramps).prefix(33)
        for left in [0, 40] {
            let chunk = [0x40, 0, 0, 2] + Array(kind.utf8) + [UInt8](repeating: 65, count: left)
            let error = #expect(throws: KernelVizError.self) {
                try ImageFile.decode(start + chunk, subject: "long.png")
            }
            #expect(
                error?.description
                    == "long.png: damaged PNG picture (its chunk \(kind) claims 1073741826 bytes, and "
                    + "\(max(0, left - 4)) are left). Copy or download the file again.")
        }
    }

    @Test func mutatedFilesNeverCrash() throws {
        let originals = [
            try ImageFile.encodePNG(ImageResamplingTests.ramps), Self.greyJPEG, Self.cmykJPEG, Self.palette,
        ]
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var failures = 0
        for original in originals {
            for _ in 0..<150 {
                var bytes = original
                for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
                if next(3) == 0 { bytes.removeLast(next(bytes.count)) }
                do { _ = try ImageFile.decode(bytes, subject: "m") } catch is KernelVizError { failures += 1 }
            }
        }
        #expect(failures > 100)
    }

    @Test func aPictureKeepsToTheMemoryLimit() throws {
        let bytes = try ImageFile.encodePNG(RGBImage(width: 4, height: 4, bytes: Array(repeating: 7, count: 48)))
        // 13 bytes a pixel.
        #expect(try MemoryLimit.$bytes.withValue(208) { try ImageFile.decode(bytes, subject: "a.png").width } == 4)
        let error = #expect(throws: KernelVizError.self) {
            try MemoryLimit.$bytes.withValue(207) { try ImageFile.decode(bytes, subject: "a.png") }
        }
        #expect(error?.found == "the picture of 4×4 pixels would take 208 bytes of memory")
    }
}
