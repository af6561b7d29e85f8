/// The colour of a series with the form of its points, so that grey prints and all eyes tell series apart.
struct SeriesMark {
    /// The series' place in its panel.
    let index: Int

    /// Okabe and Ito's colours, then greys.
    var color: FigureColor { CurvesFigure.colors[index % CurvesFigure.colors.count] }

    /// Draws one point: filled and open squares, diamonds and triangles in turn.
    func draw(at middle: FigurePoint, radius: Double, on page: inout Page) {
        let forms: [[(x: Double, y: Double)]] = [
            [(-1, -1), (1, -1), (1, 1), (-1, 1)], [(0, -1.5), (1.5, 0), (0, 1.5), (-1.5, 0)],
            [(0, -1.4), (1.4, 1.1), (-1.4, 1.1)], [(0, 1.4), (-1.4, -1.1), (1.4, -1.1)],
        ]
        let corners = forms[index % forms.count].map {
            FigurePoint(middle.x + $0.x * radius, middle.y + $0.y * radius)
        }
        let isOpen = index / forms.count % 2 == 1
        page.add(
            .path(
                FigurePath(
                    corners, isClosed: true, fill: isOpen ? .white : color,
                    stroke: isOpen ? Stroke(color, width: 0.6) : nil)))
    }

    /// Draws the points of a line: all of them up to forty, of longer ones about a dozen.
    func draw(along points: [FigurePoint], radius: Double, on page: inout Page) {
        let step = points.count <= 40 ? 1 : points.count / 12
        for place in stride(from: 0, to: points.count, by: step) {
            draw(at: points[place], radius: radius, on: &page)
        }
    }

    /// A piece of the line with a point on it, and a text.
    func legend(_ text: String, width: Double, radius: Double) -> Page.Item {
        let line = Legend.line(Stroke(color, width: width), text)
        return Page.Item(width: line.width) { page, at in
            line.draw(&page, at)
            draw(at: FigurePoint(at.x + 7, at.y - 2.4), radius: radius, on: &page)
        }
    }
}
