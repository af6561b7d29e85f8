import Diagnostics
import Foundation
import Testing
import VGNets

@Suite struct VGNetConfigFileTests {
    @Test func everyPublishedNetSurvivesYAMLAndJSON() throws {
        for name in VGNetConfig.publishedNames {
            let config = try VGNetConfig.published(name)
            #expect(try VGNetConfig(yaml: config.yaml(), subject: "net.yaml") == config)
            let json = try JSONEncoder().encode(config)
            #expect(try JSONDecoder().decode(VGNetConfig.self, from: json) == config)
            // JSON files are read as the YAML that they are.
            #expect(try VGNetConfig(yaml: String(decoding: json, as: UTF8.self), subject: "net.json") == config)
        }
    }

    @Test func aDerivedNetSurvivesWithCommentsOnEveryField() throws {
        let config = try VGNetConfig(
            name: "mobilenet \"v1\": # derived\\", channels: [24, 48, 96, 192, 320], blocks: [2, 4, 8, 1],
            downsampling: .gaussian(FixedGaussian(sigmaPixels: 0.83, signs: .positive)), last: .shared(groups: 4),
            squeezeExcite: SqueezeExcite(ratio: 0.125, activation: .silu), dropout: 1e-7, inputChannels: 1)
        let reason = "60 % of 1,024 kernels blur: σ 0.83 ± 0.05.\n- # not a field: x\u{7}"
        let comments = Dictionary(uniqueKeysWithValues: config.fields.map { ($0.rawValue, reason) })
        let text = config.yaml(comments: comments)
        #expect(try VGNetConfig(yaml: text, subject: "net.yaml") == config)
        #expect(text.split(separator: "\n").count { $0 == "# 60 % of 1,024 kernels blur: σ 0.83 ± 0.05." } == 18)
    }

