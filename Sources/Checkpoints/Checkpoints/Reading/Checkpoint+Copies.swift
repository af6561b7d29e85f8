extension Checkpoint {
    /// The file with one copy of its weights: that which `choice` names, else the plain one.
    ///
    /// Throws `weights.noCopy`, which lists the copies.
    package func withOneCopy(_ choice: String? = nil) throws -> Checkpoint {
        let copies = try WeightCopies(entries, choice: choice, path: path)
        guard !copies.notes.isEmpty || !copies.setAside.isEmpty else { return self }
        return with(entries: copies.entries, setAside: setAside + copies.setAside, notes: copies.notes) { source in
            copies.instead.isEmpty ? source : RedirectedSource(source: source, instead: copies.instead)
        }
    }
}

/// The tensors of another source, some of them read in the place of others.
private struct RedirectedSource: TensorSource {
    let source: any TensorSource
    /// By the name of a tensor the one that is read.
    let instead: [String: Checkpoint.Entry]

    private func target(_ entry: Checkpoint.Entry) -> Checkpoint.Entry { instead[entry.name] ?? entry }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor { try source.stored(target(entry)) }

    func region(_ entry: Checkpoint.Entry) -> FileRegion? { source.region(target(entry)) }

    func stored(_ entry: Checkpoint.Entry, rows: Range<Int>) throws -> StoredTensor {
        try source.stored(target(entry), rows: rows)
    }
}
