import Diagnostics
import Figures
import Files

/// The numbers that a training run wrote: one row a step or epoch, one named column a quantity.
public struct TrainingLog: Sendable, Equatable {
    /// The column of steps or epochs ("epoch"), or "row" where the file has none.
    public let stepName: String
    /// Columns that belong on one axis, in the order of their first columns.
    public let panels: [CurvesFigure.Panel]

    /// Reads a CSV file: a header, then rows of numbers. An empty cell was not measured, a "nan" leaves a gap in the line.
    ///
    /// The steps come from the column "epoch", "step" or "iteration". Columns of losses share an axis, so do accuracies
    /// and learning rates; every other one has its own. Throws `training.badCSV` and the file's own errors.
    public init(contentsOf path: String) throws {
        try self.init(csv: InputFile.text(path), subject: path)
    }

    /// Reads the text of such a file; `subject` names it in errors.
    public init(csv: String, subject: String) throws {
        func failure(_ found: String, _ expected: String) -> KernelVizError {
            KernelVizError(code: "training.badCSV", subject: subject, found: found, expected: expected)
        }
        let lines = csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let first = lines.first, !first.trimmed.isEmpty else {
            throw failure("an empty file", "a header and rows of numbers separated by commas")
        }
        let names = first.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmed) }
        guard Set(names).count == names.count, !names.contains("") else {
            throw failure("two columns of one name or one without a name", "a header of different names")
        }
        var columns = names.map { _ in [Double?]() }
        for (index, line) in lines.enumerated().dropFirst() where !line.trimmed.isEmpty {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            guard cells.count == names.count else {
                throw failure("\(cells.count) cells in line \(index + 1)", "\(names.count), as in the header")
            }
            for (column, cell) in cells.enumerated() {
                let text = cell.trimmed
                let value = Double(text)
                guard value != nil || text.isEmpty else {
                    throw failure("'\(text.prefix(40))' in line \(index + 1)", "a number")
                }
                columns[column].append(value)
            }
        }
        guard columns.first?.isEmpty == false else { throw failure("a header alone", "at least one row of numbers") }
        let stepColumn = names.firstIndex { ["epoch", "step", "iteration"].contains($0.lowercased()) }
        stepName = stepColumn.map { names[$0] } ?? "row"
        let steps = stepColumn.map { columns[$0].map { $0 ?? .nan } } ?? columns[0].indices.map { Double($0 + 1) }
        guard names.count > (stepColumn == nil ? 0 : 1) else {
            throw failure("no column beside '\(stepName)'", "at least one quantity")
        }
        var groups: [(title: String, series: [CurvesFigure.Series])] = []
        for (column, name) in names.enumerated() where column != stepColumn {
            let series = CurvesFigure.Series(
                name: name,
                points: zip(steps, columns[column]).compactMap { step, value in
                    value.map { CurvesFigure.Point(step: step, value: $0) }
                })
            let title = Self.axisTitle(name)
            if let group = groups.firstIndex(where: { $0.title == title }) {
                groups[group].series.append(series)
            } else {
                groups.append((title, [series]))
            }
        }
        panels = groups.map { CurvesFigure.Panel(title: $0.title, series: $0.series) }
    }

    /// The learning curve: losses, accuracies and learning rates; speed and other columns are left out.
    ///
    /// Throws as `CurvesFigure.figure(of:stepTitle:title:widthMillimetres:)` does.
    public func learningCurve(title: String, widthMillimetres: Double = 170) throws -> Figure {
        try CurvesFigure.figure(
            of: panels.filter { ["loss", "accuracy", "learning rate"].contains($0.title) }, stepTitle: stepName,
            title: title, widthMillimetres: widthMillimetres)
    }

    private static func axisTitle(_ name: String) -> String {
        let lower = name.lowercased()
        if lower.contains("loss") { return "loss" }
        if ["acc", "top1", "top-1", "top5", "top-5"].contains(where: lower.contains) { return "accuracy" }
        if lower == "lr" || lower.contains("learning") { return "learning rate" }
        return name
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
