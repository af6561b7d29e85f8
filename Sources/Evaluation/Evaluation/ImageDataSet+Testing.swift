import Datasets

extension ImageDataSet {
    /// Opens the test part of the data set at `path` for a network: a CSV of class numbers need not name an image of every
    /// class that the network has.
    ///
    /// Throws as ``open(_:split:classes:)`` does.
    public static func open(_ path: String, testing network: RunnableNetwork) throws -> ImageDataSet {
        let set = try open(path, split: .test)
        let classes = network.classes - network.backgroundClasses
        guard set.isNumbered, set.classNames.count < classes else { return set }
        return try open(path, split: .test, classes: classes)
    }
}
