import Diagnostics
import Tensors

/// The tensors of an unpickled object by name: keys of dictionaries inside dictionaries, joined by dots, modules by the
/// names that their state dict would have, other objects by their attributes.
struct PickledTensors {
    /// How deep values may lie in each other; deeper ones are left out, and that is said.
    static let maximumDepth = 64
    /// How many tensors are listed.
    static let maximumCount = 1 << 18
    /// How many bytes a name may have, and all names together.
    static let maximumNameBytes = (one: 1 << 12, all: 1 << 26)

    private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
    /// What pickled modules say about themselves.
    private(set) var facts = ModelFacts()
    /// The class of the first module that was met.
    private(set) var moduleClass: String?
    /// Settings that a training writes beside its weights, as texts.
    private(set) var settings: [String: String] = [:]
    /// What was left out or assumed, one sentence each.
    private(set) var notes: [String] = []

    let heap: PickleHeap
    let subject: String
    private var places: [String: Int] = [:]
    private var nameBytes = 0
    private var visited = Visited()
    private var leftOut: [Reason: LeftOut] = [:]
    private var twice: [String] = []
    private var moduleClasses: Set<String> = []

    /// Containers that were walked already.
    private struct Visited {
        var sequences: Set<Int> = []
        var dictionaries: Set<Int> = []
        var objects: Set<Int> = []

        func contains(_ value: PickleValue) -> Bool {
            switch value {
            case .sequence(let place): sequences.contains(place)
            case .dictionary(let place): dictionaries.contains(place)
            case .object(let place): objects.contains(place)
            default: false
            }
        }

        /// Whether the container is seen for the first time; true for everything else.
        mutating func insert(_ value: PickleValue) -> Bool {
            switch value {
            case .sequence(let place): sequences.insert(place).inserted
            case .dictionary(let place): dictionaries.insert(place).inserted
            case .object(let place): objects.insert(place).inserted
            default: true
            }
        }
    }

    /// Why something was left out.
    private enum Reason {
        case training, unknownKind, tooDeep
    }

    /// Branches that were not listed.
    private struct LeftOut {
        var names: [String] = []
        var tensorCount = 0

        /// "'optimizer', 'scheduler' and 3 more (158 tensors)".
        var text: String { list + " (\(tensorCount) \(tensorCount == 1 ? "tensor" : "tensors"))" }

        /// "'optimizer', 'scheduler' and 3 more".
        var list: String {
            let shown = names.prefix(4).map { "'\($0.count > 60 ? $0.prefix(60) + "…" : $0[...])'" }
            var text = shown.joined(separator: ", ")
            if names.count > shown.count { text += " and \(names.count - shown.count) more" }
            return text
        }
    }

    /// Walks the object that `reader` has made; nothing is thrown where it holds no tensors.
    ///
    /// Throws `weights.tooMany` or `weights.brokenPickle` for names without measure.
    init(_ root: PickleValue, of reader: PickleReader) throws {
        heap = reader.heap
        subject = reader.input.subject
        readSettings(root)
        try walk(root, at: "", depth: 0)
        say(reader.objectNames)
    }

    /// Adds a sentence to what is said.
    mutating func add(note: String) { notes.append(note) }

    /// The tensor of that name.
    func tensor(named name: String) -> TorchTensor? { places[name].map { tensors[$0].tensor } }

    // MARK: Walking

    private mutating func walk(_ value: PickleValue, at name: String, depth: Int) throws {
        if case .tensor(let place) = value { return try add(heap.tensors[place], name) }
        guard depth <= Self.maximumDepth else { return leaveOut(value, name, as: .tooDeep) }
        guard visited.insert(value) else { return }
        switch value {
        case .dictionary(let place): try walk(heap.dictionaries[place], at: name, depth: depth)
        case .sequence(let place): try walk(heap.sequences[place], at: name, depth: depth)
        case .object(let place): try walk(heap.objects[place], value, at: name, depth: depth)
        default: return
        }
    }

    private mutating func walk(_ items: [PickleValue], at name: String, depth: Int) throws {
        for (index, item) in items.enumerated() where !visited.contains(item) {
            if TrainingState.isOne(item, heap) {
                leaveOut(item, Self.joined(name, "\(index)"), as: .training)
            } else {
                try walk(item, at: Self.joined(name, "\(index)"), depth: depth + 1)
            }
        }
    }

