import Glibc

/// Numbers as figures print them: a real minus sign, no needless digits.
enum NumberText {
    /// `value` with `decimals` places after the point.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
        let scaled = (abs(value) * pow(10, Double(decimals))).rounded()
        guard scaled < 1e15 else { return scientific(value, digits: 3) }
        let digits = String(Int(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let whole = padded.dropLast(decimals)
        let sign = value < 0 && scaled != 0 ? "−" : ""
        return decimals == 0 ? sign + whole : sign + whole + "." + padded.suffix(decimals)
    }

    /// `value` to `digits` significant digits, trailing zeros dropped; as a power of ten below 0.001 and from 10⁵ on.
    static func short(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, decimals: 0) }
        let exponent = Int(log10(abs(value)).rounded(.down))
        if exponent < -3 || exponent > 4 { return scientific(value, digits: digits) }
        return trimmed(fixed(value, decimals: max(0, digits - 1 - exponent)))
    }

    /// `1.5×10⁻⁷`.
    static func scientific(_ value: Double, digits: Int) -> String {
        var exponent = Int(log10(abs(value)).rounded(.down))
        // In two steps, for 10⁻³²⁰ is no normal number.
        var mantissa = value / pow(10, Double(exponent / 2)) / pow(10, Double(exponent - exponent / 2))
        if abs(mantissa) + 0.5 * pow(10, Double(1 - digits)) >= 10 {
            mantissa /= 10
            exponent += 1
        }
        let text = trimmed(fixed(mantissa, decimals: digits - 1))
        let power = power(exponent)
        return text == "1" ? power : text == "−1" ? "−" + power : "\(text)×\(power)"
    }

    /// A fraction of small whole numbers where `value` is one ("−1/12"), else four decimals ("0.1110").
    static func exact(_ value: Double) -> String {
        for denominator in [1, 2, 3, 4, 6, 8, 12] {
            let numerator = (value * Double(denominator)).rounded()
            // Within the rounding of 32-bit numbers.
            guard abs(value * Double(denominator) - numerator) < 1e-6, abs(numerator) < 100 else { continue }
            let text = fixed(numerator, decimals: 0)
            return denominator == 1 || numerator == 0 ? text : "\(text)/\(denominator)"
        }
        return fixed(value, decimals: 4)
    }

    /// `12,345`.
    static func grouped(_ count: Int) -> String {
        let digits = String(abs(count))
        var result = count < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    /// 10 to the power of `exponent`.
    static func tenTo(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

    /// The largest e with 10^e ≤ |value|; `value` is not 0.
    static func exponent(of value: Double) -> Int { Int((log10(abs(value)) + 1e-12).rounded(.down)) }

    /// `10⁻³`.
    static func power(_ exponent: Int) -> String { "10" + superscript(exponent) }

    static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = Substring(text)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return String(text)
    }

    private static func superscript(_ number: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        return (number < 0 ? "⁻" : "") + String(String(abs(number)).compactMap(\.wholeNumberValue).map { digits[$0] })
    }
}
