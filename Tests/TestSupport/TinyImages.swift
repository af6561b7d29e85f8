import Files
import Images
import Tensors

/// A data set that a small net learns within seconds.
public enum TinyImages {
    /// Writes `folder/train/classN/*.png` and `folder/test/classN/*.png`, two classes of 8×8 pixels with noise: class 0 is
    /// red on top, class 1 red below.
    public static func write(_ folder: String, training: Int = 24, test: Int = 8) throws {
        var generator = SeededGenerator(seed: 4)
        for (split, count) in [("train", training), ("test", test)] {
            for label in 0..<2 {
                try FolderWriter.prepare("\(folder)/\(split)/class\(label)")
                for index in 0..<count {
                    var bytes: [UInt8] = []
                    for pixel in 0..<64 {
                        let isRed = (pixel / 32 == 0) == (label == 0)
                        bytes += [isRed ? 200 : 20, 60, 60].map {
                            UInt8(max(0, min(255, Double($0) + 20 * generator.normal())))
                        }
                    }
                    try ImageFile.writePNG(
                        RGBImage(width: 8, height: 8, bytes: bytes), to: "\(folder)/\(split)/class\(label)/\(index).png"
                    )
                }
            }
        }
    }

    /// Writes `folder/classN/0.png`, two pictures 8 wide and 6 high; an EXIF orientation of 6 turns the second one.
    public static func writeTurned(_ folder: String) throws {
        // A chunk eXIf before the end of the PNG; its checksum is not looked at.
        let exif: [UInt8] =
            [0, 0, 0, 26] + Array("eXIf".utf8) + [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3]
            + [0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        for index in 0..<2 {
            try FolderWriter.prepare("\(folder)/class\(index)")
            let bytes = [UInt8](repeating: UInt8(90 * index), count: 3 * 8 * 6)
            var png = try ImageFile.encodePNG(RGBImage(width: 8, height: 6, bytes: bytes))
            if index == 1 { png.insert(contentsOf: exif, at: png.count - 12) }
            try AtomicFile.write(png, to: "\(folder)/class\(index)/0.png")
        }
    }
}
