import Testing

@testable import Statistics

@Suite struct FilterDiversityTests {
    /// Three kernels that differ in one cell each: their differences span a plane evenly, entropy log₁₀ 2, whether there are
    /// more cells than kernels or fewer.
    @Test(arguments: [3, 5, 31]) func threeEquallyFarKernelsSpanAPlane(size: Int) throws {
        var values = [Float](repeating: 0, count: 3 * size * size)
        for kernel in 0..<3 { values[kernel * size * size + kernel] = 1 }
        let few = try #require(FilterDiversity(values: values, size: size))
        #expect(abs(few.varianceEntropy - 0.30102999566) < 1e-9)
        let many = try #require(
            FilterDiversity(values: Array(repeating: values, count: size == 31 ? 1 : 10).flatMap { $0 }, size: size))
        #expect(abs(many.varianceEntropy - 0.30102999566) < 1e-9)
    }
}
