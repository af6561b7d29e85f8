import Classification
import Diagnostics
import Kernels
import Statistics
import Architectures
import Checkpoints

extension ClassificationReport {
    /// The report as JSON, keys sorted, a line end at the end.
    ///
    /// `layers[].counts` holds the five labels; `stride` and `sigmaPixels` are null where unknown;
    /// `strides` has rows and columns where they differ, and `stride` then the larger.
    public var json: String { JSONText.of(ClassificationDocument(statistics)) }

    /// ``json`` with `layers[].classifications`, one object a kernel in bank order.
    public var kernelJSON: String { JSONText.of(ClassificationDocument(statistics, kernels: true)) }

    /// ``json`` or ``kernelJSON`` with what ``SavedClassification`` reads back: the statistics as they are, and the version
    /// that wrote them.
    public func savedJSON(kernels: Bool, version: String) -> String {
        JSONText.of(ClassificationDocument(statistics, kernels: kernels, savedBy: version))
    }
}

extension ClassificationCollection {
    /// `{"schema", "checkpoints": […], "failed": […]}`: the reports as ``ClassificationReport/json`` has them, one a
    /// checkpoint, and what could not be read.
    public var json: String { document(kernels: false) }

    /// ``json`` with every kernel, as ``ClassificationReport/kernelJSON`` has them.
    public var kernelJSON: String { document(kernels: true) }

    /// ``json`` or ``kernelJSON`` with what ``SavedClassification`` reads back.
    public func savedJSON(kernels: Bool, version: String) -> String { document(kernels: kernels, savedBy: version) }

    private func document(kernels: Bool, savedBy version: String? = nil) -> String {
        JSONText.of(
            Collection(
                schema: Self.schema, version: version,
                checkpoints: reports.map { ClassificationDocument($0.statistics, kernels: kernels, savedBy: version) },
                failed: failures.map { FailedFile(path: $0.path, error: $0.error.description) },
                shard: shard.map { Collection.Shard(index: $0.place.index, of: $0.place.count, files: $0.files) }))
    }
}

private struct Collection: Encodable {
    let schema: String
    let version: String?
    let checkpoints: [ClassificationDocument]
    let failed: [FailedFile]
    /// Where it is a part: which of how many, and how many checkpoints all have.
    let shard: Shard?

    struct Shard: Encodable {
        let index: Int
        let of: Int
        let files: Int
    }
}

private struct FailedFile: Encodable {
    let path: String
    let error: String
}
