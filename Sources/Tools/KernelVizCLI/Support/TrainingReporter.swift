import KernelViz

/// A training's progress on stderr: a line that is redrawn on a terminal, one every ten seconds elsewhere, and one line an
/// epoch.
final class TrainingReporter {
    private let epochs: Int
    private var lastDrawn: ContinuousClock.Instant?
    private var line = RedrawnLine()
    private var unreadable = 0
    private var hasToldOfTurns = false

    /// What is said once where photographs were turned.
    static let turned =
        "photographs are turned upright by their EXIF orientation (torchvision's ImageFolder would not turn them)"

    init(epochs: Int) { self.epochs = epochs }

    func report(_ event: TrainingRun.Event) {
        switch event {
        case .resumed(let epoch, let step):
            Console.note(
                step == 0 ? "Going on after epoch \(epoch)" : "Going on at epoch \(epoch + 1), step \(step + 1)")
        case .unreadable(let what):
            finish()
            unreadable += 1
            if unreadable <= 10 { Console.note("kernelviz: warning: left out \(what)") }
            if unreadable == 11 { Console.note("kernelviz: warning: further unreadable images are only counted") }
        case .turned:
            guard !hasToldOfTurns else { return }
            hasToldOfTurns = true
            finish()
            Console.note("kernelviz: note: \(Self.turned)")
        case .step(let step): draw(step)
        case .epoch(let record, let speed, let seconds):
            finish()
            let bad = record.unreadable == 0 ? "" : ", \(record.unreadable) unreadable"
            Console.note(
                Self.summary(of: record, epochs: epochs, imagesPerSecond: speed)
                    + ", \(NumberFormat.fixed(seconds, 0)) s\(bad)")
        case .stopped(let epoch, let step):
            finish()
            Console.note("Saved at epoch \(epoch + 1) after step \(step); --resume goes on there")
        }
    }

    /// What an epoch gave: "epoch 3/90: loss 2.3026, train 11.20 %, validation 12.00 %, 950 images/s".
    static func summary(of record: EpochRecord, epochs: Int, imagesPerSecond: Double) -> String {
        "epoch \(record.epoch)/\(epochs): loss \(NumberFormat.fixed(record.loss, 4)), "
            + "train \(NumberFormat.fixed(record.trainingAccuracy * 100, 2)) %\(measured(record)), "
            + "\(NumberFormat.fixed(imagesPerSecond, 0)) images/s"
    }

    /// ", validation 81.20 %, test 80.75 %": what was measured after an epoch.
    private static func measured(_ record: EpochRecord) -> String {
        [("validation", record.validationAccuracy), ("test", record.testAccuracy)].compactMap { name, share in
            share.map { ", \(name) \(NumberFormat.fixed($0 * 100, 2)) %" }
        }.joined()
    }

    private func draw(_ step: TrainingRun.StepReport) {
        let now = ContinuousClock.now
        let pause: Duration = Console.notesAreInteractive ? .milliseconds(200) : .seconds(10)
        guard lastDrawn.map({ now - $0 > pause }) ?? true else { return }
        lastDrawn = now
        let text =
            "epoch \(step.epoch)/\(epochs) step \(step.step)/\(step.stepsPerEpoch): loss "
            + "\(NumberFormat.fixed(step.loss, 4)), top-1 \(NumberFormat.fixed(step.accuracy * 100, 1)) %, "
            + "\(NumberFormat.fixed(step.imagesPerSecond, 0)) images/s, \(Self.clock(step.secondsLeft)) left"
        guard Console.notesAreInteractive else { return Console.note(text) }
        line.draw(text)
    }

    /// Removes the line that is redrawn.
    func finish() { line.remove() }

    /// "2:03:04", "3:04".
    static func clock(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let rest = "\(two(whole / 60 % 60)):\(two(whole % 60))"
        return whole >= 3600 ? "\(whole / 3600):\(rest)" : rest
    }
}
