import Glibc
import TemplateMatching

/// The shapes that have names, as templates of one size: bumps and rings, first derivatives, second derivatives.
///
/// Positions are in pixels from the kernel's centre, x to the right and y down.
struct TemplateFamilies: Sendable {
    /// Gaussians (any width, elongation, half- and whole-pixel offset), boxes, rings, crosses.
    ///
    /// Larger than 7×7 also those of ``LargeShapes``, as wide as the kernel is.
    let blur: TemplateFamily
    /// Derivatives of Gaussians in 12 directions, centred and off centre; differences of two cells; steps at the border.
    let first: TemplateFamily
    /// Laplacians, differences of Gaussians, lines in 8 directions (12 above 3×3), saddles.
    let second: TemplateFamily
    /// The three as the loops want them.
    let tables: MatchingTables

    init(similarity: FunctionalSimilarity) {
        let plane = Plane(size: similarity.size)
        blur = TemplateFamily(Self.blurs(plane), similarity: similarity, removesMean: false)
        first = TemplateFamily(Self.firstDerivatives(plane), similarity: similarity, removesMean: true)
        second = TemplateFamily(Self.secondDerivatives(plane), similarity: similarity, removesMean: true)
        let ones = [Float](repeating: 1, count: similarity.size * similarity.size)
        tables = MatchingTables(
            size: similarity.size, powers: similarity.powers, measured: similarity.measured,
            ones: similarity.correlate(ones).reduce(0, +), families: [blur, first, second].map(\.table))
    }

    typealias Drafts = [(TemplateKind, [Double])]

    /// A width that makes a Gaussian flat over any kernel.
    private static let flat = 1000.0

    private static func blurs(_ plane: Plane) -> Drafts {
        let isLarge = plane.size > 3
        var drafts: Drafts = []
        for sigma in [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.15, 1.35, 1.6, 2, 2.5] + (isLarge ? [3.2] : []) + [flat] {
            drafts.append((.bump, plane.gaussian(sigma)))
        }
        for sigma in isLarge ? [0.6, 0.9, 1.3, 2, 3] : [0.6, 1, 1.8] {
            for y in stride(from: -1, through: 1, by: 0.5) {
                for x in stride(from: -1, through: 1, by: 0.5) where x != 0 || y != 0 {
                    drafts.append((.bump, plane.gaussian(sigma, centre: (x, y))))
                }
            }
        }
        let widths = [(0.4, 1.2), (0.4, flat), (0.8, 2), (0.8, flat)] + (isLarge ? [(1.3, 3), (1.5, flat)] : [])
        for step in 0..<8 {
            for (minor, major) in widths {
                drafts.append((.directional, plane.gaussian(major, minor, angle: .pi * Double(step) / 8)))
            }
        }
        for sigma in [0.6, 1, 2] {
            for depth in [0.35, 0.7, 1] {
                drafts.append((.ring, plane.gaussian(sigma).map { 1 - depth * $0 }))
            }
        }
        if isLarge {
            for radius in stride(from: 1, through: plane.half, by: 0.5) {
                drafts.append((.ring, plane.map { x, y in bell(hypot(x, y) - radius, 0.6) }))
            }
        }
        return drafts + BorderShapes.crosses(plane) + (LargeShapes(plane)?.blurs ?? [])
    }

    private static func firstDerivatives(_ plane: Plane) -> Drafts {
        let isLarge = plane.size > 3
        let sigmas = [0.6, 1] + (isLarge ? [1.6] : []) + [flat]
        var drafts: Drafts = []
        for step in 0..<12 {
            let (c, s) = (cos(.pi * Double(step) / 12), sin(.pi * Double(step) / 12))
            for sigma in sigmas {
                drafts.append((.derivative, plane.map { x, y in (c * x + s * y) * bell(hypot(x, y), sigma) }))
            }
            if isLarge {
                drafts.append((.derivative, plane.map { x, y in max(abs(x), abs(y)) > 1 ? 0 : c * x + s * y }))
            }
            for (along, across) in isLarge ? [(flat, 1.0), (1.0, flat)] : [] {
                drafts.append(
                    (
                        .derivative,
                        plane.map { x, y in (c * x + s * y) * bell(c * x + s * y, along) * bell(c * y - s * x, across) }
                    ))
            }
            for sigma in sigmas {
                for shift in [-0.5, 0.5] {
                    let kind: TemplateKind = sigma == flat ? .derivative : .oneSided
                    drafts.append(
                        (
                            kind,
                            plane.map { x, y in
                                (c * x + s * y - shift) * bell(hypot(x - shift * c, y - shift * s), sigma)
                            }
                        ))
                }
            }
        }
        drafts += BorderShapes.firstDerivatives(plane) + (LargeShapes(plane)?.firstDerivatives ?? [])
        guard plane.size % 2 == 1 else { return drafts }
        for (x, y) in [(1, 0), (0, 1), (1, 1), (1, -1)] {
            drafts.append((.oneSided, plane.difference((x, y), (0, 0))))
            drafts.append((.oneSided, plane.difference((0, 0), (-x, -y))))
            drafts.append((.derivative, plane.difference((x, y), (-x, -y))))
        }
        for shift in [0.0, -1] {
            let across: (Double) -> Double = { $0 == shift + 1 ? 1 : $0 == shift ? -1 : 0 }
            drafts.append((.oneSided, plane.map { x, y in across(x) * bell(y, 0.85) }))
            drafts.append((.oneSided, plane.map { x, y in across(y) * bell(x, 0.85) }))
        }
        return drafts
    }

