import Diagnostics
import Tensors

/// The feature maps before and behind one layer for one picture, the most similar channels linked (Fig. 6).
public struct FeatureMapsFigure: Sendable {
    /// One side: a tensor with what it is called.
    public struct Side: Sendable, Equatable {
        /// What stands above the maps ("behind #5 conv_dw_4").
        public let title: String
        /// C×H×W, or 1×C×H×W.
        public let maps: Tensor

        /// Names a side.
        public init(title: String, maps: Tensor) {
            self.title = title
            self.maps = maps
        }
    }

    /// What is seen of a picture.
    public struct Picture: Sendable, Equatable {
        /// Pixels in a row.
        public let width: Int
        /// Rows.
        public let height: Int
        /// Red, green, blue, row by row.
        public let bytes: [UInt8]

        /// Wraps pixels; `bytes.count == width·height·3`.
        public init(width: Int, height: Int, bytes: [UInt8]) {
            precondition(width > 0 && height > 0 && bytes.count == width * height * 3)
            (self.width, self.height, self.bytes) = (width, height, bytes)
        }
    }

    /// How much room the maps take.
    struct Size: Equatable {
        /// Whether pairs and grids are small.
        let isCompact: Bool
        /// Channels that each side shows at most.
        let channelLimit: Int

        /// The largest first.
        static let all = [
            Size(isCompact: false, channelLimit: FeatureMapsFigure.channelLimit),
            Size(isCompact: true, channelLimit: FeatureMapsFigure.channelLimit),
            Size(isCompact: true, channelLimit: 32), Size(isCompact: true, channelLimit: 16),
        ]

        /// The figure of the largest size that fits a height, where one is given.
        static func largest(
            maximumHeightMillimetres limit: Double?, _ draw: (Size) -> Figure
        ) throws -> Figure {
            guard let limit else { return draw(all[0]) }
            var figure = draw(all[0])
            for size in all.dropFirst() where figure.height > limit * Length.pointsPerMillimetre { figure = draw(size) }
            try Figure.check(figure, maximumHeightMillimetres: limit)
            return figure
        }
    }

    /// Channels that each side shows at most.
    public static let channelLimit = 64
    private static let pairLimit = 8

    private let before: Side
    private let behind: Side
    private let picture: Picture?
    private let pairs: ChannelPairs
    private let pairsOwn: Bool

    /// Compares the two sides; for a depthwise layer (`pairsOwn`) channel i with channel i alone.
    ///
    /// Throws `figures.badMaps` where a side is not 1×C×H×W or C×H×W with at least one number.
    public init(before: Side, behind: Side, picture: Picture?, pairsOwn: Bool = false) throws {
        for side in [before, behind] {
            let shape = side.maps.shape.dimensions
            guard shape.count == 3 || (shape.count == 4 && shape[0] == 1), shape.allSatisfy({ $0 > 0 }) else {
                throw KernelVizError(
                    code: "figures.badMaps", subject: side.title, found: "shape \(side.maps.shape)",
                    expected: "1×C×H×W: feature maps of one picture", advice: "Choose a convolution of the network")
            }
        }
        (self.before, self.behind, self.picture) = (before, behind, picture)
        self.pairsOwn = pairsOwn
        pairs = ChannelPairs(inputs: before.maps, outputs: behind.maps, pairsOwn: pairsOwn)
    }

    /// The comparison behind the picture.
    public var similarity: ChannelPairs { pairs }
    /// The pairs that are drawn, the most similar first.
    public var linkedPairs: [ChannelPairs.Pair] { pairs.closest(Self.pairLimit) }
    /// Rows of a map behind the layer.
    public var mapHeight: Int { FeatureMap(behind.maps).height }
    /// Whether the layer leaves the resolution as it is.
    public var keepsResolution: Bool { FeatureMap(before.maps).height == mapHeight }

    /// Lays the picture out; where a greatest height is given, maps shrink and fewer channels are shown until it fits.
    ///
    /// Throws `figures.badWidth` or `figures.tooLow`.
    public func figure(
        network: String, subject: String, widthMillimetres: Double = 170, maximumHeightMillimetres: Double? = nil
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        return try Size.largest(maximumHeightMillimetres: maximumHeightMillimetres) { size in
            var page = Page(widthMillimetres: widthMillimetres)
            page.heading(network, subject)
            draw(size, on: &page)
            return page.finished(title: "\(network): \(subject)")
        }
    }

