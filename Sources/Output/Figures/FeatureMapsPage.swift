/// The feature maps of several networks on one page (Fig. 6).
public enum FeatureMapsPage {
    /// One network.
    public struct Part: Sendable {
        /// What stands above it.
        public let title: String
        /// Its maps.
        public let maps: FeatureMapsFigure
        /// Sentences below them.
        public let findings: [String]

        /// Names a network's maps.
        public init(title: String, maps: FeatureMapsFigure, findings: [String] = []) {
            (self.title, self.maps, self.findings) = (title, maps, findings)
        }
    }

    /// Lays the page out.
    ///
    /// Throws `figures.noLayers` without parts, or `figures.badWidth`.
    public static func figure(
        of parts: [Part], title: String, subject: String, caption: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: parts.count, network: title)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, subject)
        for part in parts {
            page.y += 6
            page.subheading(part.title)
            part.maps.draw(on: &page)
            if !part.findings.isEmpty { page.caption(part.findings.joined(separator: " ")) }
        }
        page.y += 4
        page.caption(caption)
        return page.finished(title: "\(title): \(subject)")
    }
}
