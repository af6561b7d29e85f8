/// Numbers as people read them in reports, comments and errors; the same on every machine.
public enum NumberFormat {
    /// A share 0…1 as a whole percentage: "76 %".
    public static func percent(_ share: Double) -> String { "\(fixed(share * 100, 0)) %" }

    /// A share 0…1 as a whole percentage that hides nothing: "<1 %" for what would print as 0, ">99 %" for what is not all.
    public static func share(_ share: Double) -> String {
        share > 0 && share < 0.005 ? "<1 %" : share >= 0.995 && share < 1 ? ">99 %" : percent(share)
    }

    /// `value` rounded (half away from zero) to `digits` decimals: "1.10"; "nan", "inf" and "-inf" for what is no number.
    ///
    /// `digits` is 0…9; magnitudes above 1e15 come in the shortest form.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        let scaled = (abs(value) * scale).rounded()
        // A NaN has a sign that means nothing.
        guard !value.isNaN else { return "nan" }
        guard value.isFinite, scaled < 1e15 else { return "\(value)" }
        let whole = Int(scaled) / Int(scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let rest = String(Int(scaled) % Int(scale))
        return "\(sign)\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// A number above 0 with one digit behind the point and its power of ten: "3.2e-4", "2.0"; "0" for 0.
    public static func scientific(_ value: Double) -> String {
        guard value > 0, value.isFinite else { return value == 0 ? "0" : fixed(value, 1) }
        var (mantissa, exponent) = (value, 0)
        // 9.95 is printed as 10.0.
        while mantissa < 0.995 {
            mantissa *= 10
            exponent -= 1
        }
        return exponent == 0 ? fixed(mantissa, 1) : "\(fixed(mantissa, 1))e\(exponent)"
    }

    /// A whole number with commas between thousands: "997,358".
    public static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
