import Glibc
import TemplateMatching

/// The named shapes of kernels larger than 7×7, whose widths grow with the kernel: what `TemplateFamilies` lists in pixels
/// ends where 7×7 kernels end.
///
/// Widths rise by half from one to the next, so that the two nearest fit a Gaussian to 0.96 and its derivatives to 0.92.
struct LargeShapes {
    private let plane: Plane
    /// σ in pixels, from beyond the widest of 7×7 to more than half the kernel.
    private let widths: [Double]

    init?(_ plane: Plane) {
        guard plane.size > 7 else { return nil }
        self.plane = plane
        var widths = [2.4]
        while let last = widths.last, last * 1.5 < 0.6 * Double(plane.size) { widths.append(last * 1.5) }
        self.widths = widths
    }

    private static let flat = 1000.0

    /// Unit vectors in `count` directions over half a turn.
    private static func directions(_ count: Int) -> [(c: Double, s: Double)] {
        (0..<count).map { (cos(.pi * Double($0) / Double(count)), sin(.pi * Double($0) / Double(count))) }
    }

    /// Bumps at the centre and beside it, bars, boxes, discs, rings.
    var blurs: TemplateFamilies.Drafts {
        var drafts: TemplateFamilies.Drafts = widths.map { (.bump, plane.gaussian($0)) }
        for sigma in widths where sigma < plane.half {
            // A step of 0.7 σ leaves a bump between four places a fit of 0.94.
            let steps = min(2, Int((0.5 * plane.half / (0.7 * sigma)).rounded(.up)))
            for row in -steps...steps {
                for column in -steps...steps where row != 0 || column != 0 {
                    let centre = (0.7 * sigma * Double(column), 0.7 * sigma * Double(row))
                    drafts.append((.bump, plane.gaussian(sigma, centre: centre)))
                }
            }
            for step in 0..<8 {
                for major in [sigma * 2.5, Self.flat] {
                    drafts.append((.directional, plane.gaussian(major, sigma, angle: .pi * Double(step) / 8)))
                }
            }
        }
        for part in [0.3, 0.45, 0.6, 0.8] {
            let radius = part * plane.half
            drafts.append((.bump, plane.map { x, y in max(abs(x), abs(y)) <= radius ? 1 : 0 }))
            drafts.append((.bump, plane.map { x, y in hypot(x, y) <= radius ? 1 : 0 }))
        }
        for part in stride(from: 0.3, through: 0.9, by: 0.15) {
            for width in [0.12, 0.25] {
                drafts.append((.ring, plane.map { x, y in bell(hypot(x, y) / plane.half - part, width) }))
            }
        }
        return drafts
    }

    /// Derivatives of Gaussians, centred and half a width beside it.
    var firstDerivatives: TemplateFamilies.Drafts {
        Self.directions(8).flatMap { c, s in
            widths.flatMap { sigma in
                [0, 0.5, -0.5].map { shift in
                    let kind: TemplateKind = shift == 0 ? .derivative : .oneSided
                    return (
                        kind,
                        plane.map { x, y in
                            let u = c * x + s * y - shift * sigma
                            return u * bell(u, sigma) * bell(c * y - s * x, sigma)
                        }
                    )
                }
            }
        }
    }

    /// Laplacians, differences of Gaussians, lines, saddles.
    var secondDerivatives: TemplateFamilies.Drafts {
        var drafts: TemplateFamilies.Drafts = []
        for sigma in widths {
            drafts.append(
                (.laplacian, plane.map { x, y in ((x * x + y * y) / (sigma * sigma) - 2) * bell(hypot(x, y), sigma) }))
            let (inner, outer) = (plane.gaussian(sigma), plane.gaussian(2.5 * sigma))
            let (a, b) = (inner.reduce(0, +), outer.reduce(0, +))
            drafts.append((.laplacian, zip(inner, outer).map { $0 / a - $1 / b }))
            for (c, s) in Self.directions(8) {
                for length in [sigma, 2.5 * sigma, Self.flat] {
                    drafts.append(
                        (
                            .line,
                            plane.map { x, y in
                                let u = (c * x + s * y) / sigma
                                return (u * u - 1) * bell(u, 1) * bell(c * y - s * x, length)
                            }
                        ))
                }
            }
            for (c, s) in Self.directions(8).prefix(4) {
                drafts.append(
                    (.saddle, plane.map { x, y in (c * x + s * y) * (c * y - s * x) * bell(hypot(x, y), sigma) }))
            }
        }
        return drafts
    }
}
