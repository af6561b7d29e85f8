import Testing
import VGNets

/// Counts that PyTorch and fvcore gave for the authors' code; not computed by the code under test.
@Suite struct VGNetCountsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let learnable: Int
        let fixed: Int
        let running: Int
        let macs: Int
        let fvcore: Int
        var testDescription: String { name }

        init(_ name: String, _ learnable: Int, _ fixed: Int, _ running: Int, _ macs: Int, _ fvcore: Int) {
            self.name = name
            self.learnable = learnable
            self.fixed = fixed
            self.running = running
            self.macs = macs
            self.fvcore = fvcore
        }
    }

    @Test(arguments: [
        Row("vgnetg-1.0mp", 997_358, 3_780, 5_448, 141_300_232, 143_980_728),
        Row("vgnetg-1.0mp-se", 1_143_190, 3_780, 5_448, 141_443_080, 145_085_544),
        Row("vgnetg-1.5mp", 1_502_024, 4_320, 6_784, 187_819_008, 190_754_304),
        Row("vgnetg-1.5mp-se", 1_701_680, 4_320, 6_784, 188_015_104, 191_979_008),
        Row("vgnetg-2.0mp", 2_006_380, 5_832, 8_296, 300_637_784, 304_043_480),
        Row("vgnetg-2.0mp-se", 2_344_696, 5_832, 8_296, 300_971_544, 305_641_048),
        Row("vgnetg-2.5mp", 2_492_756, 6_336, 10_096, 398_936_736, 402_861_440),
        Row("vgnetg-2.5mp-se", 2_922_284, 6_336, 10_096, 399_360_672, 404_806_336),
        Row("vgnetg-5.0mp", 4_990_239, 7_128, 14_848, 602_198_896, 607_078_512),
        Row("vgnetg-5.0mp-se", 5_887_455, 7_128, 14_848, 603_087_920, 609_943_020),
        Row("vgnetg-1.0mp-silu", 997_358, 3_780, 5_448, 141_300_232, 143_980_728),
        Row("vgnetg-1.0mp-se-silu", 1_143_190, 3_780, 5_448, 141_443_080, 145_085_544),
        Row("vgnetc-1.0mp", 1_001_138, 0, 5_448, 141_300_232, 143_980_728),
        Row("vgnetc-1.5mp", 1_506_344, 0, 6_784, 187_819_008, 190_754_304),
        Row("vgnetc-2.0mp", 2_012_212, 0, 8_296, 300_637_784, 304_043_480),
        Row("vgnetc-2.5mp", 2_499_092, 0, 10_096, 398_936_736, 402_861_440),
        Row("vgnetc-5.0mp", 4_997_367, 0, 14_848, 602_198_896, 607_078_512),
        Row("vgnetf1-1.5mp", 1_485_448, 25_632, 11_520, 187_819_008, 192_435_200),
        Row("vgnetf3-1.5mp", 1_485_448, 25_632, 11_520, 187_819_008, 192_435_200),
        Row("vgnetf2-1.5mp", 1_485_896, 30_240, 12_544, 187_819_008, 192_485_376),
        Row("vgnetf4-1.5mp", 1_485_896, 30_240, 12_544, 187_819_008, 192_485_376),
    ])
    func everyPublishedNetHasItsExactCounts(row: Row) throws {
        let config = try VGNetConfig.published(row.name)
        let counts = config.counts(inputHeight: 224, inputWidth: 224)
        #expect(counts.parameters.learnable == row.learnable)
        #expect(counts.parameters.fixed == row.fixed)
        #expect(counts.parameters.batchNormRunning == row.running)
        #expect(counts.macs == row.macs)
        #expect(counts.fvcoreFLOPs == row.fvcore)
        #expect(config.parameters == counts.parameters)
    }

    @Test(arguments: [
        ("vgnetg-1.0mp-thumbnail", 665_510, 43_733_056), ("vgnetg-1.5mp-thumbnail", 1_040_612, 58_558_464),
        ("vgnetg-2.0mp-thumbnail", 1_544_968, 95_397_248), ("vgnetg-2.5mp-thumbnail", 2_002_544, 127_487_616),
        ("vgnetg-5.0mp-thumbnail", 4_219_227, 193_788_256),
    ])
    func thumbnailNetsHaveTheirExactCounts(name: String, learnable: Int, macs: Int) throws {
        let config = try VGNetConfig.published(name)
        #expect(config.classes == 100 && config.inputSize == 32)
        #expect(config.parameters.learnable == learnable)
        #expect(config.macs(inputHeight: 32, inputWidth: 32) == macs)
    }

    @Test(arguments: [
        ("vgnetg-1.0mp-rerelease", 1_000_256, 141_300_232), ("vgnetg-1.5mp-rerelease", 1_506_056, 187_819_008),
        ("vgnetg-2.0mp-rerelease", 2_010_412, 300_637_784), ("vgnetg-2.5mp-rerelease", 2_497_040, 398_936_736),
        ("vgnetg-5.0mp-rerelease", 4_996_980, 602_198_896), ("vgnetg-1.0mp-se-rerelease", 1_146_088, 141_443_080),
        ("vgnetg-1.5mp-se-rerelease", 1_705_712, 188_015_104), ("vgnetg-2.0mp-se-rerelease", 2_348_728, 300_971_544),
        ("vgnetg-2.5mp-se-rerelease", 2_926_568, 399_360_672), ("vgnetg-5.0mp-se-rerelease", 5_894_196, 603_087_920),
        ("vgnetc-1.0mp-rerelease", 1_004_036, 141_300_232),
    ])
    func reReleasedNetsHaveTheirExactCounts(name: String, learnable: Int, macs: Int) throws {
        let config = try VGNetConfig.published(name)
        #expect(config.parameters.learnable == learnable)
        #expect(config.macs(inputHeight: 224, inputWidth: 224) == macs)
    }

    struct StageTable: Sendable, CustomTestStringConvertible {
        let name: String
        /// Channels, learnable, fixed, MACs of stem, stages 1 to 4, head.
        let parts: [[Int]]
        let lastUnit: Int
        var testDescription: String { name }
    }

    @Test(arguments: [
        StageTable(
            name: "vgnetg-1.0mp",
            parts: [
                [28, 812, 0, 9_483_264], [56, 6_468, 252, 20_371_456], [112, 44_576, 504, 34_728_064],
                [224, 328_608, 1_008, 64_033_984], [368, 247_894, 2_016, 12_315_464], [1000, 369_000, 0, 368_000],
            ], lastUnit: 136_574),
        StageTable(
            name: "vgnetg-1.5mp",
            parts: [
                [32, 928, 0, 10_838_016], [64, 5_888, 288, 18_765_824], [128, 57_600, 576, 44_907_520],
                [256, 460_928, 1_152, 89_865_216], [512, 463_680, 2_304, 22_930_432], [1000, 513_000, 0, 512_000],
            ], lastUnit: 263_744),
        StageTable(
            name: "vgnetg-2.0mp",
            parts: [
                [32, 928, 0, 10_838_016], [72, 7_336, 288, 23_206_400], [168, 82_284, 648, 64_209_600],
                [376, 908_432, 1_512, 177_383_136], [512, 494_400, 3_384, 24_488_632], [1000, 513_000, 0, 512_000],
            ], lastUnit: 263_744),
        StageTable(
            name: "vgnetg-2.5mp",
            parts: [
                [32, 928, 0, 10_838_016], [80, 8_912, 288, 28_048_384], [192, 106_624, 720, 83_229_440],
                [400, 1_273_352, 1_728, 248_658_144], [544, 557_940, 3_600, 27_618_752], [1000, 545_000, 0, 544_000],
            ], lastUnit: 297_636),
        StageTable(
            name: "vgnetg-5.0mp",
            parts: [
                [32, 928, 0, 10_838_016], [88, 14_972, 288, 46_676_224], [216, 158_616, 792, 123_759_104],
                [456, 1_542_984, 1_944, 301_460_544], [856, 2_415_739, 4_104, 118_609_008],
                [1000, 857_000, 0, 856_000],
            ], lastUnit: 735_411),
    ])
    func everyStageHasItsExactCounts(table: StageTable) throws {
        let counts = try VGNetConfig.published(table.name).counts(inputHeight: 224, inputWidth: 224)
        #expect(counts.parts.map(\.name) == ["stem", "stage1", "stage2", "stage3", "stage4", "head"])
        #expect(counts.parts.map(\.height) == [112, 56, 28, 14, 7, 1])
        #expect(
            counts.parts.map { [$0.channels, $0.parameters.learnable, $0.parameters.fixed, $0.macs] } == table.parts)
        #expect(counts.lastUnit.parameters.learnable == table.lastUnit)
    }

    @Test func outputSizesRoundUpOnOddInputs() throws {
        // 45×37: 23×19, 12×10, 6×5, 3×3, 2×2.
        let parts = try VGNetConfig.published("vgnetg-1.0mp").counts(inputHeight: 45, inputWidth: 37).parts
        #expect(parts.map(\.height) == [23, 12, 6, 3, 2, 1])
        #expect(parts.map(\.width) == [19, 10, 5, 3, 2, 1])
    }
}
