import KernelViz

extension ImageFolder {
    /// The pictures of a folder for a network, with what was found in it said.
    ///
    /// Throws what opening the folder throws.
    static func open(_ path: String, for network: RunnableNetwork) throws -> ImageFolder {
        let folder = try open(path, classes: network.classes - network.backgroundClasses)
        folder.images.noteFindings()
        return folder
    }
}

extension ImageDataSet {
    /// Says what was found in the files, a line each.
    func noteFindings() {
        for sentence in findings.sentences { Console.note("kernelviz: note: \(path): \(sentence)") }
    }
}
