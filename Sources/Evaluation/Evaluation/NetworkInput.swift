import Checkpoints
import Diagnostics
import Files
import Images
import Tensors

/// What a network is run on.
public enum NetworkInput: Sendable, Equatable {
    /// A photograph, PNG or JPEG.
    case image(String)
    /// A data set of an HDF5 file, already an N×C×H×W tensor.
    case tensor(file: String, dataset: String)
    /// Numbers from the standard normal distribution, for timing.
    case random(seed: UInt64)

    /// Reads "FILE.h5:/input"; without a colon the data set is "/input".
    ///
    /// Names may hold colons of their own, as Keras' do ("net.h5:/conv/kernel:0"): the first colon with a file before it
    /// is the one, else the first before a slash, else the last.
    public init(tensorText text: String) {
        let colons = text.indices.filter { text[$0] == ":" && $0 != text.startIndex }
        let place =
            (try? InputFile.check(text)) != nil
            ? nil
            : colons.first { (try? InputFile.check(String(text[..<$0]))) != nil }
                ?? colons.first { text[text.index(after: $0)...].hasPrefix("/") } ?? colons.last
        guard let place else {
            self = .tensor(file: text, dataset: "/input")
            return
        }
        let dataset = String(text[text.index(after: place)...])
        self = .tensor(file: String(text[..<place]), dataset: dataset.isEmpty ? "/input" : dataset)
    }

    /// The input of `network`, N×C×H×W.
    ///
    /// Throws the errors of reading, `eval.badInput` for a tensor that does not have the network's channels, or one
    /// with values that are not finite.
    public func tensor(for network: RunnableNetwork) throws -> Tensor { try reading(for: network).tensor }

    /// The input of `network`, and the EXIF orientation by which a photograph was turned.
    ///
    /// Throws as ``tensor(for:)`` does.
    func reading(for network: RunnableNetwork) throws -> (tensor: Tensor, turn: ImageOrientation?) {
        switch self {
        case .image(let path):
            guard network.inputChannels == 3 else {
                throw KernelVizError(
                    code: "eval.badInput", subject: path, found: "a picture with 3 channels",
                    expected: "\(network.inputChannels) channels for \(network.name)",
                    advice: "Pass the input with --tensor")
            }
            let reading = try ImageFile.reading(path)
            return (network.preprocessing.tensor(reading.image), reading.turn)
        case .tensor(let path, let dataset):
            return (try Self.read(path, dataset, for: network), nil)
        case .random(let seed):
            var generator = SeededGenerator(seed: seed)
            let shape = network.inputShape()
            let scalars = (0..<shape.elementCount).map { _ in Float(generator.normal()) }
            return (Tensor(shape: shape, scalars: scalars), nil)
        }
    }

    private static func read(_ path: String, _ dataset: String, for network: RunnableNetwork) throws -> Tensor {
        let file = try Checkpoint.open(path)
        let channels = network.inputChannels
        let subject = "\(path):\(dataset)"
        let name = dataset.hasPrefix("/") ? String(dataset.dropFirst()) : dataset
        let shape = file.entry(named: name)?.shape.dimensions
        if let shape, !(shape.count == 4 && shape[1] == channels && shape.allSatisfy { $0 > 0 }) {
            throw KernelVizError(
                code: "eval.badInput", subject: subject,
                found: "shape \(shape.map(String.init).joined(separator: "×"))",
                expected: "N×\(channels)×H×W for \(network.name)")
        }
        let tensor = try file.tensor(named: name)
        guard tensor.nonFiniteCount == 0 else {
            throw KernelVizError(
                code: "eval.badInput", subject: subject, found: "\(tensor.nonFiniteCount) values are not finite",
                expected: "finite numbers")
        }
        return tensor
    }
}
