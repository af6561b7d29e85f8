/// Blocks one behind the other, joined by lines; runs of equal ones are drawn once with their number where they do not
/// fit.
struct BlockChain {
    let blocks: [(name: String, color: FigureColor)]
    /// The blocks of the longest chain beside this one.
    let largestCount: Int

    func draw(in frame: FigureRect, on page: inout Page) {
        let gap = 2.5
        let size = 6.0
        let least = min(18, max(11, (frame.width + gap) / Double(largestCount) - gap))
        var shown = blocks.map { (text: $0.name, color: $0.color) }
        func width(_ texts: [String]) -> Double {
            texts.reduce(-gap) { $0 + max(least, TextMetrics.width($1, size: size) + 5) + gap }
        }
        if width(shown.map(\.text)) > frame.width {
            shown = []
            for block in blocks {
                if let last = shown.last, last.color == block.color {
                    let count = (Int(last.text.drop { $0 != "×" }.dropFirst().filter(\.isNumber)) ?? 1) + 1
                    shown[shown.count - 1].text = "\(block.name) ×\(count)"
                } else {
                    shown.append((block.name, block.color))
                }
            }
        }
        var x = frame.x
        for (index, block) in shown.enumerated() {
            let side = max(least, TextMetrics.width(block.text, size: size) + 5)
            let box = FigureRect(x: x, y: frame.y, width: side, height: frame.height)
            if index > 0 {
                let middle = box.y + box.height / 2
                page.line(from: FigurePoint(x - gap, middle), to: FigurePoint(x, middle), Stroke(.axis, width: 0.8))
            }
            page.add(.rectangle(box, fill: block.color))
            page.text(
                block.text, at: FigurePoint(x + side / 2, box.y + box.height / 2 + size * 0.36), size: size,
                anchor: .middle,
                color: block.color.contrasting)
            x += side + gap
        }
    }
}
