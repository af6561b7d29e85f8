import Diagnostics
import Files
@testable import HDF5
import TestSupport
import Testing

/// Files written by h5py (see `Fixtures/make_fixtures.py`), read back.
@Suite struct HDF5ReadingTests {
    static func fixture(_ name: String) -> String {
        SharedFiles.packageRoot + "/Tests/Formats/HDF5Tests/Fixtures/" + name
    }

    @Test(arguments: [
        ("float16", "float16"), ("float32_be", "float32"), ("float64", "float64"), ("float64_be", "float64"),
        ("int8", "int8"), ("int64_be", "int64"), ("gzip", "float32"),
    ])
    func everyNumberTypeReadsAsFloats(name: String, dtype: String) throws {
        let file = try HDF5File(path: Self.fixture("kinds.h5"))
        let listed = try file.listing().datasets.first { $0.path == "numbers/\(name)" }
        #expect(listed?.dtype == dtype)
        #expect(listed?.dimensions == [2, 3])
        #expect(try file.floats("numbers/\(name)") == [-2, -1, 0, 1, 2, 3])
        if dtype.hasPrefix("int") { #expect(try file.integers("numbers/\(name)") == [-2, -1, 0, 1, 2, 3]) }
        #expect(try file.doubles("numbers/\(name)") == [-2, -1, 0, 1, 2, 3])
    }

    /// The places that h5py's `get_offset()` tells; what is swapped, packed or empty has none.
    @Test func theListingTellsWherePlainElementsLie() throws {
        let file = try HDF5File(path: Self.fixture("kinds.h5"))
        let places = Dictionary(
            uniqueKeysWithValues: try file.listing().datasets.compactMap { dataset in
                dataset.plainOffset.map { (dataset.path, $0) }
            })
        #expect(
            places == [
                "links/hard": 2468, "links/soft": 2432, "numbers/float16": 2432, "numbers/float64": 2468,
                "numbers/int8": 2564, "numbers/scalar": 2663, "numbers/uint16": 2570, "other/boolean": 2725,
            ])
        let copy = try HDF5File(bytes: InputFile.bytes(Self.fixture("kinds.h5")), path: "copy.h5")
        #expect(try copy.listing().datasets.allSatisfy { $0.plainOffset == nil })
    }

    @Test func namesThatAreNoUTF8AreLatin1() throws {
        let file = try HDF5File(path: Self.fixture("latin1.h5"))
        let listing = try file.listing()
        #expect(listing.groups == ["café", "plain"])
        #expect(listing.datasets.map(\.path) == ["café/naïve", "plain/größe"])
        #expect(listing.latinNameCount == 2)
        #expect(try file.floats("café/naïve") == [0, 1, 2, 3])
        #expect(try file.floats("plain/größe") == [0, 1])
        #expect(try file.attribute("names", of: "café")?.strings == ["naïve"])
    }