    private static func secondDerivatives(_ plane: Plane) -> Drafts {
        let isLarge = plane.size > 3
        var drafts: Drafts = []
        // A grid this fine meets every Laplacian of a Gaussian with R² ≥ 0.985, which tells it from a mere dominating centre.
        let widths =
            isLarge
            ? [0.35, 0.45, 0.55, 0.65, 0.75, 0.82, 0.9, 1, 1.1, 1.2, 1.4, 1.8] : [0.35, 0.5, 0.6, 0.68, 0.75, 0.87, 1]
        for sigma in widths {
            drafts.append(
                (.laplacian, plane.map { x, y in ((x * x + y * y) / (sigma * sigma) - 2) * bell(hypot(x, y), sigma) }))
        }
        // Between two cells or four: what people see as a centre and its surround all the same.
        let between = [(0.5, 0.0), (-0.5, 0), (0, 0.5), (0, -0.5)]
        let amid = [(0.5, 0.5), (0.5, -0.5), (-0.5, 0.5), (-0.5, -0.5)]
        for sigma in isLarge ? [0.6, 0.8, 1.1, 1.5] : [0.7] {
            for (cx, cy) in isLarge ? between + amid : between {
                drafts.append(
                    (
                        .laplacian,
                        plane.map { x, y in
                            let d = hypot(x - cx, y - cy)
                            return (d * d / (sigma * sigma) - 2) * bell(d, sigma)
                        }
                    ))
            }
        }
        return drafts + surrounds(plane) + linesAndSaddles(plane) + BorderShapes.secondDerivatives(plane)
            + (LargeShapes(plane)?.secondDerivatives ?? [])
    }

    /// A centre against what surrounds it, which needs a middle cell.
    private static func surrounds(_ plane: Plane) -> Drafts {
        guard plane.size % 2 == 1 else { return [] }
        var drafts: Drafts = []
        for sigma in [0.6, 0.8, 1.2, flat] {
            var surround = plane.gaussian(sigma)
            surround[plane.size * plane.size / 2] = 0
            let sum = surround.reduce(0, +)
            var draft = surround.map { -$0 / sum }
            draft[plane.size * plane.size / 2] = 1
            drafts.append((.laplacian, draft))
        }
        // The textbook's: the four neighbours, the eight, and the sides twice as strong as the corners.
        for corner in [0.0, 0.5, 1] {
            drafts.append(
                (
                    .laplacian,
                    plane.map { x, y in
                        guard max(abs(x), abs(y)) == 1 else { return x == 0 && y == 0 ? 4 + 4 * corner : 0 }
                        return x != 0 && y != 0 ? -corner : -1
                    }
                ))
        }
        return drafts
    }

    private static func linesAndSaddles(_ plane: Plane) -> Drafts {
        let isLarge = plane.size > 3
        var drafts: Drafts = []
        let directions = isLarge ? 12 : 8
        for step in 0..<directions {
            let angle = .pi * Double(step) / Double(directions)
            let (c, s) = (cos(angle), sin(angle))
            for sigma in isLarge ? [0.5, 0.7, 1, 1.5] : [0.5, 0.7, 1] {
                for length in isLarge ? [1, 2, flat] : [0.7, 1.4, flat] {
                    drafts.append(
                        (
                            .line,
                            plane.map { x, y in
                                let u = (c * x + s * y) / sigma
                                return (u * u - 1) * bell(c * x + s * y, sigma) * bell(c * y - s * x, length)
                            }
                        ))
                }
            }
            for sigma in step < directions / 2 ? [0.6, 0.9, 1.5] : [] {
                drafts.append(
                    (.saddle, plane.map { x, y in (c * x + s * y) * (c * y - s * x) * bell(hypot(x, y), sigma) }))
            }
        }
        // Thin lines midway between the eight directions of 3×3, which the others fit to 0.84 only.
        for degrees in isLarge ? [] : [30.0, 60, 120, 150] {
            let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
            drafts.append(
                (
                    .line,
                    plane.map { x, y in
                        let u = (c * x + s * y) / 0.6
                        return (u * u - 1) * bell(c * x + s * y, 0.6) * bell(c * y - s * x, 2)
                    }
                ))
        }
        return drafts
    }
}
