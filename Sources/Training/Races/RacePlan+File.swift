import Diagnostics
import Files
import Models
import TrainingRuns
import VGNets

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension RacePlan {
    /// The name of the plan in the folder of a race.
    public static let fileName = "race.json"

    /// Names the JSON's form.
    public static let schema = DocumentSchema.racePlan.rawValue

    /// The plan as JSON, keys sorted.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema, baseline: Document.Net(baseline), contenders: contenders.map(Document.Net.init),
                data: data,
                train: settings.values, size: size, level: level,
                needsLearnedKernels: needsLearnedKernels, request: request))
    }

    /// Reads the plan of a race's folder; nil where there is none.
    ///
    /// Throws `race.badPlan` for a file that is none, and the errors of reading.
    public static func read(folder: String) throws -> RacePlan? {
        let path = "\(folder)/\(fileName)"
        guard (try? InputFile.check(path)) != nil else { return nil }
        func problem(_ found: String) -> KernelVizError {
            KernelVizError(
                code: "race.badPlan", subject: path, found: found, expected: "the plan of a race",
                advice: "Begin another race in another folder")
        }
        let text = try InputFile.text(path, limitBytes: 1 << 24)
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8)),
            document.schema == schema
        else { throw problem(JSONText.problem(text, otherwise: "no plan of a race")) }
        let settings: TrainingSettings
        do {
            settings = try TrainingSettings(values: document.train)
        } catch let error as KernelVizError { throw problem("\(error.subject) \(error.found)") }
        let size = document.size
        guard (1...1000).contains(size.contenders),
            size.contenders == document.contenders.count, (1...size.contenders).contains(size.finalists),
            (1...1_000_000).contains(size.epochs), (1...20).contains(size.looks),
            (1...10_000).contains(size.seedsPerLook), size.looks * size.seedsPerLook > 1,
            size
                == RaceSize(
                    contenders: size.contenders, finalists: size.finalists, epochs: size.epochs, looks: size.looks,
                    seedsPerLook: size.seedsPerLook), document.level > 0, document.level < 1
        else { throw problem("numbers that do not fit together") }
        return RacePlan(
            baseline: try document.baseline.contender(path),
            contenders: try document.contenders.map {
                try $0.contender(path)
            }, data: document.data, settings: settings, size: size, level: document.level,
            needsLearnedKernels: document.needsLearnedKernels, request: document.request)
    }

    /// Throws `race.otherPlan` unless the user asks for what this plan was made for.
    ///
    /// - Parameters:
    ///   - request: The options of the call, by name.
    ///   - folder: The race's folder, for the error.
    public func check(sameAs request: [String: String], folder: String) throws {
        let names = Set(self.request.keys).union(request.keys).sorted()
        guard let name = names.first(where: { self.request[$0] != request[$0] }) else { return }
        func text(_ value: String?) -> String { value.map { "\(name) \($0)" } ?? "no \(name)" }
        throw KernelVizError(
            code: "race.otherPlan", subject: "\(folder)/\(Self.fileName)",
            found: "a race that was begun with \(text(self.request[name]))",
            expected: text(request[name]),
            advice: "Go on with the same command, or begin another race in another folder")
    }

    private struct Document: Codable {
        struct Net: Codable {
            let name: String
            let config: String
            let start: WeightStart
            let initial: String?
            let why: String
            let timeRatio: Double?

            init(_ contender: Contender) {
                name = contender.name
                config = contender.config.yaml()
                start = contender.start
                initial = contender.initial
                why = contender.why
                timeRatio = contender.timeRatio
            }

            func contender(_ path: String) throws -> Contender {
                Contender(
                    name: name, config: try VGNetConfig(yaml: config, subject: "\(path): \(name)"), start: start,
                    initial: initial, why: why, timeRatio: timeRatio)
            }
        }

        let schema: String
        let baseline: Net
        let contenders: [Net]
        let data: RacePlan.DataSet
        let train: [String: String]
        let size: RaceSize
        let level: Double
        let needsLearnedKernels: Bool
        let request: [String: String]
    }
}
