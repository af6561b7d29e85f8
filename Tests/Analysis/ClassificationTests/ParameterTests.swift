import Glibc
import Kernels
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@testable import Classification

/// Fitted parameters against those that the kernels were made with.
@Suite struct ParameterTests {
    @Test(arguments: [3, 5, 7], [0.65, 0.8, 1, 1.1, 1.5, 2])
    func theWidthOfAGaussianIsFound(size: Int, sigma: Double) throws {
        let found = Classifiers.of(size).classify(SyntheticKernels(size: size, seed: 0).gaussian(sigma))
        let fitted = try #require(found.sigmaPixels)
        #expect(abs(fitted - sigma) < 0.01 * sigma, "\(fitted)")
        #expect(found.fit > 0.9999 && found.polarity == 1 || found.weightFit < 1)
        let axes = try #require(found.axes)
        #expect(abs(axes.major - sigma) < 0.001 * sigma && abs(axes.minor - sigma) < 0.001 * sigma)
    }

    /// Boxes and Gaussians that hardly fall off have no σ: three half widths are the most that is told.
    @Test(arguments: [(3, 3.0), (5, 6), (7, 9)])
    func aWidthBeyondTheBoundIsNoNumber(size: Int, bound: Double) throws {
        for kernel in [
            [Float](repeating: -0.5, count: size * size), SyntheticKernels(size: size, seed: 0).gaussian(bound * 1.2),
        ] {
            let found = Classifiers.of(size).classify(kernel)
            #expect(found.label == .blur && found.subLabel == "box")
            #expect(found.sigmaPixels == nil && found.sigmaBoundPixels == bound)
            let json = String(decoding: try JSONEncoder().encode(found), as: UTF8.self)
            #expect(json.contains("\"sigmaAtBound\":true") && !json.contains("\"sigmaPixels\""))
            let read = try JSONDecoder().decode(KernelClassification.self, from: Data(json.utf8))
            #expect(read.sigmaBoundPixels == bound && read == found)
        }
        let bar = Classifiers.of(size).classify(SyntheticKernels(size: size, seed: 0).elongated(100, 0.7, radians: 0))
        let axes = try #require(bar.axes)
        #expect(axes.isMajorAtBound && axes.major == bound && abs(axes.minor - 0.7) < 0.01)
    }

    @Test(arguments: [0.0, 30, 45, 90, 120, 165])
    func theAxesOfAnElongatedBlurAreFound(degrees: Double) throws {
        let factory = SyntheticKernels(size: 7, seed: 0)
        let found = Classifiers.seven.classify(factory.elongated(2, 0.9, radians: degrees * .pi / 180))
        #expect(found.label == .blur && found.subLabel == "directional")
        let axes = try #require(found.axes)
        let angle = try #require(found.angleDegrees)
        #expect(abs(axes.major - 2) < 0.01 && abs(axes.minor - 0.9) < 0.01)
        let difference = abs(angle - degrees).truncatingRemainder(dividingBy: 180)
        #expect(min(difference, 180 - difference) < 0.1, "\(angle)")
    }

    @Test(arguments: (0..<12).map { Double($0) * 30 })
    func theDirectionOfAFirstDerivativeIsFound(degrees: Double) throws {
        let factory = SyntheticKernels(size: 5, seed: 0)
        let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
        let found = Classifiers.five.classify(factory.map { (c * $0 + s * $1) * factory.bell($0, $1, 1) })
        let angle = try #require(found.angleDegrees)
        let difference = abs(angle - degrees)
        #expect(found.label == .edge && min(difference, 360 - difference) < 0.5, "\(angle)")
    }

    @Test(arguments: [0.0, 45, 90, 135])
    func theDirectionOfALineIsFound(degrees: Double) throws {
        let factory = SyntheticKernels(size: 5, seed: 0)
        let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
        for sign in [1.0, -1] {
            let line = factory.zeroMean(
                factory.map { x, y in
                    let (along, across) = (c * x + s * y, c * y - s * x)
                    return sign * (1 - across * across / 0.49) * exp(-across * across / 0.98 - along * along / 8)
                })
            let found = Classifiers.five.classify(line)
            #expect(found.label == .edge && found.subLabel == "line" && found.polarity == Int(sign))
            let difference = abs(try #require(found.angleDegrees) - degrees)
            #expect(min(difference, 180 - difference) < 1)
        }
    }

    @Test func offsetsAndPolarities() {
        let shifted = Classifiers.three.classify([0, 0, 0, 0, 0, -2, 0, 0, 0])
        #expect(shifted.offset == SIMD2(1, 0) && shifted.polarity == -1)
        let blur = Classifiers.five.classify(SyntheticKernels(size: 5, seed: 0).gaussian(0.7, x: -0.5, y: 0.25))
        #expect(blur.label == .blur)
        #expect(abs((blur.offset?.x ?? 0) + 0.5) < 0.03 && abs((blur.offset?.y ?? 0) - 0.25) < 0.03)
        let off = Classifiers.three.classify([1, 1, 1, 1, -8, 1, 1, 1, 1])
        #expect(off.subLabel == "laplacian" && off.polarity == -1)
    }

    @Test func spectralClassesOfNamedKernels() {
        #expect(Classifiers.three.classify(NamedKernel.gaussian(sigmaPixels: 1).values).spectralClass == .lowPass)
        #expect(Classifiers.three.classify(NamedKernel.delta().values).spectralClass == .allPass)
        #expect(Classifiers.three.classify(FixedKernels.laplacian4.values).spectralClass == .highPass)
        #expect(Classifiers.three.classify(FixedKernels.sobelX.values).spectralClass == .bandPass)
    }

    @Test func evidenceOfCleanKernels() {
        let sobel = Classifiers.three.classify(FixedKernels.sobelX.values)
        #expect(sobel.weightFit > 0.98 && sobel.fit > 0.98 && sobel.dcGain < 1e-6)
        #expect(sobel.nullProbability < 0.001 && sobel.margin > 0.3)
        let delta = Classifiers.three.classify(NamedKernel.delta().values)
        #expect(abs(delta.fit - 1) < 1e-6 && abs(delta.weightFit - 1) < 1e-6 && delta.dcGain == 1)
    }
}
