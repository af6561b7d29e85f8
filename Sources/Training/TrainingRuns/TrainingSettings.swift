import Diagnostics
import Files
import Models
import Training

/// What a user may choose about a training, in the words of `kernelviz train` and of a sweep's plan; the defaults are the
/// paper's recipe.
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

    /// An option by its long name without dashes.
    public enum Option: String, Sendable, CaseIterable {
        case epochs, batch
        case rate = "lr"
        case warmUp = "warmup"
        case weightDecay = "wd"
        case momentum, smoothing, crop, flip, cutout
        case inputSize = "input-size"
        case classes, limit
        case testEvery = "test-every"
        case start
        case initial = "init"
        case strict
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
    /// The test set is evaluated after every so many epochs and after the last one; 0 for the last one alone.
    public var testEvery = 1
    /// Whether an unreadable image is an error.
    public var strict = false
    /// How the weights start.
    public var start = WeightStart.standard
    /// A checkpoint whose tensors the net starts from, where they fit; nil for none.
    public var initial: String?

    /// The paper's recipe.
    public init() {}

    /// What is wrong with the numbers, as half a sentence; nil where nothing is.
    public var problem: String? {
        if epochs < 1 || batch < 1 { return "epochs and batch start at 1" }
        if !(rate > 0 && rate.isFinite) { return "lr must be positive" }
        if !(0..<1).contains(momentum) { return "momentum must lie in 0…1, without 1" }
        if !(0...1).contains(smoothing) { return "smoothing must lie in 0…1" }
        if !(weightDecay >= 0 && weightDecay.isFinite) || warmUp < 0 || cutout < 0 || testEvery < 0 {
            return "wd, warmup, cutout and test-every must not be negative"
        }
        if let inputSize, !(1...4096).contains(inputSize) { return "input-size must lie in 1…4096" }
        if let limit, limit < 2 { return "limit starts at 2" }
        if let classes, !(1...1_000_000).contains(classes) { return "classes must lie in 1…1000000" }
        return nil
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
        return recipe
    }

    /// The options that differ from the defaults, as the command line has them.
    public var arguments: [String] {
        let defaults = TrainingSettings()
        return Option.allCases.flatMap { option -> [String] in
            guard let value = text(of: option), value != defaults.text(of: option) else { return [] }
            switch option {
            case .flip: return flip ? ["--flip"] : ["--no-flip"]
            case .strict: return ["--strict"]
            case .initial: return ["--init", FilePaths.absolute(value)]
            default: return ["--\(option.rawValue)", value]
            }
        }
    }

    /// An option's value as text; nil where it is left open.
    public func text(of option: Option) -> String? {
        switch option {
        case .epochs: "\(epochs)"
        case .batch: "\(batch)"
        case .rate: "\(rate)"
        case .warmUp: "\(warmUp)"
        case .weightDecay: "\(weightDecay)"
        case .momentum: "\(momentum)"
        case .smoothing: "\(smoothing)"
        case .crop: crop?.rawValue
        case .flip: "\(flip)"
        case .cutout: "\(cutout)"
        case .inputSize: inputSize.map { "\($0)" }
        case .classes: classes.map { "\($0)" }
        case .limit: limit.map { "\($0)" }
        case .testEvery: "\(testEvery)"
        case .strict: "\(strict)"
        case .start: start.rawValue
        case .initial: initial
        }
    }

    /// Sets an option from text; false where the text does not fit it.
    public mutating func set(_ option: Option, to text: String) -> Bool {
        func store<Value>(_ path: WritableKeyPath<TrainingSettings, Value>, _ value: Value?) -> Bool {
            guard let value else { return false }
            self[keyPath: path] = value
            return true
        }
        let flag = ["true": true, "false": false][text.lowercased()]
        return switch option {
        case .epochs: store(\.epochs, Int(text))
        case .batch: store(\.batch, Int(text))
        case .rate: store(\.rate, Double(text))
        case .warmUp: store(\.warmUp, Int(text))
        case .weightDecay: store(\.weightDecay, Double(text))
        case .momentum: store(\.momentum, Double(text))
        case .smoothing: store(\.smoothing, Double(text))
        case .crop: store(\.crop, Crop(rawValue: text.lowercased()).map(Optional.some))
        case .flip: store(\.flip, flag)
        case .cutout: store(\.cutout, Int(text))
        case .inputSize: store(\.inputSize, Int(text).map(Optional.some))
        case .classes: store(\.classes, Int(text).map(Optional.some))
        case .limit: store(\.limit, Int(text).map(Optional.some))
        case .testEvery: store(\.testEvery, Int(text))
        case .strict: store(\.strict, flag)
        case .start: store(\.start, WeightStart(rawValue: text.lowercased()))
        case .initial: store(\.initial, text.isEmpty ? nil : .some(text))
        }
    }
}
