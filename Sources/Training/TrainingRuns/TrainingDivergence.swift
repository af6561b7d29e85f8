import Diagnostics
import Files
import Foundation

/// A training whose numbers became infinite, as its folder remembers it: the same training would come to the same, so that it
/// is not run again.
struct TrainingDivergence: Codable {
    /// Its name in the folder of a training.
    static let fileName = "diverged.json"

    private let version: Int
    private let network: String
    private let design: String?
    private let images: Int
    private let recipe: TrainingRecipe
    private let code: String
    private let subject: String
    private let found: String
    private let expected: String?
    private let advice: String?

    /// The training that `state` describes ended with `error`.
    init(_ error: KernelVizError, of state: TrainingState) {
        version = 1
        (network, design, images, recipe) = (state.network, state.design, state.images, state.recipe)
        (code, subject, found, expected, advice) =
            (error.code, error.subject, error.found, error.expected, error.advice)
    }

    /// The error, with the same words as when it happened.
    var error: KernelVizError {
        KernelVizError(code: code, subject: subject, found: found, expected: expected, advice: advice)
    }

    /// Remembers it in the folder of the training.
    func write(folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(self)
        try AtomicFile.write(text: String(decoding: data, as: UTF8.self) + "\n", to: "\(folder)/\(Self.fileName)")
    }

    /// How the training that `state` begins ended in this folder before; nil where it did not diverge, and for what another
    /// training left.
    static func read(folder: String, of state: TrainingState) -> TrainingDivergence? {
        let path = "\(folder)/\(fileName)"
        guard (try? InputFile.check(path)) != nil, let text = try? InputFile.text(path, limitBytes: 1 << 20),
            let document = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)), document.version == 1
        else { return nil }
        let own = TrainingState(
            recipe: document.recipe, network: document.network, design: document.design, images: document.images)
        return (try? own.check(sameAs: state, path: path)) == nil ? nil : document
    }

    /// Forgets it: a training begins anew.
    static func remove(folder: String) { try? FileManager.default.removeItem(atPath: "\(folder)/\(fileName)") }
}
