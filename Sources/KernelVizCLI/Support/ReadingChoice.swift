import KernelViz

/// In which process the verbs read files of weights: in one of their own unless `--trust` is given.
enum ReadingChoice {
    static let flag = "--trust"

    /// The process's arguments with `--trust`, wherever it stands, moved to where the parser expects it: before the verb.
    static func arguments(_ all: [String]) -> (arguments: [String], reading: Checkpoint.Reading) {
        let own = all.prefix { $0 != "--" }
        guard own.contains(flag) else { return (all, .isolated(executable: "/proc/self/exe")) }
        return ([flag] + own.filter { $0 != flag } + all.dropFirst(own.count), .inProcess)
    }
}
