import OperatorInterface

/// Sixteen floats: one AVX-512 register, two of AVX2, four of SSE or NEON.
typealias Lanes = SIMD16<Float>

/// Eight floats: half a block of channels.
typealias HalfLanes = SIMD8<Float>

/// a·b + c as ``Lanes/adding(_:times:)`` forms it.
private enum Accumulation: LaneArithmetic {
    @inline(__always) static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { c.adding(a, times: b) }
}

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

    /// 1/(1 + e^−self).
    @inline(__always) var sigmoid: Lanes { 1 / (1 + exponential(-self, Accumulation.self)) }

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
