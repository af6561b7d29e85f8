import Foundation
import OperatorInterface
import Testing

/// The loops' eˣ against libm's in 64 bits, with products rounded once and twice.
@Suite struct ExponentialTests {
    private enum Once: LaneArithmetic {
        static func multiplyAdd(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
            c.addingProduct(a, b)
        }
    }

    private enum Twice: LaneArithmetic {
        static func multiplyAdd(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
            c + a * b
        }
    }

    private func values(_ x: Float) -> [Float] {
        [exponential(SIMD16(repeating: x), Once.self)[3], exponential(SIMD16(repeating: x), Twice.self)[3]]
    }

    @Test("About two units in the last place over the whole range")
    func accuracy() {
        for step in -872...882 {
            let x = Float(step) / 10
            let exact = exp(Double(x))
            // A unit in the last place is 6e−8 to 1.2e−7 of the number.
            #expect(values(x).allSatisfy { abs(Double($0) - exact) < 2.4e-7 * exact }, "\(x)")
        }
    }

    @Test("Beyond the range the result stays that of its end, a normal number", arguments: [-87.5, -1e4, -.infinity])
    func below(x: Float) {
        #expect(values(x) == values(-87.3))
        #expect(values(x).allSatisfy { $0.isNormal && abs($0 / 1.2195e-38 - 1) < 1e-3 })
    }

    @Test("Beyond the range the result stays that of its end, a finite number", arguments: [88.5, 1e4, .infinity])
    func above(x: Float) {
        #expect(values(x) == values(88.3))
        #expect(values(x).allSatisfy { $0.isFinite && abs($0 / 2.229e38 - 1) < 1e-3 })
    }

    @Test("NaN stays NaN")
    func nan() {
        #expect(values(.nan).allSatisfy { $0.isNaN })
    }
}
