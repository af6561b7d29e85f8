import Diagnostics
import Testing
import VGNets

@Suite struct PublishedVGNetsTests {
    @Test(arguments: [
        ("VGNetG_1_0MP", "vgnetg-1.0mp"), ("vgnetg1.0mp", "vgnetg-1.0mp"),
        ("vgnetg-1.5MP-SiLU-SE", "vgnetg-1.5mp-se-silu"),
        ("vgnetf_1_5mp", "vgnetf2-1.5mp"), ("vgnete_1_5mp", "vgnetf4-1.5mp"), ("VGNetF1 1.5MP", "vgnetf1-1.5mp"),
        ("vgnetg_1_0mp_silu_rerelease", "vgnetg-1.0mp-rerelease"),
        ("vgnetg-1.0mp-rerelease-se", "vgnetg-1.0mp-se-rerelease"),
        ("vgnetc-5.0mp-thumbnail", "vgnetc-5.0mp-thumbnail"),
    ])
    func namesAreUnderstoodAsPeopleWriteThem(name: String, canonical: String) throws {
        #expect(try VGNetConfig.published(name).name == canonical)
    }

    @Test func everyListedNameLeadsToItself() throws {
        #expect(Set(VGNetConfig.publishedNames).count == VGNetConfig.publishedNames.count)
        for name in VGNetConfig.publishedNames { #expect(try VGNetConfig.published(name).name == name) }
    }

    @Test func theFormsOfF2AreThoseOfTheAuthorsCode() throws {
        let config = try VGNetConfig.published("vgnetf2-1.5mp")
        #expect(config.half == .bank(.sixEdgeTwoGaussian))
        #expect(config.last == .bank(.sixEdgeTwoGaussian))
        #expect(config.downsampling == .gaussian(FixedGaussian(sigmaPixels: 1.1, signs: .alternating, decimals: 4)))
    }

    @Test func theReReleaseDiffersInKernelsLastUnitActivationAndDropout() throws {
        let config = try VGNetConfig.published("vgnetg-2.0mp-se-rerelease")
        #expect(config.downsampling == .gaussian(FixedGaussian(sigmaPixels: 1, signs: .positive, decimals: nil)))
        #expect(config.last == .learnable)
        #expect(config.activation == .silu)
        #expect(config.squeezeExcite == SqueezeExcite(ratio: 0.25, activation: .silu))
        #expect(config.dropout == 0.2)
    }

    @Test(arguments: [
        (
            "vgnetg-1.0mb",
            "vgnetg-1.0mb: no published VGNet of this name; expected a name such as 'vgnetg-1.0mp', 'vgnetc-1.5mp' or "
                + "'vgnetf2-1.5mp', or a config file. The nearest name is 'vgnetg-1.0mp'."
        ),
        (
            "vgnetf1-2.0mp",
            "vgnetf1-2.0mp: no published VGNet of this name; expected a name such as 'vgnetg-1.0mp', 'vgnetc-1.5mp' or "
                + "'vgnetf2-1.5mp', or a config file. The nearest name is 'vgnetc-2.0mp'."
        ),
    ])
    func anUnknownNameIsAnsweredWithTheNearest(name: String, sentence: String) {
        let error = #expect(throws: KernelVizError.self) { try VGNetConfig.published(name) }
        #expect(error?.description == sentence)
    }
}
