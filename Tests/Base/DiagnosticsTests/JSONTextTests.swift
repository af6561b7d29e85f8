import Testing

@testable import Diagnostics

@Suite struct JSONTextTests {
    private struct Numbers: Encodable {
        let a: Double
        let b: [Float]
        let text: String
    }

    @Test func whatIsNoNumberBecomesNull() {
        let json = JSONText.of(Numbers(a: .nan, b: [1.5, .infinity, -.infinity], text: "nan"))
        let packed = json.filter { !$0.isWhitespace }
        #expect(packed == "{\"a\":null,\"b\":[1.5,null,null],\"text\":\"nan\"}")
    }

    @Test func aNaNHasNoSign() {
        #expect(NumberFormat.fixed(-Double.nan, 1) == "nan" && NumberFormat.fixed(.nan, 1) == "nan")
        #expect(NumberFormat.fixed(-.infinity, 1) == "-inf")
    }
}