    /// Draws facts, pairs and both grids below what is on the page.
    func draw(_ size: Size, on page: inout Page) {
        let (a, b) = (FeatureMap(before.maps), FeatureMap(behind.maps))
        let chance = ChannelPairs.chanceLevel(inputs: before.maps, outputs: behind.maps, pairsOwn: pairsOwn)
        let partner = pairsOwn ? "their own input channel" : "an input channel"
        page.facts(
            [
                "\(a.channels) channels of \(a.height)×\(a.width) → \(b.channels) of \(b.height)×\(b.width)",
                "\(NumberFormat.share(pairs.share(above: 0.95))) of the outputs show \(partner) with |r| > 0.95",
                "\(NumberFormat.share(pairs.share(above: 0.8))) with |r| > 0.8",
            ]
                + (pairs.constantOutputs > 0
                    ? [
                        pairs.constantOutputs == 1
                            ? "1 output is constant" : "\(pairs.constantOutputs) outputs are constant"
                    ] : [])
                + (pairs.sparseOutputs > 0
                    ? ["\(NumberText.grouped(pairs.sparseOutputs)) with a few lit pixels, not compared"] : [])
                + (chance < 1
                    ? [
                        "by chance 95 % stay below |r| = \(NumberText.fixed(chance, decimals: 2)) (inputs moved by half)"
                    ]
                    : []))
        page.y += 4
        let closest = linkedPairs
        drawPairs(closest, a, b, isCompact: size.isCompact, on: &page)
        page.y += 8
        let marks = closest.enumerated().map { ($0.element, CurvesFigure.colors[$0.offset % 8]) }
        let sides = [
            (before.title, a, Dictionary(uniqueKeysWithValues: marks.map { ($0.0.input, $0.1) })),
            (behind.title, b, Dictionary(uniqueKeysWithValues: marks.map { ($0.0.output, $0.1) })),
        ]
        page.columns(2, gap: 14, blocks: 2) { page, side in
            page.subheading(sides[side].0)
            drawGrid(sides[side].1, frames: sides[side].2, size, on: &page)
        }
        page.y += 3
        let shown = [a, b].contains { $0.channels > size.channelLimit }
        page.caption(
            "Each map from its own 1st to its 99th percentile, dark to bright. r: Pearson's correlation over the "
                + "pixels; inputs are averaged down where the outputs are smaller. Frames: the linked channels, numbered "
                + "from 0."
                + (shown ? " Grids show the linked channels and the first others, \(size.channelLimit) at most." : ""))
    }

    /// The picture, then the closest pairs: input, line with r, output.
    private func drawPairs(
        _ closest: [ChannelPairs.Pair], _ a: FeatureMap, _ b: FeatureMap, isCompact: Bool, on page: inout Page
    ) {
        let size = Page.FontSize.tick
        let layout = PairLayout(
            pairs: closest.count, aspect: picture.map { Double($0.width) / Double($0.height) } ?? 0,
            width: page.contentWidth, isCompact: isCompact)
        let top = page.y
        var origin = FigurePoint(page.left, top)
        if let picture {
            let frame = FigureRect(
                x: page.left, y: top, width: layout.pictureHeight * layout.aspect, height: layout.pictureHeight)
            page.add(
                .raster(Raster(frame: frame, width: picture.width, height: picture.height, bytes: picture.bytes)))
            origin =
                layout.isBeside
                ? FigurePoint(frame.right + PairLayout.gap, top) : FigurePoint(page.left, frame.bottom + PairLayout.gap)
            page.y = frame.bottom
        }
        let (side, link) = (layout.side, layout.link)
        for (index, pair) in closest.enumerated() {
            let x = origin.x + Double(index % layout.columns) * (2 * side + link + PairLayout.gap)
            let y = origin.y + Double(index / layout.columns) * (side + PairLayout.rowGap)
            let color = CurvesFigure.colors[index % 8]
            let boxes = [x, x + side + link].map { FigureRect(x: $0, y: y, width: side, height: side) }
            for (box, map, channel) in [(boxes[0], a, pair.input), (boxes[1], b, pair.output)] {
                page.add(.rectangle(box, fill: color))
                drawMap(map, channel, in: box.expanded(-1), on: &page)
                page.text(
                    "\(channel)", at: FigurePoint(box.x + side / 2, box.bottom + 1 + size * TextMetrics.ascent),
                    size: size,
                    anchor: .middle, color: .quietInk)
            }
            let middle = y + side / 2
            page.line(
                from: FigurePoint(boxes[0].right, middle), to: FigurePoint(boxes[1].x, middle),
                Stroke(color, width: 1.4))
            page.text(
                NumberText.fixed(pair.correlation, decimals: 3),
                at: FigurePoint(boxes[0].right + link / 2, middle - 3), size: size, anchor: .middle, color: .ink)
            page.y = max(page.y, y + side + size + 3)
        }
        if closest.isEmpty {
            page.text(
                "no channel varies over the picture", at: FigurePoint(origin.x, origin.y + size), size: size,
                color: .quietInk)
            page.y = max(page.y, origin.y + size + 3)
        }
    }

