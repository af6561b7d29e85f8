import Datasets
import Diagnostics
import Files
import Models
import Training

/// What a user may choose about a training; ``TrainingOption/all`` has the names and bounds, the defaults are the paper's
/// recipe.
public struct TrainingSettings: Sendable, Equatable {
    /// How images are cut, in words.
    public enum Crop: String, Sendable, CaseIterable {
        /// The middle.
        case center
        /// A random part of the image with four black pixels around it.
        case padded
        /// A random part, resized.
        case resized
    }

    /// Passes over the training images, from 1.
    public var epochs = 300
    /// Images of a step, from 1.
    public var batch = 512
    /// The highest learning rate, positive.
    public var rate = 0.2
    /// Epochs during which the learning rate rises.
    public var warmUp = 5
    /// Weight decay, not on biases and batch normalisation.
    public var weightDecay = 1e-4
    /// Momentum, 0 to below 1.
    public var momentum = 0.9
    /// Label smoothing, 0…1.
    public var smoothing = 0.1
    /// How images are cut; nil leaves it to the image size.
    public var crop: Crop?
    /// Whether half of the images are mirrored.
    public var flip = true
    /// The side of a blanked square; 0 for none.
    public var cutout = 0
    /// Rows and columns of the images; nil takes the design's.
    public var inputSize: Int?
    /// The number of classes; nil takes the data set's.
    public var classes: Int?
    /// The most training images, evenly over the classes; nil for all.
    public var limit: Int?
    /// Training images that are held out of the training set, before any limit, to measure on; 0 for none.
    public var validation = 0
    /// Names which ones are held out.
    public var validationSeed = 1
    /// The validation images, or the test set where there are none, are evaluated after every so many epochs and after the
    /// last one; 0 for the last one alone.
    public var testEvery = 1
    /// Whether an unreadable image is an error.
    public var strict = false
    /// How the weights start.
    public var start = WeightStart.standard
    /// A checkpoint whose tensors the net starts from, where they fit; nil for none.
    public var initial: String?

    /// The paper's recipe.
    public init() {}

    /// The settings that name these values, by the options' names; the defaults for the others.
    ///
    /// Throws `training.option` for an unknown name and for a value that its option does not allow.
    public init(values: [String: String]) throws {
        self.init()
        for (name, text) in values.sorted(by: { $0.key < $1.key }) {
            guard let option = TrainingOption.named(name) else {
                throw KernelVizError(
                    code: "training.option", subject: name, found: "no option of a training",
                    advice: NearestName.advice(for: name, among: TrainingOption.all.map(\.name)))
            }
            try set(option, to: text)
        }
    }

    /// Every value that is not left open, by its option's name.
    public var values: [String: String] {
        Dictionary(
            TrainingOption.all.compactMap { option in option.read(self).map { (option.name, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Throws `training.option` for a value that its option does not allow.
    public func check() throws {
        for option in TrainingOption.all {
            if let text = option.read(self), !option.values.allow(text) { throw Self.problem(option, text) }
        }
    }

    private static func problem(_ option: TrainingOption, _ text: String) -> KernelVizError {
        KernelVizError(
            code: "training.option", subject: option.name, found: "'\(text)'", expected: option.values.expectation)
    }

    /// The recipe for a net as it starts.
    public func recipe(for network: TrainableNetwork, seed: UInt64) -> TrainingRecipe {
        var recipe = TrainingRecipe(inputSize: network.inputSize)
        recipe.initialSHA256 = network.initialSHA256
        recipe.epochs = epochs
        recipe.batch = batch
        recipe.rate = rate
        recipe.warmUpEpochs = warmUp
        recipe.optimizer = SGD(momentum: momentum, weightDecay: weightDecay)
        recipe.labelSmoothing = smoothing
        recipe.seed = seed
        switch crop {
        case .center: recipe.augmentation.crop = .center
        case .padded: recipe.augmentation.crop = .padded(4)
        case .resized: recipe.augmentation.crop = .resized
        case nil: break
        }
        recipe.augmentation.flips = flip
        recipe.augmentation.cutout = cutout
        recipe.start = start == .standard ? nil : start
        recipe.validation = validation > 0 ? validation : nil
        recipe.validationSeed = validation > 0 ? validationSeed : nil
        return recipe
    }

    /// The images to learn from, and those that are held out to measure on; the limit counts for the former alone.
    ///
    /// Throws `data.validation` where too few are left.
    public func parts(of training: ImageDataSet) throws -> (training: ImageDataSet, validation: ImageDataSet?) {
        func limited(_ images: ImageDataSet) -> ImageDataSet { limit.map { images.limited(to: $0) } ?? images }
        guard validation > 0 else { return (limited(training), nil) }
        let (rest, heldOut) = try training.holdingOut(validation, seed: UInt64(validationSeed))
        return (limited(rest), heldOut)
    }

    /// How many images of a training set of so many are learned from.
    public func trainingImages(of count: Int) -> Int {
        let rest = max(0, count - validation)
        return min(limit ?? rest, rest)
    }

    /// The options that differ from the defaults, as the command line has them.
    public var arguments: [String] {
        TrainingOption.all.flatMap { option -> [String] in
            guard let value = option.read(self), value != option.defaultText else { return [] }
            switch option.values {
            case .flag: return value == "true" ? ["--\(option.name)"] : ["--no-\(option.name)"]
            case .file: return ["--\(option.name)", FilePaths.absolute(value)]
            case .whole, .real, .words: return ["--\(option.name)", value]
            }
        }
    }

    /// The options that an exported PyTorch project's `train.py` has, with their values; its defaults are others.
    public var projectArguments: [String] {
        TrainingOption.all.flatMap { option -> [String] in
            guard let name = option.projectName, let value = option.read(self) else { return [] }
            guard option.values == .flag else { return ["--\(name)", value] }
            return value == "true" ? [] : ["--no-\(name)"]
        }
    }

    /// Sets an option from text.
    ///
    /// Throws `training.option` where the option does not allow it.
    public mutating func set(_ option: TrainingOption, to text: String) throws {
        guard option.values.allow(text) else { throw Self.problem(option, text) }
        option.write(&self, text)
    }
}
