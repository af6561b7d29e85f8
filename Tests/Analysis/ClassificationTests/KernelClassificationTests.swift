import Foundation
import Testing

@testable import Classification

/// Every property of a classification, kept in 64 bytes.
@Suite struct KernelClassificationTests {
    private var full: KernelClassification {
        var kernel = KernelClassification(
            label: .blur, shape: .directional, fit: 0.75, margin: -0.125, sigmaPixels: 1.5, dcGain: 0.875)
        kernel.weightFit = 0.625
        kernel.nullProbability = 0.25
        kernel.isBeyondChance = true
        kernel.stability = 0.5
        kernel.axes = BlurAxes(major: 2, minor: 0.75)
        kernel.angleDegrees = 135
        kernel.polarity = -1
        kernel.offset = SIMD2(-0.5, 0.25)
        kernel.spectralClass = .bandPass
        kernel.relativeSpread = 1.25
        kernel.nearest = .identity
        kernel.secondNearest = .edge
        return kernel
    }

    @Test func everyPropertyKeepsItsValue() {
        let kernel = full
        #expect(MemoryLayout<KernelClassification>.size == 64)
        #expect(kernel.label == .blur && kernel.shape == .directional && kernel.fit == 0.75)
        #expect(kernel.margin == -0.125 && kernel.sigmaPixels == 1.5 && kernel.dcGain == 0.875)
        #expect(kernel.weightFit == 0.625 && kernel.nullProbability == 0.25 && kernel.isBeyondChance)
        #expect(kernel.stability == 0.5 && kernel.axes == BlurAxes(major: 2, minor: 0.75))
        #expect(kernel.angleDegrees == 135 && kernel.polarity == -1 && kernel.offset == SIMD2(-0.5, 0.25))
        #expect(kernel.spectralClass == .bandPass && kernel.relativeSpread == 1.25)
        #expect(kernel.nearest == .identity && kernel.secondNearest == .edge)
    }

    @Test func theReadersPartIsKeptBesideTheRest() throws {
        var kernel = full
        #expect(kernel.probability == nil && kernel.secondLabel == nil && !kernel.isUncertain)
        kernel.probability = 0.625
        kernel.setSecond(.edge, probability: 0.375)
        #expect(kernel.probability == 0.625 && kernel.secondLabel == .edge && kernel.secondProbability == 0.375)
        #expect(kernel.isUncertain && kernel.label == .blur && kernel.stability == 0.5)
        let read = try JSONDecoder().decode(KernelClassification.self, from: JSONEncoder().encode(kernel))
        #expect(read == kernel)
        // A second label that is not near is not told.
        kernel.setSecond(.other, probability: 0.19)
        #expect(kernel.secondLabel == nil && kernel.secondProbability == nil)
        kernel.probability = nil
        #expect(kernel == full)
    }

    @Test func whatIsNotSetIsNil() {
        let plain = KernelClassification(label: .edge, shape: .line, fit: 1, margin: 0, sigmaPixels: nil, dcGain: 0)
        #expect(plain.stability == nil && plain.sigmaPixels == nil && plain.axes == nil && plain.angleDegrees == nil)
        #expect(plain.offset == nil && plain.nearest == nil && plain.secondNearest == nil)
        #expect(plain.nullProbability == 1 && plain.polarity == 0 && plain.spectralClass == .allPass)
        #expect(!plain.isBeyondChance && plain.weightFit == 0 && plain.relativeSpread == 0)
        var cleared = full
        cleared.offset = nil
        cleared.nearest = nil
        cleared.axes = nil
        #expect(cleared.offset == nil && cleared.nearest == nil && cleared.axes == nil)
        #expect(cleared.label == .blur && cleared.secondNearest == .edge && cleared != full)
    }

    @Test func everyCombinationOfNamesFits() {
        var kernel = full
        for label in KernelLabel.allCases {
            for shape in KernelShape.allCases {
                for spectral in SpectralClass.allCases {
                    kernel.label = label
                    kernel.shape = shape
                    kernel.spectralClass = spectral
                    kernel.secondNearest = label
                    #expect(kernel.label == label && kernel.shape == shape && kernel.spectralClass == spectral)
                    #expect(kernel.secondNearest == label && kernel.nearest == .identity && kernel.isBeyondChance)
                }
            }
        }
    }

    @Test func codingGivesItBackWithoutWhatIsNil() throws {
        let plain = KernelClassification(label: .zero, shape: .dead, fit: 0, margin: 0, sigmaPixels: nil, dcGain: 0.1)
        for kernel in [full, plain] {
            let data = try JSONEncoder().encode(kernel)
            #expect(try JSONDecoder().decode(KernelClassification.self, from: data) == kernel)
        }
        let text = String(decoding: try JSONEncoder().encode(plain), as: UTF8.self)
        #expect(!text.contains("sigmaPixels") && !text.contains("null,") && text.contains("\"dcGain\":0.1"))
    }
}
