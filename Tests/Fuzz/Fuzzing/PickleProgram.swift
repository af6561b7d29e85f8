/// A pickle as its instructions: what unpickles stays a program, with other arguments in another order.
struct PickleProgram {
    enum Argument {
        case none
        /// So many bytes.
        case fixed([UInt8])
        /// A length of so many bytes, then the bytes.
        case counted(width: Int, [UInt8])
        /// So many lines.
        case lines([[UInt8]])
    }

    struct Instruction {
        var code: UInt8
        var argument: Argument
    }

    var instructions: [Instruction] = []
    /// What follows that is no pickle: the numbers of a file of the older form.
    var rest: [UInt8] = []

    /// Takes one or more pickles apart that stand behind each other.
    init(_ bytes: [UInt8]) {
        var place = 0
        while place < bytes.count, let (instruction, next) = Self.instruction(bytes, place) {
            instructions.append(instruction)
            place = next
        }
        rest = Array(bytes[place...])
    }

    func written() -> [UInt8] {
        var bytes: [UInt8] = []
        for instruction in instructions {
            bytes.append(instruction.code)
            switch instruction.argument {
            case .none: break
            case .fixed(let own): bytes += own
            case .counted(let width, let own): bytes += Words.little(own.count, width) + own
            case .lines(let lines): for line in lines { bytes += line + [10] }
            }
        }
        return bytes + rest
    }

    private static let fixed: [UInt8: Int] = [
        0x4B: 1, 0x4D: 2, 0x4A: 4, 0x47: 8, 0x68: 1, 0x6A: 4, 0x71: 1, 0x72: 4, 0x80: 1, 0x82: 1, 0x83: 2, 0x84: 4,
        0x95: 8,
    ]
    private static let counted: [UInt8: Int] = [
        0x54: 4, 0x55: 1, 0x42: 4, 0x43: 1, 0x8E: 8, 0x96: 8, 0x8A: 1, 0x8B: 4, 0x58: 4, 0x8C: 1, 0x8D: 8,
    ]
    private static let lines: [UInt8: Int] = [
        0x49: 1, 0x4C: 1, 0x53: 1, 0x56: 1, 0x46: 1, 0x67: 1, 0x70: 1, 0x63: 2, 0x69: 2, 0x50: 1,
    ]
    private static let bare: [UInt8] = [
        0x97, 0x98, 0x4E, 0x88, 0x89, 0x5D, 0x61, 0x65, 0x6C, 0x29, 0x74, 0x85, 0x86, 0x87, 0x7D, 0x64, 0x73, 0x75,
        0x8F, 0x90, 0x91, 0x30, 0x32, 0x28, 0x31, 0x94, 0x93, 0x52, 0x62, 0x6F, 0x81, 0x92, 0x51, 0x2E,
    ]

    private static func instruction(_ bytes: [UInt8], _ place: Int) -> (Instruction, Int)? {
        let code = bytes[place]
        if let width = fixed[code] {
            guard place + 1 + width <= bytes.count else { return nil }
            return (
                Instruction(code: code, argument: .fixed(Array(bytes[place + 1..<place + 1 + width]))),
                place + 1 + width
            )
        }
        if let width = counted[code] {
            let length = Words.little(bytes, at: place + 1, width)
            let start = place + 1 + width
            guard length >= 0, length <= bytes.count - start else { return nil }
            return (
                Instruction(code: code, argument: .counted(width: width, Array(bytes[start..<start + length]))),
                start + length
            )
        }
        if let count = lines[code] {
            var (texts, start) = ([[UInt8]](), place + 1)
            for _ in 0..<count {
                guard let end = bytes[start...].firstIndex(of: 10) else { return nil }
                texts.append(Array(bytes[start..<end]))
                start = end + 1
            }
            return (Instruction(code: code, argument: .lines(texts)), start)
        }
        return bare.contains(code) ? (Instruction(code: code, argument: .none), place + 1) : nil
    }

    private static let texts = [
        "torch._utils", "_rebuild_tensor_v2", "_rebuild_parameter", "collections", "OrderedDict", "torch",
        "FloatStorage",
        "HalfStorage", "QInt8Storage", "BFloat16Storage", "numpy.core.multiarray", "_reconstruct", "numpy", "ndarray",
        "dtype", "builtins", "eval", "set", "complex", "storage", "0", "1", "cpu", "weight", "running_var", "", "f4",
        "O",
        "V8", "<", "copyreg", "_reconstructor", "joblib.numpy_pickle", "NumpyArrayWrapper", "\u{0}", "é",
    ]

    /// Instructions left out, doubled, swapped and put in; other names, memo places and lengths.
    mutating func mutate(_ chance: inout Chance) {
        chance.rearrange(&instructions) { instruction, chance in
            if chance.once(in: 3) { instruction = Self.random(&chance) } else { Self.change(&instruction, &chance) }
        }
        if chance.once(in: 10) { rest = chance.mutant(of: rest) }
        if chance.once(in: 60) { instructions.insert(contentsOf: Self.tower(&chance), at: 0) }
    }

    private static func random(_ chance: inout Chance) -> Instruction {
        switch chance.number(0...3) {
        case 0:
            let code = chance.one(of: fixed.keys.sorted())
            return Instruction(code: code, argument: .fixed(Words.little(chance.extreme(), fixed[code] ?? 1)))
        case 1:
            let code = chance.one(of: counted.keys.sorted())
            let text = Array(chance.one(of: texts).utf8)
            return Instruction(code: code, argument: .counted(width: counted[code] ?? 1, text))
        case 2:
            let code = chance.one(of: lines.keys.sorted())
            let text = (0..<(lines[code] ?? 1)).map { _ in Array(chance.one(of: texts).utf8) }
            return Instruction(code: code, argument: .lines(text))
        default: return Instruction(code: chance.one(of: bare), argument: .none)
        }
    }

    private static func change(_ instruction: inout Instruction, _ chance: inout Chance) {
        switch instruction.argument {
        case .none: instruction.code = chance.one(of: bare)
        case .fixed(let own):
            let value = chance.once(in: 2) ? chance.number(0...40) : chance.extreme()
            instruction.argument = .fixed(Words.little(value, own.count))
        case .counted(let width, let own):
            if chance.once(in: 4) {
                // A length that is not that of what follows.
                instruction.argument = .fixed(Words.little(chance.extreme(), width) + own)
            } else {
                let text = chance.once(in: 2) ? Array(chance.one(of: texts).utf8) : chance.mutant(of: own)
                instruction.argument = .counted(width: width, width == 1 ? Array(text.prefix(255)) : text)
            }
        case .lines(let own):
            instruction.argument = .lines(
                own.map { chance.once(in: 2) ? Array(chance.one(of: texts).utf8) : chance.mutant(of: $0) })
        }
    }

    /// Things inside things, thousands deep.
    private static func tower(_ chance: inout Chance) -> [Instruction] {
        let start = Instruction(code: chance.one(of: [0x29, 0x5D, 0x7D]), argument: .none)
        let step = chance.one(of: [[0x85], [0x32, 0x86], [0x28, 0x32, 0x74], [0x5D, 0x32, 0x61]]) as [UInt8]
        let height = chance.number(10...(chance.once(in: 8) ? 20_000 : 500))
        let steps = Array(repeating: step, count: height).flatMap(\.self)
        return [start] + steps.map { Instruction(code: $0, argument: .none) }
    }
}
