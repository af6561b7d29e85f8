import Diagnostics

extension VGNetConfig {
    /// A field that breaks a rule.
    struct Problem: Error {
        let field: Field
        let found: String
        let expected: String?
        var advice: String? = nil
        var code = "vgnets.badField"
        /// The line, where the mistake lies deeper than the field's own.
        var line: Int? = nil

        /// The sentence: subject is the file (or net) and the field, with the line where it is known.
        func error(subject: String, line: Int?) -> KernelVizError {
            KernelVizError(
                code: code, subject: "\(subject): \(field.rawValue)",
                found: found + (line.map { " (line \($0))" } ?? ""), expected: expected, advice: advice)
        }
    }

    /// The first rule that does not hold, in the order of the fields; nil for a valid design.
    func firstProblem() -> Problem? {
        let rules = [
            nameProblem, widthProblem, blockProblem, downsamplingProblem, identityProblem, listedProblem, bankProblem,
            kernelSizeProblem, lastProblem, numberProblem, sizeProblem,
        ]
        for rule in rules { if let problem = rule() { return problem } }
        return nil
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

    /// " in stage 2" where not all stages agree.
    private func place(_ stage: Int, _ isUniform: Bool) -> String { isUniform ? "" : " in stage \(stage)" }

    private func downsamplingProblem() -> Problem? {
        // By their text: NaN is not equal to itself.
        let isUniform = Set(downsampling.values.map { "\($0)" }).count == 1
        for stage in 1...4 {
            let place = place(stage, isUniform)
            if let share = downsampling[stage].share, !(share >= 0.01 && share <= 0.99) {
                return Problem(
                    field: .gaussianShare, found: "\(share)\(place)", expected: "a share from 0.01 to 0.99",
                    advice: "All or no channels are downsampling 'gaussian' or 'learnable'")
            }
            guard let gaussian = downsampling[stage].gaussian else { continue }
            guard (0.05...10).contains(gaussian.sigmaPixels) else {
                return Problem(
                    field: .gaussianSigma, found: "σ = \(gaussian.sigmaPixels)\(place)", expected: "0.05 to 10 pixels")
            }
            guard (-1...1).contains(gaussian.offsetPixels) else {
                return Problem(
                    field: .gaussianOffset, found: "\(gaussian.offsetPixels)\(place)", expected: "-1 to 1 pixels")
            }
            if let decimals = gaussian.decimals, !(1...9).contains(decimals) {
                return Problem(
                    field: .gaussianDecimals, found: "\(decimals) decimals\(place)", expected: "1 to 9, or 'exact'")
            }
        }
        return nil
    }

    private func identityProblem() -> Problem? {
        for stage in 1...4 where channels[stage] * identity[stage].eighths % 8 != 0 {
            let eighths = identity[stage].eighths
            return Problem(
                field: .identity, found: "\(identity[stage]) of \(channels[stage]) channels in stage \(stage)",
                expected: "a whole number of channels",
                advice: "Make channels[\(stage)] a multiple of \(eighths % 2 == 0 ? 4 : 8), or use 0.5")
        }
        return nil
    }

    private func listedProblem() -> Problem? {
        for bank in listedBanks {
            let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
            let isName =
                bank.name.first.map { ("a"..."z").contains($0) } == true && bank.name.count <= 40
                && bank.name.allSatisfy { letters.contains($0) }
            let isReserved =
                ["learnable", "none", "null", "true", "false"].contains(bank.name) || bank.name.hasPrefix("shared")
                || bank.name.hasPrefix("random")
            guard isName, !isReserved else {
                return Problem(
                    field: .banks, found: "name '\(bank.name)'",
                    expected: "a small letter, then small letters, digits and hyphens, at most 40",
                    advice: isReserved ? "This name has a meaning of its own" : nil)
            }
            guard (1...256).contains(bank.kernels.count) else {
                return Problem(
                    field: .banks, found: "'\(bank.name)' has \(bank.kernels.count) kernels", expected: "1 to 256")
            }
            for (index, kernel) in bank.kernels.enumerated() {
                guard kernel.count == 9, kernel.allSatisfy({ $0.isFinite }) else {
                    return Problem(
                        field: .banks,
                        found: "kernel \(index + 1) of '\(bank.name)' has \(kernel.count) weights"
                            + (kernel.allSatisfy(\.isFinite) ? "" : ", not all finite"),
                        expected: "nine finite weights, row by row")
                }
            }
        }
        let names = listedBanks.map(\.name)
        if let twice = names.indices.dropFirst().first(where: { names[$0] == names[$0 - 1] }) {
            return Problem(
                field: .banks, found: "two different banks called '\(names[twice])'", expected: "one bank a name")
        }
        for (field, bank) in half.values.map({ (Field.half, $0.bank) }) + [(.last, last.bank)] {
            if case .random(let count, _) = bank, !(1...8192).contains(count) {
                return Problem(field: field, found: "a random bank of \(count) kernels", expected: "1 to 8192")
            }
        }
        return nil
    }

    private func bankProblem() -> Problem? {
        for stage in 1...4 {
            guard case .bank(let bank) = half[stage] else { continue }
            for block in 1..<max(1, blocks[stage - 1]) {
                let filtered = identitySplit(ofStage: stage, block: block).filteredChannels
                guard filtered % bank.widthMultiple != 0 else { continue }
                let share = identity[stage] == .half ? "halves of" : "blocks that filter"
                return Problem(
                    field: .half, found: "stage \(stage) has \(share) \(filtered) channels",
                    expected: "multiples of \(bank.count) for the bank \(bank.text)",
                    advice: "Make channels[\(stage)] a multiple of \(widthUnit(stage, bank)), or use another bank")
            }
        }
        return nil
    }

    private func kernelSizeProblem() -> Problem? {
        for stage in 1...4 where kernelSize[stage] != 3 {
            guard [5, 7].contains(kernelSize[stage]) else {
                return Problem(
                    field: .kernelSize, found: "\(kernelSize[stage]) in stage \(stage)", expected: "3, 5 or 7")
            }
            if case .bank(let bank) = half[stage] {
                return Problem(
                    field: .kernelSize,
                    found: "\(kernelSize[stage]) in stage \(stage), whose kernels are the bank \(bank.text)",
                    expected: "3 there", advice: "Fixed kernels are 3×3; set half to learnable in this stage")
            }
        }
        return nil
    }

    /// The smallest width that the blocks of a stage cut into whole banks.
    private func widthUnit(_ stage: Int, _ bank: FixedBank) -> Int {
        let fits = Swift.stride(from: 2, to: 8 * bank.count, by: 2).first { width in
            width * identity[stage].eighths % 8 == 0
                && [true, false].allSatisfy { isFirst in
                    IdentitySplit(width: width, ratio: identity[stage], isFirst: isFirst).filteredChannels
                        % bank.count == 0
                }
        }
        return fits ?? 8 * bank.count
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
            guard width % bank.widthMultiple == 0 else {
                return Problem(
                    field: .last, found: "stage 4 has \(width) channels",
                    expected: "a multiple of \(bank.count) for the bank \(bank.text)")
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
