import Diagnostics

extension VGNetConfig {
    /// A field that breaks a rule.
    struct Problem: Error {
        let field: Field
        let found: String
        let expected: String?
        var advice: String? = nil
        var code = "vgnets.badField"

        /// The sentence: subject is the file (or net) and the field, with the line where it is known.
        func error(subject: String, line: Int?) -> KernelVizError {
            KernelVizError(
                code: code, subject: "\(subject): \(field.rawValue)",
                found: found + (line.map { " (line \($0))" } ?? ""), expected: expected, advice: advice)
        }
    }

    /// The first rule that does not hold, in the order of the fields; nil for a valid design.
    func firstProblem() -> Problem? {
        nameProblem() ?? widthProblem() ?? blockProblem() ?? downsamplingProblem() ?? bankProblem() ?? lastProblem()
            ?? numberProblem() ?? sizeProblem()
    }

    private func nameProblem() -> Problem? {
        let isControl = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard !name.isEmpty, name.count <= 200, !isControl else {
            return Problem(
                field: .name, found: "is empty, too long or more than one line", expected: "1 to 200 letters")
        }
        return nil
    }

    private func widthProblem() -> Problem? {
        guard channels.count == 5 else {
            return Problem(
                field: .channels, found: "has \(channels.count) widths", expected: "5 (the stem and four stages)")
        }
        for width in channels where !(2...8192).contains(width) || width % 2 != 0 {
            return Problem(
                field: .channels, found: "width \(width)", expected: "even widths from 2 to 8192",
                advice: "Both halves of a block have the same width")
        }
        return nil
    }

    private func blockProblem() -> Problem? {
        guard blocks.count == 4 else {
            return Problem(field: .blocks, found: "has \(blocks.count) numbers", expected: "4 (one a stage)")
        }
        for count in blocks where !(1...256).contains(count) {
            return Problem(
                field: .blocks, found: "\(count) blocks", expected: "1 to 256 blocks a stage, the downsampling included"
            )
        }
        return nil
    }

    private func downsamplingProblem() -> Problem? {
        guard case .gaussian(let gaussian) = downsampling else { return nil }
        guard (0.05...10).contains(gaussian.sigmaPixels) else {
            return Problem(
                field: .gaussianSigma, found: "σ = \(gaussian.sigmaPixels)", expected: "0.05 to 10 pixels")
        }
        if let decimals = gaussian.decimals, !(1...9).contains(decimals) {
            return Problem(
                field: .gaussianDecimals, found: "\(decimals) decimals", expected: "1 to 9, or 'exact'")
        }
        return nil
    }

    private func bankProblem() -> Problem? {
        guard case .bank(let bank) = half else { return nil }
        for (index, width) in channels.enumerated().dropFirst() where blocks[index - 1] > 1 {
            guard width / 2 % bank.count == 0 else {
                return Problem(
                    field: .half, found: "stage \(index) has halves of \(width / 2) channels",
                    expected: "multiples of \(bank.count) for the bank \(bank.rawValue)",
                    advice: "Make channels[\(index)] a multiple of \(2 * bank.count), or use another bank")
            }
        }
        return nil
    }

    private func lastProblem() -> Problem? {
        let width = channels[4]
        switch last {
        case .shared(let groups):
            guard (2...width).contains(groups), width % groups == 0 else {
                return Problem(
                    field: .last, found: "shared\(groups) with \(width) channels",
                    expected: "a number from 2 to \(width) that divides the width of stage 4")
            }
        case .bank(let bank):
            guard width % bank.count == 0 else {
                return Problem(
                    field: .last, found: "stage 4 has \(width) channels",
                    expected: "a multiple of \(bank.count) for the bank \(bank.rawValue)")
            }
        case .learnable: break
        }
        return nil
    }

    private func numberProblem() -> Problem? {
        if let unit = squeezeExcite, !(unit.ratio > 0 && unit.ratio <= 1) {
            return Problem(
                field: .squeezeExcite, found: "ratio \(unit.ratio)", expected: "'none' or a ratio above 0, at most 1")
        }
        guard dropout >= 0, dropout < 1 else {
            return Problem(field: .dropout, found: "\(dropout)", expected: "a probability from 0 to below 1")
        }
        for (field, value, range) in [
            (Field.classes, classes, 1...1_000_000), (.inputSize, inputSize, 1...4096),
            (.inputChannels, inputChannels, 1...64),
        ] where !range.contains(value) {
            return Problem(field: field, found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return nil
    }

    private func sizeProblem() -> Problem? {
        let limit = 1_000_000_000
        let count = parameters.learnable
        guard count <= limit else {
            return Problem(
                field: .channels, found: "widths and blocks make \(count) learnable parameters",
                expected: "at most \(limit)")
        }
        return nil
    }
}
