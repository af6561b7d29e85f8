import Diagnostics

/// What one epoch showed.
public struct EpochRecord: Sendable, Equatable, Codable {
    /// From 1.
    public var epoch: Int
    /// The mean loss over its steps, with augmentation and label smoothing.
    public var loss: Double
    /// The share of training images whose class came first.
    public var trainingAccuracy: Double
    /// The same for images that were held out of the training set, without augmentation; nil where there are none.
    public var validationAccuracy: Double?
    /// The same for test images; nil where there are none.
    public var testAccuracy: Double?
    /// The learning rate of its last step.
    public var rate: Double
    /// Training images that could not be read.
    public var unreadable: Int

    /// The first line of a log; one of validation images has a column of its own.
    public static func header(isValidated: Bool) -> String {
        "epoch,loss,train_top1,\(isValidated ? "validation_top1," : "")test_top1,learning_rate,unreadable,images_per_s,seconds"
    }

    /// A line of the log; speed is not part of the record, so that a resumed training keeps the same one.
    public func line(imagesPerSecond: Double, seconds: Double, isValidated: Bool) -> String {
        func share(_ accuracy: Double?) -> String { accuracy.map { NumberFormat.fixed($0, 4) } ?? "" }
        let measured = (isValidated ? "\(share(validationAccuracy))," : "") + share(testAccuracy)
        return "\(epoch),\(NumberFormat.fixed(loss, 6)),\(NumberFormat.fixed(trainingAccuracy, 4)),\(measured),"
            + "\(NumberFormat.fixed(rate, 8)),\(unreadable),\(NumberFormat.fixed(imagesPerSecond, 1)),"
            + NumberFormat.fixed(seconds, 1)
    }
}
