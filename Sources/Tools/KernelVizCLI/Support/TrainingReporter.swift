import KernelViz

/// A training's progress on stderr: a line that is redrawn on a terminal, one every ten seconds elsewhere, and one line an
/// epoch.
final class TrainingReporter {
    private let epochs: Int
    private var lastDrawn: ContinuousClock.Instant?
    private var drawnWidth = 0
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
            let test = TrainingReporter.measured(record)
            let bad = record.unreadable == 0 ? "" : ", \(record.unreadable) unreadable"
            Console.note(
                "epoch \(record.epoch)/\(epochs): loss \(NumberFormat.fixed(record.loss, 4)), "
                    + "train \(NumberFormat.fixed(record.trainingAccuracy * 100, 2)) %\(test), "
                    + "\(NumberFormat.fixed(speed, 0)) images/s, \(NumberFormat.fixed(seconds, 0)) s\(bad)")
        case .stopped(let epoch, let step):
            finish()
            Console.note("Saved at epoch \(epoch + 1) after step \(step); --resume goes on there")
        }
    }

    /// ", validation 81.20 %, test 80.75 %": what was measured after an epoch.
    static func measured(_ record: EpochRecord) -> String {
        [("validation", record.validationAccuracy), ("test", record.testAccuracy)].compactMap { name, share in
            share.map { ", \(name) \(NumberFormat.fixed($0 * 100, 2)) %" }
        }.joined()
    }

    private func draw(_ step: TrainingRun.StepReport) {
        let now = ContinuousClock.now
        let pause: Duration = Console.notesAreInteractive ? .milliseconds(200) : .seconds(10)
        guard lastDrawn.map({ now - $0 > pause }) ?? true else { return }
        lastDrawn = now
        let line =
            "epoch \(step.epoch)/\(epochs) step \(step.step)/\(step.stepsPerEpoch): loss "
            + "\(NumberFormat.fixed(step.loss, 4)), top-1 \(NumberFormat.fixed(step.accuracy * 100, 1)) %, "
            + "\(NumberFormat.fixed(step.imagesPerSecond, 0)) images/s, \(Self.clock(step.secondsLeft)) left"
        guard Console.notesAreInteractive else { return Console.note(line) }
        Console.progress("\r" + line + String(repeating: " ", count: max(0, drawnWidth - line.count)))
        drawnWidth = line.count
    }

    /// Removes the line that is redrawn.
    func finish() {
        if drawnWidth > 0 { Console.progress("\r" + String(repeating: " ", count: drawnWidth) + "\r") }
        drawnWidth = 0
    }

    /// "2:03:04", "3:04".
    static func clock(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let rest = "\(two(whole / 60 % 60)):\(two(whole % 60))"
        return whole >= 3600 ? "\(whole / 3600):\(rest)" : rest
    }
}
