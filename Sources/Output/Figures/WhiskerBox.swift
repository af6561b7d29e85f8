/// The middle 80 % of some numbers as a line and their middle half as a box over it, upright in a plot.
struct WhiskerBox {
    let x: Double
    /// Half the box's width.
    let half: Double
    let whisker: FigureColor
    let fill: FigureColor

    /// Draws it; `level` is where on the page a quantile lies.
    func draw(on page: inout Page, level: (_ share: Double) -> Double) {
        page.line(from: FigurePoint(x, level(0.1)), to: FigurePoint(x, level(0.9)), Stroke(whisker, width: 0.8))
        let (lower, upper) = (level(0.25), level(0.75))
        page.add(
            .rectangle(
                FigureRect(x: x - half, y: upper, width: 2 * half, height: max(lower - upper, 0.4)), fill: fill))
    }
}
