import Diagnostics
import Files
import Numerics

/// Pictures of a folder, with their classes where the folder tells them.
public struct ImageFolder: Sendable {
    /// The pictures.
    public let images: ImageDataSet
    /// Whether ``images`` has the pictures' true classes; a bare folder of pictures has none.
    public let isLabelled: Bool

    /// Opens a folder: a CSV of files and classes in it, class folders, or pictures alone; or whatever else
    /// ``ImageDataSet`` opens.
    ///
    /// - Parameters:
    ///   - path: the folder, or a CSV.
    ///   - classes: widens the numbering where fewer classes occur.
    /// Throws `data.notFound`, `data.empty` and the errors of reading.
    public static func open(_ path: String, classes: Int? = nil) throws -> ImageFolder {
        guard InputFile.isFolder(path) else {
            return ImageFolder(images: try ImageDataSet.open(path, split: .test, classes: classes), isLabelled: true)
        }
        let names = try Folder.names(path)
        let tables = try names.filter { try FilePaths.fileExtension(of: $0) == "csv" && lists(path + "/" + $0) }
        if let table = tables.first {
            let images = try ImageDataSet.open(path + "/" + table, split: .test, classes: classes)
            return ImageFolder(images: images, isLabelled: true)
        }
        let files = names.filter { !Folder.isFolder(path + "/" + $0) }
        let pictures = files.filter { Folder.isPicture($0) && Folder.kind(path + "/" + $0) == .file }
        guard !pictures.isEmpty else {
            return ImageFolder(images: try ImageDataSet.open(path, split: .test, classes: classes), isLabelled: true)
        }
        var findings = ImageDataSet.Findings()
        let known = Set(pictures)
        findings.otherFiles = files.filter { !known.contains($0) }.map { path + "/" + $0 }
        let images = ImageDataSet(
            path: path, form: "folder of pictures", classNames: ["unknown"],
            labels: Array(repeating: 0, count: pictures.count), storage: .files(pictures.map { path + "/" + $0 }),
            findings: findings)
        return ImageFolder(images: images, isLabelled: false)
    }

    /// The folder with at most `limit` pictures, evenly spread.
    public func limited(to limit: Int) -> ImageFolder {
        guard limit > 0, limit < images.count else { return self }
        return ImageFolder(
            images: images.subset((0..<images.count).evenSample(limit)), isLabelled: isLabelled)
    }

    /// Whether a CSV has the columns of a data set.
    private static func lists(_ path: String) throws -> Bool {
        let text: String
        do {
            text = try InputFile.text(path)
        } catch let error as KernelVizError where error.code == "files.empty" {
            return false
        }
        let heading = (try? CSVRows.of(String(text.prefix { !$0.isNewline }), subject: path))?.first?.fields ?? []
        let columns = heading.map { $0.lowercased() }
        return columns.contains { ImageDataSet.fileColumns.contains($0) }
            && columns.contains { ImageDataSet.labelColumns.contains($0) }
    }
}
