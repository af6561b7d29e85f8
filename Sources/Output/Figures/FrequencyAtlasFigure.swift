import Classification
import Diagnostics
import Kernels

/// The amplitude responses of a network's kernels by label and shape, with radial profiles and Nyquist's line.
public enum FrequencyAtlasFigure {
    /// Lays the picture out; `maps` are the places among labels and shapes of the maps that are drawn, all without. The
    /// profiles stand above the first map alone, so that pages of maps do not repeat them.
    ///
    /// Throws `figures.noPoints` where no kernel has a response, or `figures.badWidth`.
    public static func figure(
        of atlas: FrequencyAtlas, maps: [Int]? = nil, network: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        let groups = atlas.labels + atlas.shapes
        let maps = maps ?? Array(groups.indices)
        precondition(maps.allSatisfy(groups.indices.contains))
        try Figure.check(widthMillimetres: widthMillimetres)
        guard !atlas.labels.isEmpty else {
            throw KernelVizError(
                code: "figures.noPoints", subject: network, found: "no kernel that is finite and not zero",
                expected: "at least one")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "what the kernels of each label and shape pass")
        page.y += 2
        let hasProfiles = maps.first == 0
        if hasProfiles {
            page.flow(atlas.labels.map { Legend.line(stroke($0.label), "\($0.name) \(NumberText.grouped($0.count))") })
            page.y += 5
            drawProfiles(atlas.labels, on: &page)
            page.y += 6
        }
        page.flow([
            Legend.ramp(.cividis, low: "0", high: "1"), Legend.words("centre: constant image"),
            Legend.words("corner: checkerboard"),
        ])
        page.y += 5
        drawMaps(maps.map { groups[$0] }, on: &page)
        page.y += 3
        page.caption(caption(atlas, hasProfiles: hasProfiles))
        return page.finished(title: "\(network): frequency atlas")
    }

    private static func caption(_ atlas: FrequencyAtlas, hasProfiles: Bool) -> String {
        let half = FrequencyAtlas.radii.firstIndex(of: 0.25) ?? 0
        let parts = atlas.labels.map { "\($0.name) \(NumberText.fixed($0.profile[half], decimals: 2))" }
        let isSampled = (atlas.labels + atlas.shapes).contains { $0.count > FrequencyAtlas.kernelLimit }
        return [
            "|H| of each kernel divided by its Σ|w|.",
            hasProfiles
                ? "Curves: mean around rings of equal frequency, bars the middle 80 % of the kernels. At 0.25 cycles per "
                    + "pixel, Nyquist's limit behind a stride of 2: \(parts.joined(separator: ", "))." : "",
            "Maps: mean over both frequencies, −½ … ½ cycles per pixel, fx to the right, fy down; inside the dashed square "
                + "nothing aliases behind a stride of 2. Peak: the ring of the largest mean amplitude in cycles per pixel; "
                + "low-pass where that is the centre.",
            isSampled
                ? "Of more than \(FrequencyAtlas.kernelLimit) kernels an even sample is measured." : "",
            atlas.shapes.isEmpty ? "" : "Shapes of fewer than 3 kernels are left out.",
        ].filter { !$0.isEmpty }.joined(separator: " ")
    }

    // MARK: Profiles

    /// Colour and dashes of a label's line; other's own colour would be too pale for a line.
    static func stroke(_ label: KernelLabel) -> Stroke {
        switch label {
        case .identity: Stroke(LabelPalette.color(label), width: 1.1)
        case .blur: Stroke(LabelPalette.color(label), width: 1.6)
        case .edge: Stroke(LabelPalette.color(label), width: 1.2, dash: [4, 1.6])
        case .zero, .other: Stroke(FigureColor(grey: 0x8C), width: 1, dash: [1.4, 1.4])
        }
    }

