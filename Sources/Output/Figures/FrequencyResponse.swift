import Kernels

/// The mean amplitude response of a layer's kernels over the frequencies of an image.
public struct FrequencyResponse: Sendable, Equatable {
    /// Frequencies along each axis: −π … π in ``side`` equal steps, 0 in the middle.
    public static let side = 33
    /// Kernels that are measured at most, evenly picked; the rest would change the mean by less than can be seen.
    public static let kernelLimit = 2048

    /// mean |H(ωx, ωy)| of the kernels, each divided by its Σ|w|, 0…1; row-major, ωy downwards, `side`² values.
    public let amplitudes: [Double]
    /// How many kernels were measured: those that are finite and not all zero.
    public let kernelCount: Int

    /// Measures the kernels of `bank`: H(ω) = Σ w·e^(−i ω·x) / Σ|w|.
    public init(_ bank: KernelBank) {
        let side = Self.side
        let waves = FrequencyWaves(size: bank.size)
        let usable = (0..<bank.count).filter { FrequencyWaves.isUsable(bank.kernel($0)) }
        let step = max(1, (usable.count + Self.kernelLimit - 1) / Self.kernelLimit)
        let picked = stride(from: 0, to: usable.count, by: step).map { usable[$0] }
        var sums = [Float](repeating: 0, count: FrequencyWaves.rows * side)
        for index in picked { waves.addAmplitudes(of: bank.kernel(index), to: &sums) }
        amplitudes = FrequencyWaves.whole(sums.map { picked.isEmpty ? 0 : Double($0) / Double(picked.count) })
        kernelCount = usable.count
    }

    /// The response to constant images, 0…1.
    public var constant: Double { amplitudes[amplitudes.count / 2] }
    /// The mean response to stripes of one pixel along the two axes, 0…1: what aliases behind a stride of 2.
    public var stripes: Double {
        let middle = Self.side / 2
        return (amplitudes[middle * Self.side] + amplitudes[middle]) / 2
    }

    /// Amplitudes as a picture, ``side`` pixels a side.
    static func map(of amplitudes: [Double], in frame: FigureRect) -> Mark {
        let bytes = amplitudes.flatMap { amplitude -> [UInt8] in
            let color = ColorMap.cividis.color(amplitude * 2 - 1)
            return [color.red, color.green, color.blue]
        }
        return .raster(Raster(frame: frame, width: side, height: side, bytes: bytes))
    }
}

/// The frequency responses of a network's layers, one small map each.
public enum FrequencyResponseFigure {
    /// One layer.
    public struct Row: Sendable, Equatable {
        /// The layer's short name.
        public let name: String
        /// What its kernels pass.
        public let response: FrequencyResponse
        /// Whether the layer reduces the resolution.
        public let isStrided: Bool

        /// Names a map; see the properties.
        public init(name: String, response: FrequencyResponse, isStrided: Bool) {
            self.name = name
            self.response = response
            self.isStrided = isStrided
        }

        /// The map of a bank.
        public init(_ bank: KernelBank) {
            self.init(
                name: bank.layer.number.map { "#\($0)" } ?? bank.layer.name, response: FrequencyResponse(bank),
                isStrided: bank.layer.isStrided)
        }
    }

    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of rows: [Row], network: String, widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: rows.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "mean amplitude response |H| of the kernels by layer")
        page.y += 2
        page.flow([
            Legend.ramp(.cividis, low: "0", high: "1"), Legend.words("centre: constant image"),
            Legend.words("corner: checkerboard"),
        ])
        page.y += 5
        draw(rows, on: &page)
        page.y += 3
        page.caption(
            "Each kernel divided by its Σ|w|. Frequencies −π … π, ωx to the right, ωy down. Below each map: the response "
                + "to a constant image (DC) and to stripes of one pixel (stripes), which alias behind a stride of 2."
                + (rows.contains(where: \.isStrided) ? " Bold, with ↓: stride above 1." : ""))
        return page.finished(title: "\(network): frequency responses")
    }

    private static func draw(_ rows: [Row], on page: inout Page) {
        let size = Page.FontSize.tick
        let gap = 9.0
        // As many as fit, then about equally many in every row.
        let most = max(1, min(rows.count, Int((page.contentWidth + gap) / (63 + gap))))
        let columns = (rows.count + (rows.count + most - 1) / most - 1) / ((rows.count + most - 1) / most)
        let side = min(120, (page.contentWidth - gap * Double(columns - 1)) / Double(columns))
        var top = page.y
        for (index, row) in rows.enumerated() {
            let column = index % columns
            if column == 0, index > 0 { top += size * 3 + side + 10 }
            let x = page.left + Double(column) * (side + gap)
            let weight: TextMark.Weight = row.isStrided ? .bold : .regular
            let name = TextFitting.shortenedMiddle(
                row.name + (row.isStrided ? " ↓" : ""), to: side, size: size, weight: weight)
            page.text(
                name, at: FigurePoint(x, top + size * TextMetrics.ascent), size: size, weight: weight, color: .ink)
            let frame = FigureRect(x: x, y: top + size + 3, width: side, height: side)
            page.add(FrequencyResponse.map(of: row.response.amplitudes, in: frame))
            let facts =
                row.response.kernelCount == 0
                ? "no live kernels"
                : "DC \(NumberText.fixed(row.response.constant, decimals: 2))"
                    + "  stripes \(NumberText.fixed(row.response.stripes, decimals: 2))"
            page.text(
                TextFitting.shortenedMiddle(facts, to: side, size: 6),
                at: FigurePoint(x, frame.bottom + 2 + 6 * TextMetrics.ascent), size: 6, color: .quietInk)
        }
        page.y = top + size * 3 + side + 4
    }
}
