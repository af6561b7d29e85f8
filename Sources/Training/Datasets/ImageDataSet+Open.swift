import Diagnostics
import Files
import Glibc

extension ImageDataSet {
    /// Opens the data set at `path`, recognising its form by what lies there.
    ///
    /// - A folder with IDX files (`train-images-idx3-ubyte`, also `.gz`).
    /// - A folder with CIFAR's binary files (`data_batch_1.bin` …, or `train.bin` and `test.bin` of CIFAR-100).
    /// - A folder of class folders with PNG and JPEG files, or one with `train` and `test` (or `val`) above them.
    /// - A CSV file with columns `filename` (or `file`, `path`) and `class_index` (or `label`, `class`).
    ///
    /// `classes` widens the numbering where a CSV names fewer classes than the net has.
    /// Throws `data.notFound`, `data.damaged`, `data.badLabel`, `data.empty` and the errors of reading.
    public static func open(_ path: String, split: Split = .training, classes: Int? = nil) throws -> ImageDataSet {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw KernelVizError(
                code: "data.notFound", subject: path, found: "no such file or folder", expected: "a data set",
                advice: "Check the path")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard FilePaths.fileExtension(of: path) == "csv" else {
                throw KernelVizError(
                    code: "data.notFound", subject: path, found: "a file that is not a CSV",
                    expected: "a folder of images, IDX or CIFAR files, or a CSV of files and labels",
                    advice: "Unpack archives first")
            }
            return try csv(path, classes: classes)
        }
        let names = try Folder.names(path)
        if let idx = IDXFiles(folder: path, names: names, split: split) { return try idx.open() }
        if let cifar = CIFARFiles(folder: path, names: names, split: split) { return try cifar.open() }
        if let part = part(of: path, names, split) { return try imageFolder(part) }
        // Where a folder beside it holds pictures, these are class folders.
        if let other = part(of: path, names, split == .training ? .test : .training),
            !names.contains(where: { FolderTree.holdsPictures(path + "/" + $0) })
        {
            throw KernelVizError(
                code: "data.noSplit", subject: path,
                found: "only the part '\(FilePaths.name(of: other))'",
                expected: split == .training ? "a part 'train'" : "a part 'test' or 'val'",
                advice: "Name '\(other)' itself to use it")
        }
        return try imageFolder(path)
    }

    /// The folder of a part of the data set: it holds class folders and no picture of its own, so that a class called
    /// "train" is no part.
    private static func part(of path: String, _ names: [String], _ split: Split) -> String? {
        let candidates = split == .training ? ["train", "training"] : ["test", "val", "valid", "validation"]
        return candidates.filter(names.contains).map { path + "/" + $0 }.first { FolderTree.isOnlyFolders($0) }
    }

    /// Whether `path` holds a test part of its own.
    public static func hasTestSplit(_ path: String) -> Bool {
        guard let names = try? Folder.names(path) else { return false }
        return IDXFiles(folder: path, names: names, split: .test) != nil
            || CIFARFiles(folder: path, names: names, split: .test) != nil
            || part(of: path, names, .test) != nil
    }

    /// ImageNet's layout: one folder a class, classes numbered in the order of their names, pictures at any depth below.
    private static func imageFolder(_ path: String) throws -> ImageDataSet {
        let classes = try Folder.names(path).filter { Folder.isFolder(path + "/" + $0) }
        var files: [String] = []
        var labels: [Int] = []
        var findings = ImageDataSet.Findings()
        for (label, name) in classes.enumerated() {
            let tree = try FolderTree(path + "/" + name, below: path)
            files += tree.pictures
            labels += Array(repeating: label, count: tree.pictures.count)
            findings.otherFiles += tree.otherFiles
            findings.skippedFolders += tree.skippedFolders
            if tree.pictures.isEmpty { findings.emptyClasses.append(name) }
        }
        findings.filesWithoutClass = try Folder.names(path).filter {
            Folder.isPicture($0) && !Folder.isFolder(path + "/" + $0)
        }
        guard !files.isEmpty else {
            throw KernelVizError(
                code: "data.empty", subject: path,
                found: "no pictures"
                    + (findings.otherFiles.isEmpty ? "" : " (\(findings.otherFiles.count) other files)"),
                expected: "IDX or CIFAR files, or a folder of PNG and JPEG files for each class",
                advice: "Unpack archives first")
        }
        return ImageDataSet(
            path: path, form: "folder of images", classNames: classes, labels: labels, storage: .files(files),
            findings: findings)
    }

    private static func csv(_ path: String, classes: Int?) throws -> ImageDataSet {
        let rows = try CSVRows.of(
            InputFile.text(path, expected: "a CSV with a header such as 'filename,class_index'"), subject: path)
        guard let header = rows.first?.fields.map({ $0.lowercased() }),
            let fileColumn = header.firstIndex(where: { fileColumns.contains($0) }),
            let labelColumn = labelColumns.compactMap({ header.firstIndex(of: $0) }).first
        else {
            throw KernelVizError(
                code: "data.damaged", subject: path, found: "no columns for files and labels in the first line",
                expected: "a header such as 'filename,class_index'")
        }
        let folder = FilePaths.folder(of: path)
        let nameColumn = ["label", "name", "class", "class_name"].compactMap { header.firstIndex(of: $0) }
            .first { $0 != labelColumn }
        var files: [String] = []
        var texts: [String] = []
        var words: [String?] = []
        for row in rows.dropFirst() {
            let fields = row.fields
            guard fields.count > max(fileColumn, labelColumn) else {
                throw KernelVizError(
                    code: "data.damaged", subject: "\(path): line \(row.line)",
                    found: "\(fields.count) field\(fields.count == 1 ? "" : "s")",
                    expected: "\(header.count), as the header has")
            }
            let file = fields[fileColumn]
            files.append(file.hasPrefix("/") ? file : folder + "/" + file)
            texts.append(fields[labelColumn])
            words.append(nameColumn.flatMap { $0 < fields.count && !fields[$0].isEmpty ? fields[$0] : nil })
        }
        guard !files.isEmpty else {
            throw KernelVizError(code: "data.empty", subject: path, found: "no images", expected: "at least one line")
        }
        let numbers = texts.map { Int($0) }
        if numbers.contains(where: { $0 == nil }) {
            let names = Array(Set(texts)).sorted()
            let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
            return ImageDataSet(
                path: path, form: "CSV", classNames: names, labels: texts.compactMap { places[$0] },
                storage: .files(files))
        }
        let labels = numbers.compactMap { $0 }
        // A number is an index into a list of names: a wrong one must not ask for a list beyond all memory.
        let limit = max(0, classes ?? min(labels.max() ?? 0, mostClasses - 1) + 1)
        for (index, label) in labels.enumerated() where label < 0 || label >= limit {
            throw badLabel(label, classes: limit, subject: "\(path): line \(rows[index + 1].line)")
        }
        var names = (0..<limit).map { "class \($0)" }
        for (label, word) in zip(labels, words) { if let word { names[label] = word } }
        return ImageDataSet(
            path: path, form: "CSV", classNames: names, labels: labels, storage: .files(files), isNumbered: true)
    }

    /// How many classes a data set can number.
    private static let mostClasses = 1_000_000

    /// What the columns of files and of classes are called.
    static let fileColumns = ["filename", "file", "path", "image", "file_name", "image_path", "filepath"]
    static let labelColumns = ["class_index", "class", "label"]

    static func badLabel(_ label: Int, classes: Int, subject: String) -> KernelVizError {
        KernelVizError(
            code: "data.badLabel", subject: subject, found: "label \(label)",
            expected: classes > 0 ? "0 to \(classes - 1)" : "0 or more",
            advice: "The file is damaged or belongs to another data set")
    }
}

/// What lies in a folder.
enum Folder {
    /// The names in a folder, sorted, hidden ones left out.
    static func names(_ path: String) throws -> [String] {
        do {
            return try InputFile.names(inFolder: path).sorted()
        } catch let error as KernelVizError where error.code == "files.unreadable" {
            throw KernelVizError(
                code: "data.notFound", subject: path, found: "the folder cannot be read (\(error.found))",
                expected: "a data set", advice: "Check the path and the permissions")
        }
    }

    static func isFolder(_ path: String) -> Bool { kind(path) == .folder }

    /// What lies at a path, behind links.
    enum Kind {
        case folder, file, other
    }

    static func kind(_ path: String) -> Kind {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return .other }
        return switch status.st_mode & S_IFMT {
        case S_IFDIR: .folder
        case S_IFREG: .file
        default: .other
        }
    }

    /// Whether a file is taken for a picture by its name: the list of torchvision's `ImageFolder`. What cannot be read of
    /// these is counted as unreadable, not passed over.
    static func isPicture(_ name: String) -> Bool {
        ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"].contains(
            FilePaths.fileExtension(of: name))
    }
}
