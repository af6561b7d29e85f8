import Checkpoints
import Diagnostics
import Engine
import Files
import Foundation
import HDF5
import Tensors
import Training

/// All that a training needs to go on exactly where it was: written as one HDF5 file with the weights under the authors'
/// names, which `eval` and every other reader of checkpoints understands.
public struct TrainingState: Sendable, Equatable {
    /// The sums of an epoch that is under way.
    public struct Progress: Sendable, Equatable, Codable {
        /// Steps of this epoch that are done.
        public var steps = 0
        /// Images of the epoch's order that are used up.
        public var consumed = 0
        /// The sum of the steps' losses.
        public var lossSum = 0.0
        /// Training images whose class came first.
        public var correct = 0
        /// Images of this epoch that could not be read.
        public var unreadable = 0
    }

    /// Whole epochs that are done.
    public var epoch = 0
    /// The epoch under way.
    public var progress = Progress()
    /// The epochs so far.
    public var records: [EpochRecord] = []
    /// The recipe that the training follows.
    public var recipe: TrainingRecipe
    /// The net that is trained.
    public let network: String
    /// Its design as a config file; nil for a net that is no VGNet, and in checkpoints that do not tell.
    public let design: String?
    /// How many images it is trained on.
    public let images: Int

    private struct Document: Codable {
        let version: Int
        let epoch: Int
        let progress: Progress
        let records: [EpochRecord]
        let recipe: TrainingRecipe
        let network: String
        let images: Int
    }

    /// A training that has not begun.
    public init(recipe: TrainingRecipe, network: String, design: String? = nil, images: Int) {
        self.recipe = recipe
        self.network = network
        self.design = design
        self.images = images
    }

    /// Writes net and state, whole or not at all; the same training gives the same bytes.
    func write(_ training: borrowing TrainingNetwork, attributes: [(String, String)], to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let document = Document(
            version: 1, epoch: epoch, progress: progress, records: records, recipe: recipe, network: network,
            images: images)
        guard let data = try? encoder.encode(document) else {
            throw KernelVizError(code: "training.state", subject: path, found: "numbers that JSON cannot hold")
        }
        let graph = training.graph
        let velocities = training.optimizerState
        try HDF5Writer.write(to: path, overwriting: .replace) { writer in
            for parameter in graph.parameters {
                try writer.write(
                    parameter.tensor.scalars, dimensions: parameter.tensor.shape.dimensions, to: parameter.name)
            }
            for (name, tensor) in velocities {
                try writer.write(
                    tensor.scalars, dimensions: tensor.shape.dimensions, to: "optimizer_weights/momentum/\(name)")
            }
            for (name, text) in attributes { try writer.setAttribute(name, to: text) }
            try writer.setAttribute("training_state", to: String(decoding: data, as: UTF8.self))
        }
    }

    /// Reads the state alone, without parameters.
    ///
    /// Throws `training.state` where the file holds none, and the errors of reading.
    public static func read(_ path: String) throws -> TrainingState {
        try read(Checkpoint.open(path))
    }

    private static func read(_ file: Checkpoint) throws -> TrainingState {
        guard let text = file.attributes["training_state"],
            let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8)), document.version == 1
        else {
            throw KernelVizError(
                code: "training.state", subject: file.path, found: "no state of a training",
                expected: "a checkpoint that 'kernelviz train' wrote", advice: "Start afresh in another folder")
        }
        var state = TrainingState(
            recipe: document.recipe, network: document.network, design: file.attributes["config"],
            images: document.images)
        state.epoch = document.epoch
        state.progress = document.progress
        state.records = document.records
        return state
    }

    /// Throws `training.state` unless this is the training that `other` would begin; `path` is named in the error.
    public func check(sameAs other: TrainingState, path: String) throws {
        func check(_ what: String, _ found: String, _ expected: String) throws {
            guard found == expected else {
                throw KernelVizError(
                    code: "training.state", subject: path, found: "\(what) \(found)", expected: expected,
                    advice: "Resume with the same settings, or start afresh in another folder")
            }
        }
        try check("a training of", network, other.network)
        try check("a training set of", "\(images) images", "\(other.images) images")
        let (found, expected) = recipe.differences(from: other.recipe)
        try check("a training with", found, expected)
        guard let design, let wanted = other.design, design != wanted else { return }
        let lines = design.split(separator: "\n")
        let others = wanted.split(separator: "\n")
        try check(
            "a training of another design, with", "'\(lines.first { !others.contains($0) } ?? "fewer fields")'",
            "'\(others.first { !lines.contains($0) } ?? "fewer fields")'")
    }

    /// Reads state and parameters back into `training`.
    ///
    /// Throws `training.state` where the file belongs to another net, recipe or data set, and the errors of reading.
    static func read(_ path: String, into training: inout TrainingNetwork, expecting fresh: TrainingState) throws
        -> TrainingState
    {
        let file = try Checkpoint.open(path)
        let state = try read(file)
        try state.check(sameAs: fresh, path: path)
        for parameter in training.graph.parameters {
            let shape = parameter.tensor.shape
            training.setParameter(parameter.name, to: try tensor(file, parameter.name, shape))
            if parameter.kind == .learnable {
                let name = "optimizer_weights/momentum/\(parameter.name)"
                training.setVelocity(parameter.name, to: try tensor(file, name, shape))
            }
        }
        return state
    }

    private static func tensor(_ file: Checkpoint, _ name: String, _ shape: Shape) throws -> Tensor {
        let tensor = try file.tensor(named: name)
        guard tensor.shape == shape else {
            throw KernelVizError(
                code: "training.state", subject: "\(file.path): \(name)", found: "shape \(tensor.shape)",
                expected: "\(shape)", advice: "The checkpoint is damaged; start afresh in another folder")
        }
        return tensor
    }
}
