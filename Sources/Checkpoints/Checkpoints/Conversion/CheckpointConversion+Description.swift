// What a file says of its network beside its numbers goes along, under the names that are written.
extension CheckpointConversion {
    /// The checkpoint's own attributes, and what it says of its layers as one value that every format holds.
    func attributes(_ format: CheckpointFormat) -> [String: String] {
        let graph = checkpoint.model?.graph
        let identities = identities(format)
        guard graph != nil || !identities.isEmpty else { return checkpoint.attributes }
        var description = checkpoint.description ?? NetworkDescription(title: title ?? "network")
        description.graph = graph?.renamed(
            Dictionary(plans.map { ($0.source.name, $0.name) }, uniquingKeysWith: { first, _ in first }),
            transposed: Set(plans.lazy.filter(\.isTransposed).map(\.source.name)))
        description.inputSize = description.inputSize ?? checkpoint.model?.inputSize
        description.tensors = identities.isEmpty ? nil : identities
        guard let json = description.json else { return checkpoint.attributes }
        return checkpoint.attributes.merging([NetworkDescription.key: json]) { _, new in new }
    }

    /// What tensors are whose names alone do not say it. Readers of HDF5 also look at attributes of groups, which are not
    /// written: there one such tensor makes all be said.
    private func identities(_ format: CheckpointFormat) -> [String: NetworkDescription.Identity] {
        func isTold(_ plan: TensorPlan) -> Bool {
            let told = GenericNames.entry(plan.name, shape: plan.shape, dtype: plan.source.dtype)
            return told.module == plan.module && told.parameter == plan.parameter && told.axes == plan.axes
        }
        let isHDF5 = format == .hdf5
        let unexplained = plans.filter { !isTold($0) }
        let hasWords = checkpoint.model?.graph != nil || checkpoint.format.hasPrefix("Keras")
        let listed = isHDF5 && (!unexplained.isEmpty || hasWords) ? plans : unexplained
        return Dictionary(
            listed.map {
                ($0.name, NetworkDescription.Identity(module: $0.module, parameter: $0.parameter, axes: $0.axes))
            }, uniquingKeysWith: { first, _ in first })
    }
}