    private func drawGrid(_ map: FeatureMap, frames: [Int: FigureColor], _ size: Size, on page: inout Page) {
        let others = (0..<map.channels).filter { frames[$0] == nil }.prefix(size.channelLimit - frames.count)
        let channels = (frames.keys + others).sorted()
        let gap = 2.0
        // Full rows where some number of columns gives them.
        let most = size.isCompact ? 16 : 8
        let columns =
            (most / 2...most).reversed().first { channels.count % $0 == 0 }
            ?? max(1, min(most, Int(Double(channels.count).squareRoot().rounded(.up)) * most / 8))
        let side = min(60, (page.contentWidth - gap * Double(columns - 1)) / Double(columns))
        for (place, channel) in channels.enumerated() {
            let box = FigureRect(
                x: page.left + Double(place % columns) * (side + gap),
                y: page.y + Double(place / columns) * (side + gap), width: side, height: side)
            if let color = frames[channel] { page.add(.rectangle(box, fill: color)) }
            drawMap(map, channel, in: frames[channel] == nil ? box : box.expanded(-1.2), on: &page)
        }
        page.y += Double((channels.count + columns - 1) / columns) * (side + gap)
    }

    private func drawMap(_ map: FeatureMap, _ channel: Int, in box: FigureRect, on page: inout Page) {
        let values = map.channel(channel)
        let sorted = values.filter(\.isFinite).sorted()
        let cut = sorted.count / 100
        var (low, high) = sorted.isEmpty ? (0, 0) : (sorted[cut], sorted[sorted.count - 1 - cut])
        if low == high, let first = sorted.first, let last = sorted.last { (low, high) = (first, last) }
        let bytes = values.flatMap { value -> [UInt8] in
            guard value.isFinite else { return [Hatch.paper.red, Hatch.paper.green, Hatch.paper.blue] }
            let color = ColorMap.cividis.color(high > low ? Double((value - low) / (high - low)) * 2 - 1 : -1)
            return [color.red, color.green, color.blue]
        }
        page.add(.raster(Raster(frame: box, width: map.width, height: map.height, bytes: bytes)))
    }
}

/// Where the picture and the pairs of maps go: as large as they can be beside each other, or as low; else one below the
/// other.
private struct PairLayout {
    static let gap = 14.0
    /// From the foot of one map to the head of the next: room for the channel's number.
    static let rowGap = 16.0
    private static let largestSide = 72.0

    /// The line between two maps: room for the correlation.
    let link: Double
    /// The picture's width divided by its height; 0 without one.
    let aspect: Double
    let columns: Int
    /// The side of a map.
    let side: Double
    let isBeside: Bool
    let pictureHeight: Double

    init(pairs: Int, aspect: Double, width: Double, isCompact: Bool) {
        self.aspect = aspect
        link = isCompact ? 26 : 30
        let smallestSide = isCompact ? 26.0 : 28
        let count = Double(max(1, pairs))
        var best: (columns: Int, side: Double)?
        // More columns are lower rows: the last that fit, where height is scarce.
        for columns in [1, 2, 4] {
            // The picture is as tall as the pairs: aspect·(rows·(side + gap)) + pairs = width.
            let rows = (count / Double(columns)).rounded(.up)
            let fixed =
                (aspect > 0 ? Self.gap : 0) + Double(columns) * link + Double(columns - 1) * Self.gap + aspect
                * (rows * Self.rowGap - 6)
            let side = min(Self.largestSide, (width - fixed) / (aspect * rows + 2 * Double(columns)))
            if side >= (isCompact ? nil : best?.side) ?? smallestSide { best = (columns, side) }
        }
        if let best {
            (columns, side, isBeside) = (best.columns, best.side, true)
            let rows = (count / Double(best.columns)).rounded(.up)
            pictureHeight = rows * (best.side + Self.rowGap) - 6
        } else {
            let columns = max(1, Int((width + Self.gap) / (2 * smallestSide + link + Self.gap)))
            let room = (width + Self.gap) / Double(columns) - Self.gap
            (self.columns, side, isBeside) = (columns, isCompact ? smallestSide : (room - link) / 2, false)
            pictureHeight = aspect > 0 ? min(isCompact ? 70 : 120, width / aspect) : 0
        }
    }
}
