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
}