    private mutating func walk(_ pairs: [PicklePair], at name: String, depth: Int) throws {
        for pair in pairs where !visited.contains(pair.value) {
            guard let key = heap.text(pair.key) ?? pair.key.asInteger.map(String.init) else { continue }
            if TrainingState.isOne(pair.value, key: key, depth: depth, heap) {
                leaveOut(pair.value, Self.joined(name, key), as: .training)
            } else {
                try walk(pair.value, at: Self.joined(name, key), depth: depth + 1)
            }
        }
    }

    private mutating func walk(_ object: PickleObject, _ value: PickleValue, at name: String, depth: Int) throws {
        if let tensor = object.tensor { return try add(heap.tensors[tensor], name) }
        if TrainingState.isOne(value, heap) { return leaveOut(object, name, as: .training) }
        // A sparse or otherwise special tensor, whose parts are no tensors of the network.
        if object.name.hasPrefix("torch._utils._rebuild") || object.name.hasPrefix("torch._tensor._rebuild") {
            return leaveOut(object, name, as: .unknownKind)
        }
        if let state = object.state, PickledModule.isState(state, heap) {
            guard visited.insert(state) else { return }
            return try walk(PickledModule(object.name, state, heap), at: name, depth: depth)
        }
        try walk(object.pairs, at: name, depth: depth)
        // One element stands for the whole, as NumPy's array of one dictionary does.
        if object.items.count == 1, let only = object.items.first {
            try walk(only, at: name, depth: depth + 1)
        } else {
            try walk(object.items, at: name, depth: depth)
        }
        try walkParts(of: object.arguments, at: name, depth: depth)
        guard let state = object.state else { return }
        // (attributes, attributes in slots).
        if case .sequence = state {
            try walkParts(of: state, at: name, depth: depth)
        } else {
            try walk(state, at: name, depth: depth + 1)
        }
    }

    /// Walks what a call was given: dictionaries under the object's own name, other things by their place.
    private mutating func walkParts(of value: PickleValue, at name: String, depth: Int) throws {
        guard let items = heap.items(value), visited.insert(value) else { return }
        for (index, item) in items.enumerated() where !visited.contains(item) {
            if case .dictionary = item {
                try walk(item, at: name, depth: depth + 1)
            } else {
                try walk(item, at: items.count == 1 ? name : Self.joined(name, "\(index)"), depth: depth + 1)
            }
        }
    }

    private mutating func walk(_ module: PickledModule, at name: String, depth: Int) throws {
        if moduleClass == nil { moduleClass = module.className }
        moduleClasses.insert(module.className)
        if let layer = module.facts, facts.layers[name] == nil, !name.isEmpty {
            facts.layers[name] = layer
            facts.order.append(name)
        }
        for (part, omitted) in module.parts where visited.insert(part) {
            for pair in heap.entries(part) {
                guard let key = heap.text(pair.key), !omitted.contains(key) else { continue }
                try walk(pair.value, at: Self.joined(name, key), depth: depth + 1)
            }
        }
    }

    private mutating func add(_ tensor: TorchTensor, _ name: String) throws {
        let whole = name.isEmpty ? "tensor" : name
        nameBytes += whole.utf8.count
        guard whole.utf8.count <= Self.maximumNameBytes.one, nameBytes <= Self.maximumNameBytes.all else {
            throw KernelVizError(
                code: "weights.brokenPickle", subject: subject,
                found: "a tensor's name of \(whole.utf8.count) bytes, \(nameBytes) bytes of names",
                expected: "at most \(Self.maximumNameBytes.one) and \(Self.maximumNameBytes.all)",
                advice: "The file is damaged or made to fill the memory; do not use it")
        }
        // As in Python, a later value takes the place of an earlier one.
        if let place = places[whole] {
            twice.append(whole)
            tensors[place].tensor = tensor
            return
        }
        guard tensors.count < Self.maximumCount else {
            throw KernelVizError(
                code: "weights.tooMany", subject: subject, found: "more than \(Self.maximumCount) tensors",
                expected: "a file of weights")
        }
        places[whole] = tensors.count
        tensors.append((name: whole, tensor: tensor))
    }

