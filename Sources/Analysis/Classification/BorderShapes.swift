import Glibc

/// Shapes of learned kernels that people name at once and that no centred Gaussian or derivative comes near.
///
/// Found by what a greedy search over products of small profiles added most to the kernels of eight real networks, and
/// least to random ones.
enum BorderShapes {
    /// One-signed plus signs, of kernels larger than 3×3: there the arms are too thin for a bump.
    static func crosses(_ plane: Plane) -> TemplateFamilies.Drafts {
        guard plane.size > 3 else { return [] }
        return [0.6, 1, 1.5, 1000].flatMap { length in
            [0.3, 0.55].map { width in
                (.bump, plane.map { x, y in max(bell(x, length) * bell(y, width), bell(y, length) * bell(x, width)) })
            }
        }
    }

    /// Steps whose one side is a piece of the border.
    static func firstDerivatives(_ plane: Plane) -> TemplateFamilies.Drafts {
        guard plane.size > 3 else {
            guard plane.size == 3 else { return [] }
            // Two cells of a side, the four of a corner, and the middle of a side, each against the rest.
            return images([1, 1, 0], [1, -0.5, -0.5]).map { (.oneSided, $0) }
                + images([1, 1, 0], [1, 1, 0]).map { (.derivative, $0) }
                + images([0, 1, 0], [1, 0, 0]).map { (.oneSided, $0) }
        }
        return [(1, 0.5, 0.5), (0.7, 1, 1), (1, 0.5, 1000)].flatMap { across, shift, along in
            fromEachSide(plane) { u, v in (u - shift) * bell(u - shift, across) * bell(v, along) }.map {
                (.oneSided, $0)
            }
        }
    }

    /// A corner's checker, and lines that lie beside the centre.
    static func secondDerivatives(_ plane: Plane) -> TemplateFamilies.Drafts {
        guard plane.size > 3 else {
            return plane.size == 3 ? images([0, 1, -1], [1, -0.5, -0.5]).map { (.saddle, $0) } : []
        }
        return fromEachSide(plane) { u, v in
            let beside = (u - 1) / 1.5
            return (beside * beside - 1) * bell(u - 1, 1.5) * bell(v, 0.5)
        }.map { (.line, $0) }
    }

    /// The eight images of a 3×3 kernel that is the product of two profiles, under the symmetries of the square.
    private static func images(_ rows: [Double], _ columns: [Double]) -> [[Double]] {
        [(rows, columns), (columns, rows)].flatMap { rows, columns in
            [rows, rows.reversed()].flatMap { rows in
                [columns, columns.reversed()].map { columns in
                    rows.flatMap { row in columns.map { row * $0 } }
                }
            }
        }
    }

    /// The same shape seen from the four sides: `value` of u (to the side) and v (along it).
    private static func fromEachSide(_ plane: Plane, _ value: (_ u: Double, _ v: Double) -> Double) -> [[Double]] {
        [(1.0, 0.0), (0, 1), (-1, 0), (0, -1)].map { c, s in
            plane.map { x, y in value(c * x + s * y, c * y - s * x) }
        }
    }
}
