import Testing

@testable import Figures

@Suite struct KernelGridLayoutTests {
    @Test(arguments: [1, 7, 8, 24, 96, 144, 576, 960, 2944], [573, 1271, 3105])
    func everyKernelHasItsPlaceWithinTheWidth(count: Int, width: Int) {
        for (size, strip) in [(3, 1), (5, 1), (7, 1), (3, count % 3 == 0 ? 3 : 1)] {
            let layout = KernelGridLayout(count: count, kernelSize: size, strip: strip, width: width, hasLabels: true)
            #expect(layout.width <= width)
            #expect(layout.columns * layout.rows >= layout.shownStrips)
            #expect(layout.cell >= 3)
            #expect(layout.height <= width * 23 / 20 + 1)
            var last = -1
            for column in 0..<min(layout.columns, layout.shownStrips) {
                let x = layout.corner(strip: column, slice: 0).x
                #expect(x > last && x + layout.kernelSide <= width)
                last = x + layout.kernelSide
            }
        }
    }

    @Test func fullRowsArePreferred() {
        let layout = KernelGridLayout(count: 144, kernelSize: 3, strip: 1, width: 1271, hasLabels: true)
        #expect(144 % layout.columns == 0)
        let few = KernelGridLayout(count: 8, kernelSize: 3, strip: 1, width: 1271, hasLabels: true)
        #expect(few.columns == 8 && few.rows == 1)
    }

    @Test(arguments: [477, 1271, 3105]) func stripsStandFurtherApartThanTheirSlices(width: Int) {
        for (count, strip) in [(1216, 8), (96, 3), (2944, 16)] {
            let layout = KernelGridLayout(count: count, kernelSize: 3, strip: strip, width: width, hasLabels: true)
            #expect(layout.gap >= 2 * layout.sliceGap)
            // The outline around a slice touches no neighbour's frame.
            #expect(layout.outline < layout.sliceGap && layout.outline >= 1)
            let (first, below) = (
                layout.corner(strip: 0, slice: strip - 1), layout.corner(strip: layout.columns, slice: 0)
            )
            #expect(below.y - (first.y + layout.kernelSide) == layout.gap)
        }
    }

    @Test func hugeLayersAreCutToAPage() {
        let layout = KernelGridLayout(count: 262_144, kernelSize: 3, strip: 1, width: 1271, hasLabels: false)
        #expect(layout.shownStrips < 262_144)
        #expect(layout.shownStrips == layout.columns * layout.rows)
        #expect(layout.height <= 1271 * 23 / 20)
    }
}
