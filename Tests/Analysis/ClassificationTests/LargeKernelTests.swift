import Glibc
import Testing

@testable import Classification

/// Kernels larger than 7×7 as their definitions give them, of widths that go with the kernel.
@Suite struct LargeKernelTests {
    private struct Known {
        let name: String
        let label: KernelLabel
        let values: [Float]
    }

    private func known(size: Int) -> [Known] {
        let factory = SyntheticKernels(size: size, seed: 0)
        let half = Double(size - 1) / 2
        var all = [Known(name: "box", label: .blur, values: factory.map { _, _ in 1 })]
        for part in [0.1, 0.17, 0.25, 0.35] {
            let sigma = part * Double(size)
            all += [
                Known(name: "Gaussian \(sigma)", label: .blur, values: factory.gaussian(sigma)),
                Known(
                    name: "off-centre Gaussian \(sigma)", label: .blur,
                    values: factory.gaussian(sigma, x: 0.1 * half, y: -0.15 * half)),
                Known(
                    name: "bar \(sigma)", label: .blur, values: factory.elongated(2 * sigma, 0.8 * sigma, radians: 0.6)),
                Known(
                    name: "disc \(part)", label: .blur,
                    values: factory.map { hypot($0, $1) <= (0.3 + part) * half ? 1 : 0 }),
                Known(
                    name: "ring \(part)", label: .blur,
                    values: factory.map { x, y in
                        let rest = hypot(x, y) / half - (0.4 + part)
                        return exp(-rest * rest / 0.08)
                    }),
            ]
        }
        for part in [0.1, 0.14, 0.18] {
            let sigma = part * Double(size)
            for radians in [0.0, 0.4, 0.8] {
                let (c, s) = (cos(radians), sin(radians))
                all.append(
                    Known(
                        name: "derivative \(sigma) \(radians)", label: .edge,
                        values: factory.map { (c * $0 + s * $1) * factory.bell($0, $1, sigma) }))
                all.append(
                    Known(
                        name: "line \(sigma) \(radians)", label: .edge,
                        values: factory.zeroMean(
                            factory.map { x, y in
                                let u = (c * x + s * y) / sigma
                                return (1 - u * u) * factory.bell(x, y, sigma)
                            })))
            }
            let (inner, outer) = (factory.gaussian(sigma), factory.gaussian(1.6 * sigma))
            let (a, b) = (inner.reduce(0, +), outer.reduce(0, +))
            all.append(
                Known(
                    name: "difference of Gaussians \(sigma)", label: .edge,
                    values: zip(inner, outer).map { $0 / a - $1 / b }))
        }
        return all
    }

    @Test(arguments: [9, 13, 21, 31, 51])
    func cleanKernelsHaveTheirLabel(size: Int) {
        let classifier = LayerClassifier(size: size)
        for kernel in known(size: size) {
            let found = classifier.classify(kernel.values)
            #expect(
                found.label == kernel.label, "\(size)×\(size) \(kernel.name): \(found.subLabel), \(found.weightFit)")
        }
        // Noise of the same size has none.
        #expect(classifier.uncorrectedFalsePositiveRates.named == 0)
    }
}
