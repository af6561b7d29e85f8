/// Series of measurements that share an axis.
public struct PlotPanel<Point: Sendable & Equatable>: Sendable, Equatable {
    /// What the axis shows ("loss", "input size (pixels)").
    public let title: String
    /// The lines.
    public let series: [Series]

    /// What was measured of one quantity, or of one network.
    public struct Series: Sendable, Equatable {
        /// The quantity's or the network's name.
        public let name: String
        /// Its measurements.
        public let points: [Point]

        /// Names a series.
        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// Joins series under a title.
    public init(title: String, series: [Series]) {
        self.title = title
        self.series = series
    }
}
