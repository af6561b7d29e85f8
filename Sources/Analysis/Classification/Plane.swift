import Glibc

/// exp(−d² / 2σ²).
func bell(_ distance: Double, _ sigma: Double) -> Double {
    exp(-distance * distance / (2 * sigma * sigma))
}

/// The cells of a kernel as points around its centre.
struct Plane: Sendable {
    let size: Int
    /// The distance of the outermost cells from the centre.
    var half: Double { Double(size - 1) / 2 }

    func map(_ value: (_ x: Double, _ y: Double) -> Double) -> [Double] {
        (0..<size * size).map { value(Double($0 % size) - half, Double($0 / size) - half) }
    }

    func gaussian(_ sigma: Double, centre: (x: Double, y: Double) = (0, 0)) -> [Double] {
        map { x, y in bell(hypot(x - centre.x, y - centre.y), sigma) }
    }

    func gaussian(_ major: Double, _ minor: Double, angle: Double) -> [Double] {
        map { x, y in
            bell(cos(angle) * x + sin(angle) * y, major) * bell(cos(angle) * y - sin(angle) * x, minor)
        }
    }

    /// 1 at one cell, −1 at another, given from the centre.
    func difference(_ plus: (x: Int, y: Int), _ minus: (x: Int, y: Int)) -> [Double] {
        var values = [Double](repeating: 0, count: size * size)
        values[(size / 2 + plus.y) * size + size / 2 + plus.x] += 1
        values[(size / 2 + minus.y) * size + size / 2 + minus.x] -= 1
        return values
    }
}
