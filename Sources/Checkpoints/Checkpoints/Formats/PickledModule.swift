/// A pickled `torch.nn.Module`: its parameters, buffers and submodules, as its state dict would name them.
struct PickledModule {
    let className: String
    /// Parameters, buffers and submodules: each a kind of dictionary, and the names in it that a state dict leaves out.
    let parts: [(entries: PickleValue, omitted: Set<String>)]
    /// What the module says about itself where it is a convolution or a normalisation.
    let facts: ModelFacts.Layer?

    /// Whether a module has such a state.
    static func isState(_ state: PickleValue, _ heap: PickleHeap) -> Bool {
        (heap.pairs(state) ?? []).prefix(64).contains { pair in
            let key = pair.key.asText
            return key == "_modules" || key == "_parameters"
        }
    }

    init(_ className: String, _ state: PickleValue, _ heap: PickleHeap) {
        self.className = className
        let passing = Self.texts(heap.value("_non_persistent_buffers_set", in: state), heap)
        parts = [("_parameters", []), ("_buffers", passing), ("_modules", [])].compactMap { key, omitted in
            heap.value(key, in: state).map { (entries: $0, omitted: omitted) }
        }
        facts = Self.facts(className, state, heap)
    }

    /// The names in a set.
    private static func texts(_ value: PickleValue?, _ heap: PickleHeap) -> Set<String> {
        let items: [PickleValue]
        switch value {
        case .sequence(let place)?: items = heap.sequences[place]
        case .object(let place)?:
            items = heap.objects[place].items + (heap.items(heap.items(heap.objects[place].arguments)?.first) ?? [])
        default: items = []
        }
        return Set(items.prefix(64).compactMap(heap.text))
    }

    private static func facts(_ className: String, _ state: PickleValue, _ heap: PickleHeap) -> ModelFacts.Layer? {
        let name = className.split(separator: ".").last.map(String.init) ?? className
        /// One number for all axes; nil where they differ.
        func number(_ key: String) -> Int? {
            let value = heap.value(key, in: state)
            if let number = value?.asInteger { return number }
            guard let numbers = heap.integers(value), let first = numbers.first else { return nil }
            return numbers.allSatisfy { $0 == first } ? first : nil
        }
        if heap.value("kernel_size", in: state) != nil, heap.value("out_channels", in: state) != nil {
            var layer = ModelFacts.Layer(className: name, groups: number("groups"), dilation: number("dilation"))
            let strides = heap.value("stride", in: state)
            layer.setStrides(strides?.asInteger.map { [$0] } ?? heap.integers(strides))
            return layer
        }
        if heap.value("running_mean", in: heap.value("_buffers", in: state)) != nil,
            let epsilon = heap.value("eps", in: state)?.asNumber
        {
            return ModelFacts.Layer(className: name, epsilon: Float(epsilon))
        }
        return nil
    }
}
