/// What training checkpoints keep beside the weights: state of optimisers, schedules, scalers and random numbers.
enum TrainingState {
    /// First words of the keys under which it lies.
    private static let words = [
        "optimizer", "optimiser", "optim", "opt_state", "lr_scheduler", "lr_sched", "scheduler", "scaler",
        "grad_scaler",
        "loss_scaler", "amp", "loops", "callbacks", "rng", "cuda_rng", "torch_rng", "numpy_rng", "python_rng",
        "random_rng",
        "random_state", "nativemixedprecision", "mixedprecision", "train_state", "sampler", "message_hub",
        "param_scheduler", "history", "metrics", "logs",
    ]
    /// How deep in a file such a key means what it says: inside a model it is a layer's name.
    private static let maximumDepth = 2

    /// Whether the value under `key` is state of the training rather than weights.
    static func isOne(_ value: PickleValue, key: String, depth: Int, _ heap: PickleHeap) -> Bool {
        if isOne(value, heap) { return true }
        guard depth <= maximumDepth else { return false }
        let word = key.lowercased()
        let first = word.prefix { $0 != "." }
        switch value {
        case .tensor(let place):
            // The state of random numbers is a list of bytes; a flat dictionary may hold an optimiser's tensors too.
            if word.contains("rng") || word.hasPrefix("random_state") {
                return heap.tensors[place].type == .uint8 && heap.tensors[place].shape.rank == 1
            }
            return first.count < word.count && isOptimiser(String(first))
        case .dictionary, .sequence, .object:
            if case .object(let place) = value, let state = heap.objects[place].state,
                PickledModule.isState(state, heap)
            {
                return false
            }
            return words.contains { matches(word, $0) } || isOptimiser(String(first))
        default: return false
        }
    }

    /// Whether a value is state of an optimiser by what it holds or by its class.
    static func isOne(_ value: PickleValue, _ heap: PickleHeap) -> Bool {
        switch value {
        case .dictionary(let place):
            let keys = Set(heap.dictionaries[place].prefix(16).compactMap { $0.key.asText })
            return keys.contains("param_groups") && (keys.contains("state") || keys.contains("defaults"))
        case .object(let place):
            let object = heap.objects[place]
            if object.name.contains("swa_utils.AveragedModel") { return false }
            let last = object.name.split(separator: ".").last.map(String.init) ?? ""
            return object.name.hasPrefix("torch.optim.") || object.name.contains("lr_scheduler")
                || ["GradScaler", "Optimizer", "Scheduler"].contains { last.hasSuffix($0) }
        default: return false
        }
    }

    /// "optimizer", "optimizer_states", "generator_optimizer", "optimizerG".
    private static func isOptimiser(_ word: String) -> Bool {
        word == "optim" || word.hasPrefix("optimizer") || word.hasSuffix("optimizer") || word.hasSuffix("optimizers")
            || word.hasSuffix("optim") || word.hasSuffix("scheduler")
    }

    /// Whether a key is the word, alone or with more behind a separator or a number.
    private static func matches(_ key: String, _ word: String) -> Bool {
        guard key.hasPrefix(word) else { return false }
        let rest = key.dropFirst(word.count)
        return rest.isEmpty || rest.first == "_" || rest == "s" || rest.first == "." || rest.first?.isNumber == true
            || word.hasSuffix("precision")
    }
}
