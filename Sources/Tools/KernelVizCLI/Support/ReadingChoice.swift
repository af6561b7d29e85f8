import KernelViz

/// How the verbs read files of weights: in a process of their own unless `--trust` is given, and of several copies of the
/// weights the one that `--copy` names.
enum ReadingChoice {
    static let flag = "--trust"
    static let option = "--copy"

    /// What was chosen, and the process's arguments with the choices, wherever they stand, moved to where the parser
    /// expects them: before the verb.
    static func arguments(_ all: [String]) -> (arguments: [String], reading: Checkpoint.Reading, copy: String?) {
        let own = all.prefix { $0 != "--" }
        var (moved, rest): ([String], [String]) = ([], [])
        var copy: String?
        var place = own.startIndex
        while place < own.endIndex {
            let argument = own[place]
            place += 1
            if argument == flag {
                moved.append(argument)
            } else if argument == option, place < own.endIndex {
                copy = own[place]
                moved += [argument, own[place]]
                place += 1
            } else if argument.hasPrefix(option + "=") {
                copy = String(argument.dropFirst(option.count + 1))
                moved.append(argument)
            } else {
                rest.append(argument)
            }
        }
        let isTrusted = moved.contains(flag)
        return (
            moved + rest + all.dropFirst(own.count),
            isTrusted ? .inProcess : .isolated(), copy
        )
    }
}
