import Diagnostics

/// Names of classes that a training keeps beside its weights.
extension PickledTensors {
    /// What programs call them: lists of names, names by numbers, or numbers by names.
    private static let classKeys = [
        "class_names", "classes", "CLASSES", "categories", "label_names", "class_to_idx", "idx_to_class", "id2label",
        "label2id", "names",
    ]
    /// Where they lie, besides the outermost dictionary: Lightning's and OpenMMLab's places.
    private static let classGroups = [[], ["hyper_parameters"], ["meta"], ["meta", "dataset_meta"]]
    private static let mostClasses = 1 << 16

    /// The first names that are found, with the key under which they lie; nil where there are none.
    static func classNames(_ root: PickleValue, _ heap: PickleHeap) -> (names: [String], key: String)? {
        for group in classGroups {
            var place: PickleValue? = root
            for key in group { place = heap.value(key, in: place) }
            for key in classKeys {
                if let value = heap.value(key, in: place), let names = names(value, heap) { return (names, key) }
            }
        }
        return nil
    }

    /// Two or more names in the order of their numbers, which are 0, 1, 2 …; nil for other values.
    private static func names(_ value: PickleValue, _ heap: PickleHeap) -> [String]? {
        func name(_ value: PickleValue) -> String? { heap.text(value).flatMap { $0.utf8.count <= 256 ? $0 : nil } }
        if let items = heap.items(value) {
            guard (2...mostClasses).contains(items.count) else { return nil }
            let names = items.compactMap(name)
            return names.count == items.count ? names : nil
        }
        let pairs = heap.entries(value)
        guard (2...mostClasses).contains(pairs.count) else { return nil }
        var names = [String?](repeating: nil, count: pairs.count)
        for pair in pairs {
            let (number, word) =
                pair.key.asInteger.map { ($0, name(pair.value)) } ?? (pair.value.asInteger ?? -1, name(pair.key))
            guard names.indices.contains(number), names[number] == nil, let word else { return nil }
            names[number] = word
        }
        return names.compactMap { $0 }
    }
}

extension Checkpoint {
    /// Names of classes that a training kept beside its weights, in their order, and what it calls them; nil for none.
    package var trainingClassNames: (names: [String], key: String)? {
        guard let text = attributes["torch.class_names"],
            let names = NetworkDescription.decoded([String].self, text), !names.isEmpty
        else { return nil }
        return (names, attributes["torch.class_names_key"] ?? "class_names")
    }
}
