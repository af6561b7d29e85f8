import TemplateMatching

// Named here once more, as a name from another module would be a call.
extension MatchingLanes {
    /// Rows of features (`FeatureScan.Row`, `FitScan.Row`).
    enum Row {
        static var scale: Int { 0 }
        static var sum: Int { 1 }
        static var absoluteSum: Int { 2 }
        static var energy: Int { 3 }
        static var outputEnergy: Int { 4 }
        static var outputOfOnes: Int { 5 }
        static var outputAtPeak: Int { 6 }
        static var horizontal: Int { 7 }
        static var vertical: Int { 8 }
        static var checker: Int { 9 }
        /// Weight-space R² of the best blur, first and second derivative.
        static var fits: Int { 10 }
        /// Functional R² of the same templates.
        static var functional: Int { 13 }
    }

    /// Rows of places (`FitScan.Place`).
    enum Place {
        static var strongest: Int { 0 }
        static var templates: Int { 1 }
        static var kinds: Int { 4 }
    }

    /// Rows of what only descriptions need (`ShapeScan.Row`).
    enum Shape {
        static var momentX: Int { 0 }
        static var momentY: Int { 1 }
        static var gradient: Int { 2 }
        static var axis: Int { 3 }
        static var centre: Int { 4 }
        static var sides: Int { 5 }
        static var peak: Int { 6 }
        static var peakX: Int { 7 }
        static var peakY: Int { 8 }
        static var spread: Int { 9 }
        static var norm: Int { 10 }
    }
}
