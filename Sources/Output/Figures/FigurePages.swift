import Diagnostics

/// Figures of many rows on pages of a greatest height.
public enum FigurePages {
    /// Lays rows out on as few pages as hold them, about equally many on each.
    ///
    /// - Parameters:
    ///   - items: The rows.
    ///   - name: What the figure is called; of several pages each is called "name, page 1 of 3".
    ///   - limit: The greatest height in millimetres; nil for one page of any height.
    ///   - draw: Lays some rows out under a name.
    ///
    /// Throws `figures.tooLow` where not even one row fits, and what drawing throws.
    public static func pages<Item>(
        _ items: [Item], name: String, maximumHeightMillimetres limit: Double?,
        draw: (_ items: [Item], _ name: String) throws -> Figure
    ) throws -> [Figure] {
        let whole = try draw(items, name)
        guard let limit else { return [whole] }
        if fits(whole, limit) { return [whole] }
        let points = limit * Length.pointsPerMillimetre
        var count = max(2, min(items.count, Int((whole.height / max(points, 1)).rounded(.up))))
        while count <= items.count {
            let pages = try (0..<count).map { page in
                let rows = items[page * items.count / count..<(page + 1) * items.count / count]
                return try draw(Array(rows), "\(name), page \(page + 1) of \(count)")
            }
            if pages.allSatisfy({ fits($0, limit) }) { return pages }
            count += 1
        }
        let least = try items.map { try draw([$0], name) }.max { $0.height < $1.height } ?? whole
        try Figure.check(least, maximumHeightMillimetres: limit)
        return [whole]
    }

    /// A figure that cannot be divided; throws `figures.tooLow` where it is taller than asked for.
    public static func page(_ figure: Figure, maximumHeightMillimetres limit: Double?) throws -> [Figure] {
        if let limit { try Figure.check(figure, maximumHeightMillimetres: limit) }
        return [figure]
    }

    private static func fits(_ figure: Figure, _ limit: Double) -> Bool {
        figure.height <= (limit + 0.01) * Length.pointsPerMillimetre
    }
}
