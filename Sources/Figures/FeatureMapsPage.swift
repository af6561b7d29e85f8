/// The feature maps of several networks on one page (Fig. 6).
public enum FeatureMapsPage {
    /// One network.
    public struct Part: Sendable {
        /// What stands above it.
        public let title: String
        /// Its maps.
        public let maps: FeatureMapsFigure

        /// Names a network's maps.
        public init(title: String, maps: FeatureMapsFigure) {
            (self.title, self.maps) = (title, maps)
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
        }
        page.y += 4
        page.caption(caption)
        return page.finished(title: "\(title): \(subject)")
    }
}
