import Foundation
import KernelViz
import TestSupport
import Testing

/// `import KernelViz` beside other imports: nobody's name is hidden.
@Suite struct NamespaceTests {
    /// Foundation's names mean Foundation's types where both are imported, and ours are at hand.
    @Test func foundationsNamesStayFoundations() {
        let operation: Operation = BlockOperation {}
        #expect(!operation.isFinished)
        let data: Data = Data([1, 2])
        let unit: Unit = UnitLength.meters
        let range: NSRange = NSRange(location: 0, length: data.count)
        #expect(unit.symbol == "m" && range.length == 2)
        #expect(GraphOperation.add != .multiply && FigurePoint(1, 2).x == 1 && FigureColor.black != .white)
        let path = FigurePath([FigurePoint(0, 0), FigurePoint(1, 1)], fill: .black)
        #expect(path.points.count == 2 && FigureRect(x: 0, y: 0, width: 2, height: 3).bottom == 3)
        #expect(throws: KernelVizError.self) { try ConvNetwork.open("no/such/file.h5") }
    }

    /// Names of Foundation and of the system libraries that come with it, and words that interfaces use for their types.
    static let taken: Set<String> = [
        "Array", "AttributedString", "Bundle", "Calendar", "CharacterSet", "Color", "Data", "Date", "DateComponents",
        "DateInterval", "Decimal", "Dictionary", "Dimension", "Error", "FileHandle", "FileManager", "FileWrapper",
        "Font",
        "Formatter", "Host", "Image", "IndexPath", "IndexSet", "InputStream", "JSONDecoder", "JSONEncoder", "Locale",
        "Measurement", "MessagePort", "Network", "Notification", "NotificationCenter", "NumberFormatter", "Operation",
        "OperationQueue", "OutputStream", "Path", "Pipe", "Point", "Port", "Predicate", "Process", "ProcessInfo",
        "Progress", "Rect", "Result", "RunLoop", "Scanner", "Set", "Stream", "Text", "Thread", "TimeZone", "Timer",
        "URL",
        "UUID", "Unit", "UndoManager", "UserDefaults", "View",
    ]

    /// The top-level public types of every module that `import KernelViz` brings.
    private static func exportedTypes() throws -> Set<String> {
        let root = SharedFiles.packageRoot + "/Sources"
        let front = try String(contentsOfFile: "\(root)/Tools/KernelViz/KernelViz.swift", encoding: .utf8)
        let modules = front.split(separator: "\n").filter { $0.hasPrefix("@_exported import ") }
            .compactMap { $0.split(separator: " ").last }.map(String.init)
        let declaration = try Regex(
            #"(?m)^public (?:indirect )?(?:final )?(?:struct|enum|class|actor|protocol|typealias) (\w+)"#,
            as: (Substring, Substring).self)
        var names: Set<String> = []
        for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
            let parts = path.split(separator: "/")
            guard path.hasSuffix(".swift"), parts.count > 2, modules.contains(String(parts[1])) else { continue }
            let text = try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
            names.formUnion(text.matches(of: declaration).map { String($0.output.1) })
        }
        return names
    }

    @Test func noExportedTypeHasATakenName() throws {
        let names = try Self.exportedTypes()
        #expect(names.count > 100 && names.contains("ConvNetwork") && names.contains("GraphOperation"))
        #expect(names.intersection(Self.taken).isEmpty)
    }
}