    private static func joined(_ name: String, _ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    // MARK: What is left out

    private mutating func leaveOut(_ value: PickleValue, _ name: String, as reason: Reason) {
        let count = countTensors([value])
        if count > 0 || leftOut[reason, default: LeftOut()].names.count < 4 {
            leftOut[reason, default: LeftOut()].names.append(name)
        }
        leftOut[reason, default: LeftOut()].tensorCount += count
    }

    private mutating func leaveOut(_ object: PickleObject, _ name: String, as reason: Reason) {
        let count = countTensors(parts(of: object))
        leftOut[reason, default: LeftOut()].names.append(name)
        leftOut[reason, default: LeftOut()].tensorCount += count
    }

    private func parts(of object: PickleObject) -> [PickleValue] {
        object.items + object.pairs.map(\.value) + [object.arguments] + (object.state.map { [$0] } ?? [])
    }

    /// How many tensors lie in a branch that nothing else has walked; a loop, however deep it goes.
    private mutating func countTensors(_ roots: [PickleValue]) -> Int {
        var waiting = roots
        var count = 0
        while let value = waiting.popLast() {
            if case .tensor = value {
                count += 1
                continue
            }
            guard visited.insert(value) else { continue }
            switch value {
            case .sequence(let place): waiting += heap.sequences[place]
            case .dictionary(let place): waiting += heap.dictionaries[place].map(\.value)
            case .object(let place):
                let object = heap.objects[place]
                if object.tensor != nil { count += 1 } else { waiting += parts(of: object) }
            default: continue
            }
        }
        return count
    }

    // MARK: What is said

    /// Texts and numbers at the top of a training checkpoint that say what network it is.
    private mutating func readSettings(_ root: PickleValue) {
        for key in ["arch", "model_name", "architecture", "epoch", "version", "pytorch-lightning_version"] {
            switch heap.value(key, in: root) {
            case .text(let text)? where text.utf8.count <= 256: settings[key] = text
            case .integer(let number)?: settings[key] = String(number)
            default: continue
            }
        }
        if let classes = Self.classNames(root, heap) {
            settings["class_names"] = "[\(classes.names.map(JSONText.quoted).joined(separator: ", "))]"
            settings["class_names_key"] = classes.key
        }
        // The arguments of the training: a dictionary, or an object with one for its state (argparse.Namespace).
        for group in ["args", "hyper_parameters", "config"] {
            guard var arguments = heap.value(group, in: root) else { continue }
            if case .object(let place) = arguments, let state = heap.objects[place].state { arguments = state }
            for key in ["model", "arch", "model_name"] {
                guard case .text(let text)? = heap.value(key, in: arguments), text.utf8.count <= 256 else { continue }
                let name = key == "model_name" ? "model" : key
                if settings["args.\(name)"] == nil { settings["args.\(name)"] = text }
            }
        }
    }

    private mutating func say(_ objectNames: [String]) {
        if let training = leftOut[.training] {
            notes.append("Left out, as state of the training: \(training.text).")
        }
        if let strange = leftOut[.unknownKind] {
            notes.append(
                "Left out, as tensors of kinds that are not read (sparse, complex, without data): \(strange.list).")
        }
        if let tooDeep = leftOut[.tooDeep], tooDeep.tensorCount > 0 {
            notes.append("Left out, as more than \(Self.maximumDepth) deep in each other: \(tooDeep.text).")
        }
        if let first = twice.first {
            let more = twice.count > 1 ? " and \(twice.count - 1) more stand" : " stands"
            notes.append("'\(first)'\(more) in the file twice; the last one is read, as Python does.")
        }
        let foreign = objectNames.filter {
            !PythonNames.isUsual($0) && !moduleClasses.contains($0) && $0 != "a call's result"
        }
        guard !foreign.isEmpty else { return }
        let shown = foreign.prefix(4).map { String($0.prefix(80)) }.joined(separator: ", ")
        let more = foreign.count > 4 ? " and \(foreign.count - 4) more" : ""
        notes.append("Python objects in the file were read as data, none was run: \(shown)\(more).")
    }
}
