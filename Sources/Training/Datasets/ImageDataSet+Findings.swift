extension ImageDataSet {
    /// What lay beside the pictures of class folders.
    public struct Findings: Sendable, Equatable {
        /// Files that are no pictures by their names, by path; hidden ones are not counted.
        public var otherFiles: [String] = []
        /// Pictures beside the class folders, which have no class.
        public var filesWithoutClass: [String] = []
        /// Classes whose folders hold no picture.
        public var emptyClasses: [String] = []
        /// Folders that were not entered again: links that lead to a folder already read, or back above.
        public var skippedFolders: [String] = []

        /// Nothing.
        public init() {}

        /// One sentence for each kind of finding, for people.
        public var sentences: [String] {
            func line(_ items: [String], _ one: String, _ many: String) -> String? {
                items.isEmpty
                    ? nil
                    : items.count == 1 ? "1 \(one): \(items[0])" : "\(items.count) \(many): \(ClassNames.list(items))"
            }
            return [
                line(otherFiles, "file is no picture", "files are no pictures"),
                line(
                    filesWithoutClass, "picture beside the class folders has no class",
                    "pictures beside the class folders have no class"),
                line(emptyClasses, "class has no picture", "classes have no picture"),
                line(
                    skippedFolders, "linked folder was read before or lies above",
                    "linked folders were read before or lie above"),
            ].compactMap { $0 }
        }
    }
}
