/// How the numbers of activations lie in memory.
package enum ElementFormat: Sendable, BitwiseCopyable {
    /// 32-bit floats.
    case float32
    /// Bfloat16: two channels in the place of one 32-bit float, the even one in its lower half.
    case bfloat16

    /// Whether it is ``float32``.
    @inlinable package var isFloat: Bool { if case .float32 = self { true } else { false } }

    /// Channels in 32 bits.
    @inlinable package var channelsPerWord: Int { isFloat ? 1 : 2 }

    /// Words of 32 bits of one pixel of a block of sixteen channels.
    ///
    /// Places in memory and strides are counted in such words, whatever the format.
    @inlinable package var pixelWords: Int { isFloat ? 16 : 8 }
}

/// Bfloat16: the upper half of a 32-bit float.
package enum BFloat16 {
    /// The bits of the nearest bfloat16, ties to even; NaN stays NaN.
    @inlinable package static func bits(_ number: Float) -> UInt16 {
        let bits = number.bitPattern
        if number.isNaN { return UInt16(bits >> 16) | 0x40 }
        return UInt16((UInt64(bits) + 0x7FFF + UInt64(bits >> 16 & 1)) >> 16)
    }

    /// The number with these bits.
    @inlinable package static func number(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

    /// Two numbers in a word; the word's own value means nothing.
    @inlinable package static func word(_ first: Float, _ second: Float) -> Float {
        Float(bitPattern: UInt32(bits(first)) | UInt32(bits(second)) << 16)
    }
}