    private static func drawProfiles(_ groups: [FrequencyAtlas.Group], on page: inout Page) {
        let radii = FrequencyAtlas.radii
        var plot = PlotFrame(
            x: PlotAxis(title: "frequency (cycles per pixel)", range: 0...(radii.last ?? 1)),
            y: PlotAxis(title: "mean |H|", range: 0...1), height: min(max(page.contentWidth * 0.3, 84), 130),
            headroom: 10)
        plot.draw(on: &page)
        for (frequency, name, dash) in [(0.5, "Nyquist", []), (0.25, "Nyquist at stride 2", [3.0, 2])] {
            let x = plot.xPlace(frequency)
            page.line(
                from: FigurePoint(x, plot.area.y), to: FigurePoint(x, plot.area.bottom),
                Stroke(.ink, width: 0.6, dash: dash))
            page.text(
                name, at: FigurePoint(x, plot.area.y - 2.5), size: Page.FontSize.tick, anchor: .middle, color: .quietInk
            )
        }
        for (number, group) in groups.enumerated() {
            let line = stroke(group.label)
            page.add(.path(FigurePath(zip(radii, group.profile).map { plot.point($0, $1) }, stroke: line)))
            // Beside each other, so that the bars of several labels are told apart.
            for ring in stride(from: 2 + number, to: radii.count, by: 5) {
                ErrorBar.vertical(
                    (plot.yPlace(min(1, group.low[ring])), plot.yPlace(min(1, group.high[ring]))),
                    x: plot.xPlace(radii[ring]), cap: 1.4, Stroke(line.color, width: 0.6), on: &page)
            }
        }
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
    }

    // MARK: Maps

    /// Where the mean amplitude is largest; what passes a constant image best passes the low frequencies.
    private static func peak(_ group: FrequencyAtlas.Group) -> String {
        group.peak > 0 ? "peak \(NumberText.fixed(group.peak, decimals: 2))" : "low-pass"
    }

    private static func drawMaps(_ groups: [FrequencyAtlas.Group], on page: inout Page) {
        let (size, small, gap) = (Page.FontSize.tick, 6.0, 9.0)
        // As small as the longest name of a shape allows.
        let columns = max(1, Int((page.contentWidth + gap) / (42 + gap)))
        let side = min(72, (page.contentWidth - gap * Double(columns - 1)) / Double(columns))
        let pitch = size + 3 + side + 2 * (small + 1.5) + 7
        var top = page.y
        for (index, group) in groups.enumerated() {
            let column = index % columns
            if column == 0, index > 0 { top += pitch }
            let x = page.left + Double(column) * (side + gap)
            LabelBar.draw(
                group.label, in: FigureRect(x: x, y: top + size * 0.5, width: 7, height: 2), on: &page)
            let name = TextFitting.shortenedMiddle(
                group.name, to: side - 9, size: small, weight: group.shape == nil ? .bold : .regular)
            page.text(
                name, at: FigurePoint(x + 9, top + size * TextMetrics.ascent), size: small,
                weight: group.shape == nil ? .bold : .regular, color: .ink)
            let frame = FigureRect(x: x, y: top + size + 3, width: side, height: side)
            page.add(FrequencyResponse.map(of: group.amplitudes, in: frame))
            let inner = frame.expanded(-side / 4)
            let corners = [
                (inner.x, inner.y), (inner.right, inner.y), (inner.right, inner.bottom), (inner.x, inner.bottom),
            ]
            page.add(
                .path(
                    FigurePath(
                        corners.map { FigurePoint($0.0, $0.1) }, isClosed: true,
                        stroke: Stroke(.white, width: 0.5, dash: [2, 1.5]))))
            for (line, text) in ["n \(NumberText.grouped(group.count))", peak(group)].enumerated() {
                let baseline = frame.bottom + 2 + small * TextMetrics.ascent + Double(line) * (small + 1.5)
                page.text(text, at: FigurePoint(x, baseline), size: small, color: .quietInk)
            }
        }
        page.y = top + pitch - 4
    }
}
