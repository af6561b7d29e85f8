import Figures

/// The page on which a served folder is looked at: its networks as they appear, and figures of the one that is chosen.
public struct ServedFolderPage: Sendable {
    /// A figure that can be chosen.
    public struct Choice: Sendable, Equatable {
        /// What the server calls it.
        public let name: String
        /// What readers see.
        public let title: String
        /// Whether a layer must be chosen for it.
        public let needsLayer: Bool
        /// Whether a picture must be chosen for it.
        public let needsPicture: Bool

        /// Groups the values.
        public init(name: String, title: String, needsLayer: Bool, needsPicture: Bool) {
            (self.name, self.title) = (name, title)
            (self.needsLayer, self.needsPicture) = (needsLayer, needsPicture)
        }
    }

    private let folder: String
    private let figures: [Choice]
    private let version: String

    /// A page on the folder of this name.
    public init(folder: String, figures: [Choice], version: String) {
        (self.folder, self.figures, self.version) = (folder, figures, version)
    }

    /// The whole page; it asks its server for `networks.json`, `layers.json` and `figure.svg`.
    public var text: String {
        let options = figures.map { figure in
            "<option value=\"\(InlineSVG.escaped(figure.name))\" data-layer=\"\(figure.needsLayer)\" "
                + "data-picture=\"\(figure.needsPicture)\">\(InlineSVG.escaped(figure.title))</option>"
        }
        let networks = """
            <section><h2>Networks</h2><p id="state" class="quiet" role="status">Asking the server.</p>
            <div class="scroll"><table class="sortable" id="networks"><thead><tr>\
            \(HTMLTable.header("network"))\(HTMLTable.header("written"))\(HTMLTable.header("bytes"))</tr></thead>\
            <tbody></tbody></table></div></section>
            """
        let chosen = """
            <section><h2>Figures</h2><div class="fields">
            <label>Network <select id="network"></select></label>
            <label>Figure <select id="kind">\(options.joined())</select></label>
            <label id="layer-field">Layer <select id="layer"></select></label>
            <label id="picture-field">Picture <select id="picture"></select></label></div>
            <p id="drawn" class="quiet" role="status"></p>
            <figure><img id="figure" class="served" alt="" hidden></figure></section>
            """
        return HTMLPage(
            title: "\(folder): networks", heading: folder, sections: [networks, chosen],
            note: "Networks are looked for every 2 seconds; nothing is written.", version: version,
            script: HTMLScript.served
        ).text
    }

    /// A page that says why there is none.
    public static func problem(_ sentence: String, version: String) -> String {
        HTMLPage(
            title: "kernelviz", heading: "No page",
            sections: ["<section>\(HTMLPage.words(sentence))<p><a href=\"/\">To the networks</a></p></section>"],
            note: "", version: version
        ).text
    }

    /// The script of a page, as its element holds it: what a Content Security Policy names by its hash.
    public static func script(of page: String) -> String? {
        guard let start = page.ranges(of: "<script>").last, let end = page.ranges(of: "</script>").last,
            start.upperBound <= end.lowerBound
        else { return nil }
        return String(page[start.upperBound..<end.lowerBound])
    }
}
