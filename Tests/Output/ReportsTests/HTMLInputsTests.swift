import Foundation
import Images
import Tensors
import Testing

@testable import Evaluation
@testable import Reports

/// What a page carries of the inputs that excite kernels.
@Suite struct HTMLInputsTests {
    private func picture(_ name: String, side: Int = 64) -> TopActivations.Picture {
        var generator = SeededGenerator(seed: 5)
        let bytes = (0..<side * side * 3).map { _ in UInt8(max(0, min(255, 128 + 60 * generator.normal()))) }
        return .init(name: name, image: RGBImage(width: side, height: side, bytes: bytes))
    }

    /// Three pictures, of which a channel names the first and the last; another gives the same everywhere.
    private func activations(leftOut: [TopActivations.LeftOut] = []) -> TopActivations {
        var excited = ChannelPeaks([0, 0, 0, 4], columns: 2, picture: 0)
        excited.add(ChannelPeaks([0, 6, 0, 0], columns: 2, picture: 2))
        let units = UnitGeometry(pixels: 64)
        let layer = TopActivations.Layer(
            tensorName: "a.weight", channels: [excited, ChannelPeaks([1, 1], columns: 2, picture: 0)], rows: units,
            columns: units)
        return TopActivations(
            path: "/data/photos", available: 1200,
            pictures: [picture("</script>.png"), picture("b.png"), picture("c.png")], unreadable: ["d.png: damaged."],
            layers: [layer], leftOut: leftOut)
    }

    private func json(_ inputs: HTMLInputs) throws -> [String: Any] {
        let element = inputs.element(id: "x")
        #expect(element.components(separatedBy: "</script>").count == 2, "a name ends no element")
        let start = try #require(element.firstIndex(of: "{"))
        let end = try #require(element.lastIndex(of: "}"))
        return try #require(
            try JSONSerialization.jsonObject(with: Data(element[start...end].utf8)) as? [String: Any])
    }

    @Test func onlyPicturesThatAreNamedAreHeld() throws {
        let inputs = try HTMLInputs(activations())
        let columns = try #require(inputs.columns(ofWeight: "a.weight", channels: 2))
        let none: [UInt16] = [65_535, 0, 0]
        #expect(Array(columns.places.prefix(12)) == [1, 0, 1, 0, 1, 1] + none + none)
        #expect(Array(columns.places.suffix(12)) == none + none + none + none)
        // Σ over eight units is 10, the mean 1.25, the mean square 52/8 = 6.5, √(6.5 − 1.5625) = 2.222049.
        #expect(Array(columns.values.prefix(5)) == [6, 4, 0, 0, 1.25] && abs(columns.values[5] - 2.222049) < 1e-5)
        #expect(inputs.columns(ofWeight: "a.weight", channels: 1)?.channels == 1)
        #expect(inputs.columns(ofWeight: "b.weight", channels: 1) == nil)
        let held = try json(inputs)
        let pictures = try #require(held["pictures"] as? [[String: String]])
        #expect(pictures.map { $0["name"] } == ["</script>.png", "c.png"])
        let file = try #require(pictures.first?["jpeg"].flatMap { Data(base64Encoded: $0) })
        #expect(try ImageFile.decode(Array(file), subject: "page").width == 64)
        #expect(held["used"] as? Int == 3 && held["available"] as? Int == 1200 && held["size"] as? Int == 64)
    }

    @Test func manyPicturesAreReducedToTheRoomThatThereIs() throws {
        let whole = try HTMLInputs(activations())
        let reduced = try HTMLInputs(activations(), room: whole.byteCount / 2)
        #expect(reduced.byteCount <= whole.byteCount / 2)
        let held = try #require(try json(reduced)["held"] as? Int)
        #expect((32..<64).contains(held))
        #expect(reduced.sentence.contains("pictures are held at \(held) of 64 pixels"))
        #expect(!whole.sentence.contains("held at"))
    }

    @Test func whatIsLeftOutIsSaidInOneLineAndInJSON() throws {
        let left = (1...5).map { TopActivations.LeftOut(layer: "#\($0) conv", reason: "its units have no place") }
        let inputs = try HTMLInputs(activations(leftOut: left))
        #expect(
            inputs.sentence
                == "those that excite each kernel most, among 3 of 1,200 pictures of photos; 1 picture could not be read: "
                + "d.png: damaged; none of #1 conv, #2 conv, #3 conv and 2 more layers: its units have no place")
        let list = try #require(try json(inputs)["leftOut"] as? [[String: String]])
        #expect(list.count == 5 && list[4] == ["layer": "#5 conv", "reason": "its units have no place"])
    }
}
