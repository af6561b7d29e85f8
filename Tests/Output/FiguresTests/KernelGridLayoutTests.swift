import Testing

@testable import Figures

@Suite struct KernelGridLayoutTests {
    /// The best grid of `count` kernels in strips.
    private static func layout(
        _ count: Int, size: Int = 3, strip: Int = 1, width: Int, hasLabels: Bool, height: Int? = nil, cell: Int? = nil
    ) -> KernelGridLayout {
        KernelGridLayout(
            KernelGridLayout.Request(
                sections: [(count + strip - 1) / strip], kernelSize: size, strip: strip, width: width,
                hasLabels: hasLabels, maximumHeight: height, cell: cell))
    }

    @Test(arguments: [1, 7, 8, 24, 96, 144, 576, 960, 2944], [573, 1271, 3105])
    func everyKernelHasItsPlaceWithinTheWidth(count: Int, width: Int) {
        for (size, strip) in [(3, 1), (5, 1), (7, 1), (3, count % 3 == 0 ? 3 : 1)] {
            let layout = Self.layout(count, size: size, strip: strip, width: width, hasLabels: true)
            #expect(layout.width <= width)
            #expect(layout.columns * layout.rows >= layout.shownStrips)
            #expect(layout.cell >= 4)
            #expect(layout.height <= width * 23 / 20 + 1)
            var last = -1
            for column in 0..<min(layout.columns, layout.shownStrips) {
                let x = layout.corner(place: column).x
                #expect(x > last && x + layout.kernelSide <= width)
                last = x + layout.kernelSide
            }
        }
    }

    @Test func fullRowsArePreferred() {
        let layout = Self.layout(144, width: 1906, hasLabels: true)
        #expect(144 % layout.columns == 0)
        let few = Self.layout(8, width: 1906, hasLabels: true)
        #expect(few.columns == 8 && few.rows == 1)
    }

    @Test(arguments: [477, 1271, 3105]) func stripsStandFurtherApartThanTheirSlices(width: Int) {
        for (count, strip) in [(1216, 8), (96, 3), (2944, 16)] {
            let layout = Self.layout(count, strip: strip, width: width, hasLabels: true)
            #expect(layout.gap >= 2 * layout.sliceGap)
            // The outline around a slice touches no neighbour's frame.
            #expect(layout.outline < layout.sliceGap && layout.outline >= 1)
            let (first, below) = (
                layout.corner(place: 0, slice: strip - 1), layout.corner(place: layout.columns)
            )
            #expect(below.y - (first.y + layout.kernelHeight) == layout.gap)
            // Nor the bar of its own label.
            #expect(layout.outline < layout.barGap)
        }
    }

    @Test func hugeLayersAreCutToAPage() {
        let layout = Self.layout(262_144, width: 1906, hasLabels: false)
        #expect(layout.shownStrips < 262_144)
        #expect(layout.shownStrips == layout.columns * layout.rows)
        #expect(layout.height <= 1906 * 23 / 20)
        // From the first to nearly the last kernel, evenly spaced.
        let places = layout.shownPlaces(ofSection: 0)
        #expect(places.count == layout.shownStrips && places[0] == 0)
        let steps = Set(zip(places, places.dropFirst()).map { $1 - $0 })
        #expect((steps.max() ?? 0) - (steps.min() ?? 0) <= 1 && (places.last ?? 0) > 262_144 - 100)
    }

    @Test(arguments: [100, 300, 700]) func aGreatestHeightIsKept(height: Int) {
        for count in [9, 144, 960, 2944] {
            let layout = Self.layout(count, width: 1906, hasLabels: true, height: height)
            #expect(layout.height <= height)
            #expect(layout.shownStrips > 0 && layout.shownStrips <= count)
        }
    }

    @Test func sectionsBeginRowsBelowTheirHeadings() {
        let layout = KernelGridLayout(
            KernelGridLayout.Request(sections: [5, 40, 1], kernelSize: 3, width: 600, hasLabels: true))
        #expect(layout.shown == [5, 40, 1])
        for section in 0..<3 {
            let (top, first) = (layout.top(ofSection: section), layout.corner(section: section, place: 0))
            #expect(first.x == 0 && first.y == top + KernelGridLayout.heading)
        }
        let lastOfSecond = layout.corner(section: 1, place: 39)
        #expect(layout.top(ofSection: 2) >= lastOfSecond.y + layout.kernelHeight)
        #expect(layout.corner(section: 2, place: 0).y + layout.kernelHeight == layout.height)
    }

    @Test func sectionsThatAreCutKeepTheirShares() {
        let layout = KernelGridLayout(
            KernelGridLayout.Request(
                sections: [60_000, 20_000, 3], kernelSize: 3, width: 1906, hasLabels: true, maximumHeight: 800))
        #expect(layout.height <= 800)
        #expect(layout.shown[2] == 3)
        #expect(layout.shown[0] > 2 * layout.shown[1] && layout.shown[1] > 0)
    }
}