    @Test func aFileThatWasLeftOpenSaysSo() {
        let path = Self.fixture("left_open.h5")
        let error = #expect(throws: KernelVizError.self) { _ = try HDF5File(path: path) }
        #expect(
            error?.description
                == "\(path): a program has it open for writing, or ended without closing it (its marks of consistency are "
                + "set); expected a file that was closed. Close that program; where none runs, clear the marks on a copy: "
                + "h5clear -s FILE.")
    }

    @Test func scalarsEmptyOnesAndUnsignedOnesRead() throws {
        let file = try HDF5File(path: Self.fixture("kinds.h5"))
        #expect(try file.integers("numbers/scalar") == [7])
        #expect(try file.floats("numbers/empty") == [])
        #expect(try file.floats("numbers/uint16") == [2, 1, 0, 1, 2, 3])
    }

    @Test func stringsOfBothKindsRead() throws {
        let file = try HDF5File(path: Self.fixture("kinds.h5"))
        #expect(try file.strings("strings/fixed") == ["ab", "cde"])
        #expect(try file.strings("strings/variable") == ["σ", ""])
    }

    @Test func attributesRead() throws {
        let file = try HDF5File(path: Self.fixture("kinds.h5"))
        #expect(try file.attribute("fixed")?.text == "abc")
        #expect(try file.attribute("fixed_list")?.strings == ["conv1", "bn"])
        #expect(try file.attribute("variable")?.text == "σ = 1")
        #expect(try file.attribute("variable_list")?.strings == ["a", "bb", ""])
        #expect(try file.attribute("integer")?.text == "-3")
        #expect(try file.attribute("number")?.value == .numbers([0.25]))
        #expect(try file.attribute("numbers")?.value == .numbers([1.5, 2.5]))
        #expect(try file.attribute("no_names")?.strings == [])
        #expect(try file.attribute("nothing")?.dimensions == [0])
        #expect(try file.attribute("absent") == nil)
        #expect(try file.attributeNames().count == 9)
    }

    @Test func linksResolveAndCyclesEnd() throws {
        let file = try HDF5File(path: Self.fixture("kinds.h5"))
        let paths = try file.listing().datasets.map(\.path).filter { $0.hasPrefix("links/") }
        #expect(paths == ["links/group/fixed", "links/group/variable", "links/hard", "links/soft"])
        #expect(try file.floats("links/soft") == [-2, -1, 0, 1, 2, 3])
    }

    @Test func siblingsComeInCreationOrderElseAsPeopleCount() throws {
        let created = try HDF5File(path: Self.fixture("creation_order.h5"))
        #expect(try created.listing().datasets.map(\.path) == ["b10", "b2", "a"])
        let named = try HDF5File(path: Self.fixture("name_order.h5"))
        #expect(try named.listing().datasets.map(\.path) == ["a", "b2", "b10"])
    }

    @Test func compoundsAreListedButNotRead() throws {
        let file = try HDF5File(path: Self.fixture("kinds.h5"))
        let other = try file.listing().datasets.filter { $0.kind == .other }
        #expect(other.map(\.path) == ["other/compound"])
        #expect(try file.describe("other/boolean").dtype == "bool")
        let error = #expect(throws: KernelVizError.self) { _ = try file.floats("other/compound") }
        #expect(error?.description == "\(file.path): /other/compound: holds compound; expected numbers.")
        let half = #expect(throws: KernelVizError.self) { _ = try file.integers("numbers/float16") }
        #expect(half?.description == "\(file.path): /numbers/float16: holds float16; expected integers.")
    }

    // By the formulas of the script.
    @Test func lzfIsUnpacked() throws {
        let file = try HDF5File(path: Self.fixture("lzf.h5"))
        #expect(try file.floats("shuffled") == (0..<5000).map { Float($0 % 7) })
        #expect(try file.doubles("zeros") == Array(repeating: 0, count: 3000))
        let noise = (1...256).map { (base: UInt64) in (0..<7).reduce(UInt64(1)) { power, _ in power &* base } % 251 }
        #expect(try file.integers("noise") == noise.map { Int64($0) })
    }

    // By hand: two literals, then three bytes from two back, twice over.
    @Test func damagedLZFEndsWithoutAnAnswer() {
        func unpack(_ packed: [UInt8], capacity: Int) -> [UInt8]? {
            var target = [UInt8](repeating: 0xEE, count: capacity)
            let filled = packed.withUnsafeBytes { from in target.withUnsafeMutableBytes { LZF.unpack(from, into: $0) } }
            return filled.map { Array(target.prefix($0)) }
        }
        #expect(unpack([1, 65, 66, 1 << 5, 1], capacity: 16) == [65, 66, 65, 66, 65])
        #expect(unpack([0, 65, 7 << 5, 3, 0], capacity: 16) == Array(repeating: 65, count: 13))
        // Too long for the target, cut off within literals or a repetition, back beyond the beginning.
        for packed: [UInt8] in [
            [1, 65, 66, 1 << 5, 1], [4, 65], [0, 65, 7 << 5], [0, 65, 1 << 5], [0, 65, 1 << 5, 1],
        ] {
            #expect(unpack(packed, capacity: 4) == nil)
        }
    }

    @Test func threadsWaitForEachOther() async throws {
        let path = Self.fixture("kinds.h5")
        try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<32 { group.addTask { try HDF5File(path: path).floats("numbers/gzip") } }
            for try await values in group { #expect(values == [-2, -1, 0, 1, 2, 3]) }
        }
    }
}

/// What a file may not do, by the full text of the error.
@Suite struct HDF5RefusalTests {
    @Test(arguments: [
        (
            "external_link.h5",
            "/net/outside: a link into another file, which is never followed. "
                + "Copy the data into one file, for example with h5py's Group.copy(expand_external=True)."
        ),
        (
            "deep.h5",
            "groups lie more than 100 deep in each other; expected a file of weights."
        ),
        (
            "behind_soft_link.h5",
            "/zz: a link into another file, which is never followed. "
                + "Copy the data into one file, for example with h5py's Group.copy(expand_external=True)."
        ),
    ])
    func listingRefuses(name: String, text: String) throws {
        let path = HDF5ReadingTests.fixture(name)
        let error = #expect(throws: KernelVizError.self) {
            let file = try HDF5File(path: path)
            _ = try file.listing()
        }
        #expect(error?.description == "\(path): \(text)")
    }

    @Test(arguments: [
        (
            "external_data.h5", "elsewhere",
            "its data lie in another file, which is never opened. "
                + "Copy the data into one file, for example with h5repack."
        ),
        (
            "huge.h5", "huge",
            "claims 1048576×1048576 elements in a file of SIZE bytes; expected a tensor that fits into memory. "
                + "The file is damaged; copy or download it again."
        ),
        (
            "unknown_filter.h5", "packed",
            "its data cannot be read (required filter 'abc' is not registered). "
                + "The data are compressed with a filter that this HDF5 library lacks; rewrite the file with gzip."
        ),
        ("kinds.h5", "nothing", "no such data set (object 'nothing' doesn't exist). REST"),
        ("external_link.h5", "net/outside", "no such data set (traversal operator failed). REST"),
    ])
    func readingRefuses(name: String, dataset: String, text: String) throws {
        let path = HDF5ReadingTests.fixture(name)
        let error = #expect(throws: KernelVizError.self) {
            let file = try HDF5File(path: path)
            _ = try file.floats(dataset)
        }
        let size = try InputFile.sizeBytes(path)
        let expected = text.replacing("SIZE", with: "\(size)").replacing(
            "REST",
            with: "The file is damaged or uses what this HDF5 library does not know; write it again and retry.")
        #expect(error?.description == "\(path): /\(dataset): \(expected)")
    }

    @Test func aTruncatedFileSaysHowMuchIsThere() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/cut.h5"
            let whole = try InputFile.bytes(HDF5ReadingTests.fixture("kinds.h5"))
            try AtomicFile.write(whole.prefix(5000), to: path)
            let error = #expect(throws: KernelVizError.self) { _ = try HDF5File(path: path) }
            #expect(
                error?.description
                    == "\(path): truncated HDF5 file (5000 of \(whole.count) bytes); expected the whole file. "
                    + "Copy or download it again.")
        }
    }
}
