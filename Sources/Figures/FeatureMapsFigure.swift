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

    /// Channels that each side shows at most.
    public static let channelLimit = 64
    private static let pairLimit = 8

    private let before: Side
    private let behind: Side
    private let picture: Picture?
    private let pairs: ChannelPairs

    /// Compares the two sides.
    ///
    /// Throws `figures.badMaps` where a side is not 1×C×H×W or C×H×W with at least one number.
    public init(before: Side, behind: Side, picture: Picture?) throws {
        for side in [before, behind] {
            let shape = side.maps.shape.dimensions
            guard shape.count == 3 || (shape.count == 4 && shape[0] == 1), shape.allSatisfy({ $0 > 0 }) else {
                throw KernelVizError(
                    code: "figures.badMaps", subject: side.title, found: "shape \(side.maps.shape)",
                    expected: "1×C×H×W: feature maps of one picture", advice: "Choose a convolution of the network")
            }
        }
        (self.before, self.behind, self.picture) = (before, behind, picture)
        pairs = ChannelPairs(inputs: before.maps, outputs: behind.maps)
    }

    /// The comparison behind the picture.
    public var similarity: ChannelPairs { pairs }

    /// Lays the picture out.
    ///
    /// Throws `figures.badWidth`.
    public func figure(network: String, subject: String, widthMillimetres: Double = 170) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, subject)
        draw(on: &page)
        return page.finished(title: "\(network): \(subject)")
    }

    /// Draws facts, pairs and both grids below what is on the page.
    func draw(on page: inout Page) {
        let (a, b) = (FeatureMap(before.maps), FeatureMap(behind.maps))
        page.facts(
            [
                "\(a.channels) channels of \(a.height)×\(a.width) → \(b.channels) of \(b.height)×\(b.width)",
                "\(NumberText.percent(pairs.share(above: 0.95))) of the outputs show an input channel with |r| > 0.95",
                "\(NumberText.percent(pairs.share(above: 0.8))) with |r| > 0.8",
            ]
                + (pairs.constantOutputs > 0
                    ? [
                        pairs.constantOutputs == 1
                            ? "1 output is constant" : "\(pairs.constantOutputs) outputs are constant"
                    ] : []))
        page.y += 4
        let closest = pairs.closest(Self.pairLimit)
        drawPairs(closest, a, b, on: &page)
        page.y += 8
        let marks = closest.enumerated().map { ($0.element, CurvesFigure.colors[$0.offset % 8]) }
        let sides = [
            (before.title, a, Dictionary(uniqueKeysWithValues: marks.map { ($0.0.input, $0.1) })),
            (behind.title, b, Dictionary(uniqueKeysWithValues: marks.map { ($0.0.output, $0.1) })),
        ]
        page.columns(2, gap: 14, blocks: 2) { page, side in
            page.subheading(sides[side].0)
            drawGrid(sides[side].1, frames: sides[side].2, on: &page)
        }
        page.y += 3
        let shown = [a, b].contains { $0.channels > Self.channelLimit }
        page.caption(
            "Each map from its own 1st to its 99th percentile, dark to bright. r: Pearson's correlation over the "
                + "pixels; inputs are averaged down where the outputs are smaller. Frames: the linked channels."
                + (shown ? " Grids show the linked channels and the first others, \(Self.channelLimit) at most." : ""))
    }

    /// The picture, then the closest pairs: input, line with r, output.
    private func drawPairs(_ closest: [ChannelPairs.Pair], _ a: FeatureMap, _ b: FeatureMap, on page: inout Page) {
        let size = Page.FontSize.tick
        let side = min(46, (page.contentWidth - 60) / 5)
        let link = 30.0
        let gap = 12.0
        let top = page.y
        var left = page.left
        if let picture {
            let height = side * 2 + size * 2 + gap
            let scale = min(height / Double(picture.height), page.contentWidth * 0.25 / Double(picture.width))
            let frame = Rect(
                x: left, y: top, width: Double(picture.width) * scale, height: Double(picture.height) * scale)
            page.add(
                .raster(Raster(frame: frame, width: picture.width, height: picture.height, bytes: picture.bytes)))
            left = frame.right + gap
            page.y = frame.bottom
        }
        let columns = max(1, Int((page.right - left + gap) / (2 * side + link + gap)))
        for (index, pair) in closest.enumerated() {
            let x = left + Double(index % columns) * (2 * side + link + gap)
            let y = top + Double(index / columns) * (side + size + 9)
            let color = CurvesFigure.colors[index % 8]
            let boxes = [x, x + side + link].map { Rect(x: $0, y: y, width: side, height: side) }
            for (box, map, channel) in [(boxes[0], a, pair.input), (boxes[1], b, pair.output)] {
                page.add(.rectangle(box, fill: color))
                drawMap(map, channel, in: box.expanded(-1), on: &page)
                page.text(
                    "\(channel)", at: Point(box.x + side / 2, box.bottom + 1 + size * TextMetrics.ascent), size: size,
                    anchor: .middle, color: .quietInk)
            }
            let middle = y + side / 2
            page.line(
                from: Point(boxes[0].right, middle), to: Point(boxes[1].x, middle), Stroke(color, width: 1.4))
            page.text(
                NumberText.fixed(pair.correlation, decimals: 3),
                at: Point(boxes[0].right + link / 2, middle - 3), size: size, anchor: .middle, color: .ink)
            page.y = max(page.y, y + side + size + 3)
        }
        if closest.isEmpty {
            page.text(
                "no channel varies over the picture", at: Point(left, top + size), size: size, color: .quietInk)
            page.y = max(page.y, top + size + 3)
        }
    }

    private func drawGrid(_ map: FeatureMap, frames: [Int: Color], on page: inout Page) {
        let others = (0..<map.channels).filter { frames[$0] == nil }.prefix(Self.channelLimit - frames.count)
        let channels = (frames.keys + others).sorted()
        let gap = 2.0
        let columns = max(1, min(8, Int(Double(channels.count).squareRoot().rounded(.up))))
        let side = min(60, (page.contentWidth - gap * Double(columns - 1)) / Double(columns))
        for (place, channel) in channels.enumerated() {
            let box = Rect(
                x: page.left + Double(place % columns) * (side + gap),
                y: page.y + Double(place / columns) * (side + gap), width: side, height: side)
            if let color = frames[channel] { page.add(.rectangle(box, fill: color)) }
            drawMap(map, channel, in: frames[channel] == nil ? box : box.expanded(-1.2), on: &page)
        }
        page.y += Double((channels.count + columns - 1) / columns) * (side + gap)
    }

    private func drawMap(_ map: FeatureMap, _ channel: Int, in box: Rect, on page: inout Page) {
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
