import OperatorInterface

/// Sixteen floats: one AVX-512 register, two of AVX2, four of SSE or NEON.
typealias Lanes = SIMD16<Float>

/// Eight floats: half a block of channels.
typealias HalfLanes = SIMD8<Float>

extension HalfLanes {
    /// Eight numbers from memory.
    @inline(__always) init(_ pointer: UnsafePointer<Float>) {
        self = UnsafeRawPointer(pointer).loadUnaligned(as: HalfLanes.self)
    }

    /// self + a·b.
    @inline(__always) func adding(_ a: HalfLanes, times b: HalfLanes) -> HalfLanes {
        #if KERNELVIZ_FMA || arch(arm64)
            addingProduct(a, b)
        #else
            self + a * b
        #endif
    }
}

extension Lanes {
    /// Sixteen numbers from memory.
    @inline(__always) init(_ pointer: UnsafePointer<Float>) {
        self = UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
    }

    /// Writes sixteen numbers to memory aligned to 64 bytes.
    @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Lanes.self)
    }

    /// self + a·b: one instruction where the processor has it, two else (a call per lane would be ruinous).
    @inline(__always) func adding(_ a: Lanes, times b: Lanes) -> Lanes {
        #if KERNELVIZ_FMA || arch(arm64)
            addingProduct(a, b)
        #else
            self + a * b
        #endif
    }

    /// max(self, 0); NaN stays NaN.
    @inline(__always) var rectified: Lanes { replacing(with: 0, where: self .< 0) }

    /// min(max(self, 0), 6); NaN stays NaN.
    @inline(__always) var clampedToSix: Lanes {
        let positive = rectified
        return positive.replacing(with: 6, where: positive .> 6)
    }

    /// e^self to about 2 units in the last place; 0 below −87.3, NaN stays NaN.
    ///
    /// x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by the polynomial of Cephes' expf.
    @inline(__always) var exponential: Lanes {
        let low: Float = -87.3
        let high: Float = 88.3
        var x = replacing(with: low, where: self .< low)
        x.replace(with: high, where: x .> high)
        // Adding and taking away 1.5·2²³ rounds to the nearest integer.
        let magic = Lanes(repeating: 12_582_912)
        let shifted = magic.adding(x, times: Lanes(repeating: 1.442_695_04))
        let n = shifted - magic
        var r = x.adding(n, times: Lanes(repeating: -0.693_359_375))
        r = r.adding(n, times: Lanes(repeating: 2.121_944_4e-4))
        var p = Lanes(repeating: 1.987_569_15e-4)
        p = Lanes(repeating: 1.398_199_95e-3).adding(p, times: r)
        p = Lanes(repeating: 8.333_452e-3).adding(p, times: r)
        p = Lanes(repeating: 4.166_579_6e-2).adding(p, times: r)
        p = Lanes(repeating: 1.666_666_55e-1).adding(p, times: r)
        p = Lanes(repeating: 0.5).adding(p, times: r)
        p = (r + 1).adding(p, times: r * r)
        // The integer n stands in the low bits of `shifted`; 2^n has it in its exponent.
        let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &- 0x4B40_0000
        let power = unsafeBitCast((bits &+ 127) &<< 23, to: Lanes.self)
        return p * power
    }

    /// 1/(1 + e^−self).
    @inline(__always) var sigmoid: Lanes { 1 / (1 + (-self).exponential) }

    /// The function of an epilogue.
    @inline(__always) func applying(_ function: Epilogue.Function) -> Lanes {
        switch function {
        case .none: self
        case .relu: rectified
        case .relu6: clampedToSix
        case .silu: self * sigmoid
        case .hardSwish: self * (self + 3).clampedToSix * (1 / 6)
        case .sigmoid: sigmoid
        case .hardSigmoid: (self + 3).clampedToSix * (1 / 6)
        }
    }
}

extension Epilogue.Function {
    /// Whether it is a comparison or two, cheap enough for numbers that are still in registers.
    @inline(__always) var isClamp: Bool {
        switch self {
        case .none, .relu, .relu6: true
        default: false
        }
    }

    @inline(__always) var isNone: Bool { if case .none = self { true } else { false } }
    @inline(__always) var isRelu6: Bool { if case .relu6 = self { true } else { false } }
}