    @Test func theWrittenFormIsStable() throws {
        let text = try VGNetConfig.published("vgnetg-1.0mp-se").yaml(comments: [
            "blocks": "Table 1", "channels": String(repeating: "word ", count: 25),
        ])
        #expect(
            text == """
                name: vgnetg-1.0mp-se

                # \(Array(repeating: "word", count: 19).joined(separator: " "))
                # word word word word word word
                channels: [28, 56, 112, 224, 368]

                # Table 1
                blocks: [4, 7, 13, 2]
                downsampling: gaussian
                gaussian_sigma: 1.1
                gaussian_signs: alternating
                gaussian_decimals: 4
                identity: 0.5
                half: learnable
                last: shared8
                activation: relu
                squeeze_excite: 0.25
                squeeze_excite_activation: relu
                dropout: 0.0
                classes: 1000
                input_size: 224
                input_channels: 3
                thumbnail: false

                """)
    }

    @Test func aShortFileHasTheDefaultsOfVGNetGAndTheFilesName() throws {
        let config = try VGNetConfig(
            yaml: "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\n", subject: "nets/small.yaml")
        #expect(config == (try VGNetConfig.published("vgnetg-1.0mp").replacing(name: "small")))
    }

    @Test func anotherSigmaIsExactUnlessRoundingIsAskedFor() throws {
        let head = "channels: [8, 16, 32, 64, 96]\nblocks: [1, 1, 1, 1]\n"
        let exact = try VGNetConfig(yaml: head + "gaussian_sigma: 0.9", subject: "net.yaml")
        #expect(exact.downsampling == .gaussian(FixedGaussian(sigmaPixels: 0.9)))
        let rounded = try VGNetConfig(yaml: head + "gaussian_sigma: 0.9\ngaussian_decimals: 3", subject: "net.yaml")
        #expect(rounded.downsampling == .gaussian(FixedGaussian(sigmaPixels: 0.9, decimals: 3)))
    }

    static let mistakes: [(String, String)] = [
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\nactivasion: relu",
            "net.yaml: activasion: unknown field (line 3); expected a field of a VGNet config. "
                + "The nearest name is 'activation'."
        ),
        (
            "channels: [28, 57, 112, 224, 368]\nblocks: [4, 7, 13, 2]",
            "net.yaml: channels: width 57 (line 1); expected even widths from 2 to 8192. "
                + "Both halves of a block have the same width."
        ),
        (
            "channels: [28, 56, 112, 224, -2]\nblocks: [4, 7, 13, 2]",
            "net.yaml: channels: width -2 (line 1); expected even widths from 2 to 8192. "
                + "Both halves of a block have the same width."
        ),
        (
            "channels: [28, 56, 112, 224]\nblocks: [4, 7, 13, 2]",
            "net.yaml: channels: has 4 widths (line 1); expected 5 (the stem and four stages)."
        ),
        (
            "channels: [28, 56, 112, 224, wide]\nblocks: [4, 7, 13, 2]",
            "net.yaml: channels: 'wide' (line 1); expected a list of whole numbers."
        ),
        ("blocks: [4, 7, 13, 2]", "net.yaml: channels: is missing; expected a list of whole numbers."),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 0, 13, 2]",
            "net.yaml: blocks: 0 blocks (line 2); expected 1 to 256 blocks a stage, the downsampling included."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: 4",
            "net.yaml: blocks: 4 (line 2); expected a list of whole numbers."
        ),
        (
            "channels: [8192, 8192, 8192, 8192, 8192]\nblocks: [200, 200, 200, 200]",
            "net.yaml: channels: widths and blocks make 26955007976 learnable parameters (line 1); "
                + "expected at most 1000000000."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\nclasses: 99999999999999999999",
            "net.yaml: classes: 1e+20 (line 3); expected a whole number."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\ninput_size: 0",
            "net.yaml: input_size: 0 (line 3); expected 1 to 4096."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\nhalf: 6ek2gk",
            "net.yaml: half: stage 1 has halves of 28 channels (line 3); expected multiples of 8 for the bank 6ek2gk. "
                + "Make channels[1] a multiple of 16, or use another bank."
        ),
        (
            "channels: [28, 56, 112, 224, 366]\nblocks: [4, 7, 13, 2]\nlast: 4ek",
            "net.yaml: last: stage 4 has 366 channels (line 3); expected a multiple of 4 for the bank 4ek."
        ),
        (
            "channels: [28, 56, 112, 224, 366]\nblocks: [4, 7, 13, 2]",
            "net.yaml: last: shared8 with 366 channels; expected a number from 2 to 366 that divides the width of stage 4."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\nactivation: rellu",
            "net.yaml: activation: 'rellu' (line 3); expected 'relu' or 'silu'. The nearest name is 'relu'."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\ndownsampling: learnable\ngaussian_sigma: 1.0",
            "net.yaml: gaussian_sigma: given, but downsampling is 'learnable' (line 4); expected no such field. "
                + "Delete it, or set downsampling to 'gaussian'."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\ngaussian_sigma: .nan",
            "net.yaml: gaussian_sigma: '.nan' (line 3); expected a number."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\ngaussian_sigma: nan",
            "net.yaml: gaussian_sigma: σ = nan (line 3); expected 0.05 to 10 pixels."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\nsqueeze_excite: 2",
            "net.yaml: squeeze_excite: ratio 2.0 (line 3); expected 'none' or a ratio above 0, at most 1."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\ndropout: 1.0",
            "net.yaml: dropout: 1.0 (line 3); expected a probability from 0 to below 1."
        ),
        (
            "channels: [28, 56, 112, 224, 368]\nblocks: [4, 7, 13, 2]\nthumbnail: maybe",
            "net.yaml: thumbnail: 'maybe' (line 3); expected true or false."
        ),
        (
            "channels: {a: 1}\nblocks: [4, 7, 13, 2]",
            "net.yaml: channels: a nested mapping (line 1); expected a plain value."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\ndownsampling: [gaussian, hybrid]",
            "net.yaml: downsampling: has 2 values (line 3); expected one for all stages, or 4 (one a stage)."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\ndownsampling: hybird",
            "net.yaml: downsampling: 'hybird' (line 3); expected 'gaussian' or 'hybrid' or 'learnable'. "
                + "The nearest name is 'hybrid'."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\ndownsampling: hybrid",
            "net.yaml: gaussian_share: is missing in stage 1; expected the share of channels that the Gaussian filters. "
                + "Write gaussian_share: 0.75, or set downsampling to 'gaussian'."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\ndownsampling: hybrid\ngaussian_share: 1",
            "net.yaml: gaussian_share: 1.0 (line 4); expected a share from 0.01 to 0.99. "
                + "All or no channels are downsampling 'gaussian' or 'learnable'."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\ngaussian_share: 0.5",
            "net.yaml: gaussian_share: given, but downsampling is 'gaussian' (line 3); expected no such field. "
                + "Delete it, or set downsampling to 'hybrid'."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\ndownsampling: [gaussian, learnable, gaussian, gaussian]\ngaussian_sigma: [1.0, 1.0, 1.0, 1.0]",
            "net.yaml: gaussian_sigma: given, but downsampling is 'learnable' in stage 2 (line 4); expected 'none' there. "
                + "Write none for stage 2."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\ngaussian_sigma: [1.0, 0.01, 1.0, 1.0]",
            "net.yaml: gaussian_sigma: σ = 0.01 in stage 2 (line 3); expected 0.05 to 10 pixels."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nidentity: 0.3",
            "net.yaml: identity: 0.3 (line 3); expected a multiple of 0.125 from 0 to 0.875. The paper's ratio is 0.5."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nidentity: 1",
            "net.yaml: identity: 1.0 (line 3); expected a multiple of 0.125 from 0 to 0.875. The paper's ratio is 0.5."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nhalf: edges",
            "net.yaml: half: 'edges' (line 3); expected 'learnable' or '4ek' or '6ek2gk' or a random bank such as "
                + "'random8-seed1'."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nhalf: random0-seed1",
            "net.yaml: half: a random bank of 0 kernels (line 3); expected 1 to 8192."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nhalf: a\nbanks: {a: [[1, 2, 3]]}",
            "net.yaml: banks: kernel 1 of 'a' has 3 weights (line 4); expected nine finite weights, row by row."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nhalf: a\nbanks:\n  a: 7",
            "net.yaml: banks: 7 (line 4); expected a list of kernels, nine weights each, for 'a'."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nbanks:\n  a:\n    - [0, 0, 0, 0, 1, 0, 0, 0, 0]",
            "net.yaml: banks: 'a' is used by neither half nor last (line 3). Delete it, or name it in half or last."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nhalf: shared-a\nbanks: {shared-a: [[0, 0, 0, 0, 1, 0, 0, 0, 0]]}",
            "net.yaml: banks: name 'shared-a' (line 4); expected a small letter, then small letters, digits and hyphens, at most 40. "
                + "This name has a meaning of its own."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nhalf: a\nbanks:\n  a:\n    - {x: 1}",
            "net.yaml: banks: a nested mapping (line 4); expected a list of kernels, nine weights each, for 'a'."
        ),
        (
            "channels: [8, 16, 26, 32, 40]\nblocks: [2, 2, 2, 2]\nidentity: 0.25",
            "net.yaml: identity: 0.25 of 26 channels in stage 2 (line 3); expected a whole number of channels. "
                + "Make channels[2] a multiple of 4, or use 0.5."
        ),
        (
            "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nidentity: 0.25\nhalf: 6ek2gk",
            "net.yaml: half: stage 1 has blocks that filter 12 channels (line 4); expected multiples of 8 for the bank "
                + "6ek2gk. Make channels[1] a multiple of 32, or use another bank."
        ),
        ("- 1\n- 2", "net.yaml: is not a mapping of fields; expected a VGNet config in YAML or JSON."),
        ("", "net.yaml: holds no fields; expected a VGNet config in YAML or JSON."),
        (
            "channels: [1, 2",
            "net.yaml: not YAML (line 2, column 1: did not find expected ',' or ']'); expected a VGNet config in YAML or "
                + "JSON. Correct the text, or start from 'kernelviz derive' or a published name."
        ),
        (
            "blocks: [1, 1, 1, 1]\nblocks: [2, 2, 2, 2]",
            "net.yaml: blocks: given twice (line 1); expected each field once."
        ),
        (
            String(repeating: "[", count: 100_000),
            "net.yaml: is too long or nested too deeply; expected a VGNet config in YAML or JSON."
        ),
    ]

    @Test(arguments: mistakes)
    func everyMistakeIsOneClearSentence(text: String, sentence: String) {
        let error = #expect(throws: KernelVizError.self) { try VGNetConfig(yaml: text, subject: "net.yaml") }
        #expect(error?.description == sentence)
    }

    @Test func aDesignMadeInCodeIsCheckedToo() {
        let error = #expect(throws: KernelVizError.self) {
            try VGNetConfig(name: "x", channels: [8, 16, 32, 64, 96], blocks: [1, 1, 1, 1], dropout: -1)
        }
        #expect(error?.description == "x: dropout: -1.0; expected a probability from 0 to below 1.")
    }

    @Test func stagesThatAgreeAreWrittenAsOne() throws {
        let text = """
            channels: [8, 16, 24, 32, 40]
            blocks: [2, 2, 2, 2]
            downsampling: [gaussian, hybrid, learnable, hybrid]
            gaussian_share: [none, 0.5, none, 0.5]
            gaussian_sigma: [0.9, 1.0, none, 1.0]
            identity: [0.5, 0.5, 0.5, 0.5]
            half: [edges, edges, edges, edges]
            banks: {edges: [[0, -0.1, 0, -0.1, 1, -0.1, 0, -0.1, 0]]}
            """
        let written = try VGNetConfig(yaml: text, subject: "x.yaml").yaml()
        #expect(
            written == """
                name: x
                channels: [8, 16, 24, 32, 40]
                blocks: [2, 2, 2, 2]
                downsampling: [gaussian, hybrid, learnable, hybrid]
                gaussian_share: 0.5
                gaussian_sigma: [0.9, 1.0, none, 1.0]
                gaussian_signs: alternating
                gaussian_decimals: exact
                identity: 0.5
                half: edges
                last: shared8
                banks:
                  edges:
                    - [0.0, -0.1, 0.0, -0.1, 1.0, -0.1, 0.0, -0.1, 0.0]
                activation: relu
                squeeze_excite: none
                dropout: 0.0
                classes: 1000
                input_size: 224
                input_channels: 3
                thumbnail: false

                """)
    }

    static let overridden: [(String, String)] = [
        // A list of kinds takes the list of σ with it; a single σ stays where it has a meaning.
        ("downsampling: gaussian", "gaussian / 1.1"), ("downsampling: learnable", "learnable / nil"),
        ("downsampling: hybrid\ngaussian_share: 0.5\ngaussian_sigma: 0.8", "hybrid / 0.8"),
        ("half: learnable\nlast: shared8", "gaussian, hybrid, learnable, hybrid / 0.9, 1.15, none, 1.3"),
        ("identity: 0.25", "gaussian, hybrid, learnable, hybrid / 0.9, 1.15, none, 1.3"),
        ("squeeze_excite: none", "gaussian, hybrid, learnable, hybrid / 0.9, 1.15, none, 1.3"),
    ]

    @Test(arguments: overridden)
    func fieldsAreOverriddenWithWhatHangsOnThem(text: String, expected: String) throws {
        let base = try VGNetConfig(
            yaml: """
                channels: [8, 16, 24, 32, 40]
                blocks: [2, 2, 2, 2]
                downsampling: [gaussian, hybrid, learnable, hybrid]
                gaussian_share: [none, 0.5, none, 0.5]
                gaussian_sigma: [0.9, 1.15, none, 1.3]
                squeeze_excite: 0.25
                half: [edges, edges, learnable, learnable]
                last: blurs
                banks:
                  edges: [[0, -0.1, 0, -0.1, 1, -0.1, 0, -0.1, 0]]
                  blurs: [[1, 1, 1, 1, 1, 1, 1, 1, 1]]
                """, subject: "base.yaml")
        let config = try base.overriding(yaml: text, subject: "plan: design")
        #expect(
            "\(config.text(of: .downsampling) ?? "nil") / \(config.text(of: .gaussianSigma) ?? "nil")" == expected)
        #expect(config.listedBanks.count == (text.hasPrefix("half") ? 0 : 2))
        #expect(config.name == "base")
    }

    /// Passed, new, filtered by the first block, filtered by the others.
    @Test(arguments: [(8, 4, [4, 4, 4, 4]), (8, 2, [2, 6, 6, 6]), (16, 6, [12, 4, 8, 4]), (8, 0, [0, 8, 8, 8])])
    func theQueueOfABlockIsCut(width: Int, eighths: Int, expected: [Int]) {
        let first = IdentitySplit(width: width, ratio: IdentityRatio(eighths: eighths), isFirst: true)
        let other = IdentitySplit(width: width, ratio: IdentityRatio(eighths: eighths), isFirst: false)
        #expect(
            [first.passedChannels, first.newChannels, first.filteredChannels, other.filteredChannels] == expected)
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: KernelVizError.self) { try VGNetConfig(contentsOf: "/nowhere/net.yaml") }
        #expect(error?.description == "/nowhere/net.yaml: no such file or directory. Check the path.")
    }

    @Test func unknownFieldsInJSONAreRefusedWithoutALine() {
        let json = Data(#"{"channels": [8, 16, 32, 64, 96], "block": [1, 1, 1, 1]}"#.utf8)
        let error = #expect(throws: KernelVizError.self) { try JSONDecoder().decode(VGNetConfig.self, from: json) }
        #expect(
            error?.description
                == "VGNet config: block: unknown field; expected a field of a VGNet config. The nearest name is 'blocks'."
        )
    }

    @Test(arguments: [(28, 8), (184, 48), (36, 16), (4, 8), (188, 48), (100, 24), (44, 16)])
    func squeezeExciteWidthsAreMultiplesOfEight(channels: Int, reduced: Int) {
        // 36/4 = 9 → 8 < 8.1 → 16; 184/4 = 46 → 48; 188/4 = 47 → 48; 100/4 = 25 → 24; 44/4 = 11 → 8 < 9.9 → 16.
        #expect(SqueezeExcite().reducedChannels(for: channels) == reduced)
    }

    @Test func fieldsAreReplacedByText() throws {
        let net = try VGNetConfig.published("vgnetg-1.5mp-se-thumbnail")
        let changed = try net.overriding(
            yaml: "{channels: [8, 16, 16, 16, 16], downsampling: learnable, squeeze_excite: none}", subject: "plan")
        #expect(changed.channels == [8, 16, 16, 16, 16] && changed.blocks == net.blocks)
        #expect(changed.downsampling == PerStage(.learnable) && changed.squeezeExcite == nil && changed.isThumbnail)
        #expect(
            try net.overriding(yaml: "{gaussian_sigma: 0.8}", subject: "plan").downsampling
                == PerStage(.gaussian(FixedGaussian(sigmaPixels: 0.8, signs: .alternating, decimals: 4))))
        let banked = try VGNetConfig(
            yaml: "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nhalf: a\n"
                + "banks:\n  a:\n    - [0, 0, 0, 0, 1, 0, 0, 0, 0]", subject: "net.yaml")
        #expect(try banked.overriding(yaml: "dropout: 0.1", subject: "plan").half == banked.half)
        let plain = try VGNetConfig(yaml: "channels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]", subject: "net.yaml")
        #expect(try banked.overriding(yaml: "half: learnable", subject: "plan") == plain)
        for name in VGNetConfig.publishedNames {
            let net = try VGNetConfig.published(name)
            #expect(try net.overriding(yaml: "{name: \(name)}", subject: "plan") == net)
        }
        let error = #expect(throws: KernelVizError.self) { try net.overriding(yaml: "half: 3ek", subject: "plan") }
        #expect(error?.description.hasPrefix("plan: half: '3ek' (line 1); expected 'learnable'") == true)
    }
}
