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

    /// Lays the page out; where a greatest height is given, maps shrink and fewer channels are shown until it fits.
    ///
    /// Throws `figures.noLayers` without parts, `figures.badWidth` or `figures.tooLow`.
    public static func figure(
        of parts: [Part], title: String, subject: String, caption: String, widthMillimetres: Double = 170,
        maximumHeightMillimetres: Double? = nil
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: parts.count, network: title)
        return try FeatureMapsFigure.Size.largest(maximumHeightMillimetres: maximumHeightMillimetres) { size in
            var page = Page(widthMillimetres: widthMillimetres)
            page.heading(title, subject)
            for part in parts {
                page.y += 6
                page.subheading(part.title)
                part.maps.draw(size, on: &page)
                if !part.findings.isEmpty { page.caption(part.findings.joined(separator: " ")) }
            }
            page.y += 4
            page.caption(caption)
            return page.finished(title: "\(title): \(subject)")
        }
    }
}
