import Files
import KernelViz
import Serving

/// What a server of a folder answers.
struct ServedPages: Sendable {
    let folder: ServedFolder
    /// The folder as the user named it.
    let title: String
    let work = ServedWork()

    /// The answer to a request; what cannot be made is a sentence.
    func answer(_ request: PageRequest) async -> PageReply {
        do {
            switch request.path {
            case "/": return Self.page(index)
            case "/favicon.ico": return PageReply(type: "image/svg+xml", body: Array(Self.icon.utf8))
            case "/networks.json": return Self.json(folder.listing())
            case "/layers.json": return try await Self.json(bytes: layers(of: network(request)))
            case "/figure.svg":
                return PageReply(type: "image/svg+xml", body: try await figure(network(request), request.query))
            case "/report": return try await Self.page(String(decoding: report(on: network(request)), as: UTF8.self))
            default: throw Missing(sentence: "There is nothing at \(request.path.printable).")
            }
        } catch let missing as Missing {
            return Self.refusal(404, missing.sentence, isPage: request.path == "/report")
        } catch let error as KernelVizError {
            return Self.refusal(422, "\(error)", isPage: request.path == "/report")
        } catch {
            return Self.refusal(422, "The server was stopped.", isPage: false)
        }
    }

    /// A kernel of four weights.
    private static let icon =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 2 2\"><path fill=\"#2166ac\" d=\"M0 0h1v2h1v-1h-2z\"/>"
        + "<path fill=\"#b2182b\" d=\"M1 0h1v1h-2v1h1z\"/></svg>"

    /// Something that is not there.
    private struct Missing: Error {
        let sentence: String
    }

    private func network(_ request: PageRequest) throws -> ServedFolder.Network {
        let name = request.query["network"] ?? ""
        guard let network = folder.network(name) else {
            throw Missing(sentence: "There is no checkpoint '\(name.printable)' below \(title).")
        }
        return network
    }

    // MARK: Contents

    private var index: String {
        ServedFolderPage(
            folder: title,
            figures: ServedFigure.allCases.map {
                .init(name: $0.rawValue, title: $0.title, needsLayer: $0.needsLayer, needsPicture: $0.needsPicture)
            }, version: KernelVizVersion.summary
        ).text
    }

    private struct Layers: Encodable {
        struct Layer: Encodable {
            let number: Int
            let label: String
        }
        let schema = DocumentSchema.servedLayers.rawValue
        let layers: [Layer]
    }

    private func layers(of network: ServedFolder.Network) async throws -> [UInt8] {
        let path = folder.path(of: network.name)
        return try await work.bytes("layers\u{0}" + network.version) {
            let layers = try KernelBanks.squareLayers(of: ConvNetwork.open(path))
            return Array(
                JSONText.of(
                    Layers(
                        layers: layers.compactMap { layer in layer.number.map { .init(number: $0, label: layer.label) }
                        })
                ).utf8)
        }
    }

    private func report(on network: ServedFolder.Network) async throws -> [UInt8] {
        let path = folder.path(of: network.name)
        return try await work.bytes("report\u{0}" + network.version) { [work] in
            let analysed = try work.network(network.version) { try Self.analysed(path) }
            let derivation = try Derivation.derive(
                from: [analysed], options: .init(budget: try ParameterBudget(parsing: ReportCommand.standardBudget)))
            return Array(
                try HTMLReport([analysed], derivation: derivation, version: KernelVizVersion.summary)
                    .page { _, _ in try Interruption.check() }.utf8)
        }
    }

    private func figure(_ network: ServedFolder.Network, _ query: [String: String]) async throws -> [UInt8] {
        guard let figure = ServedFigure(rawValue: query["kind"] ?? "") else {
            throw Missing(sentence: "There is no figure '\((query["kind"] ?? "").printable)'.")
        }
        let picture = figure.needsPicture ? try picture(query["picture"] ?? "") : ""
        guard let layer = figure.needsLayer ? Int(query["layer"] ?? "") : 0 else {
            throw Missing(sentence: "There is no layer '\((query["layer"] ?? "").printable)'.")
        }
        let path = folder.path(of: network.name)
        let key = [figure.rawValue, network.version, "\(layer)", picture].joined(separator: "\u{0}")
        return try await work.bytes(key) { [work] in
            try figure.svg(
                of: .init(path: path, layer: layer, picture: picture) {
                    try work.network(network.version) { try Self.analysed(path) }
                })
        }
    }

    /// The path of a listed picture.
    private func picture(_ name: String) throws -> String {
        guard folder.listing().pictures.contains(name) else {
            throw Missing(sentence: "There is no picture '\(name.printable)'.")
        }
        return folder.path(of: name, isPicture: true)
    }

    private static func analysed(_ path: String) throws -> AnalysedNetwork {
        try AnalysedNetwork.analyse(ConvNetwork.open(path)) { _, _ in try Interruption.check() }
    }

    // MARK: Replies

    private static func page(_ text: String, status: Int = 200) -> PageReply {
        let hash = ServedFolderPage.script(of: text).map { Base64.text(SHA256Digest.bytes(of: Array($0.utf8))) }
        return PageReply(
            status: status, type: "text/html; charset=utf-8", body: Array(text.utf8),
            policy: hash.map(ContentPolicy.page) ?? ContentPolicy.none)
    }

    private static func json(_ value: some Encodable) -> PageReply { json(bytes: Array(JSONText.of(value).utf8)) }

    private static func json(bytes: [UInt8], status: Int = 200) -> PageReply {
        PageReply(status: status, type: "application/json", body: bytes)
    }

    private struct Refusal: Encodable {
        let error: String
    }

    private static func refusal(_ status: Int, _ sentence: String, isPage: Bool) -> PageReply {
        if isPage {
            return page(ServedFolderPage.problem(sentence, version: KernelVizVersion.summary), status: status)
        }
        return json(bytes: Array(JSONText.of(Refusal(error: sentence)).utf8), status: status)
    }
}
