/// Speed and time left, over the steps since the start or resumption.
struct TrainingClock {
    private var stepsLeft: Int
    private var steps = 0
    private var elapsed: Duration = .zero
    private var last = ContinuousClock.now

    init(stepsLeft: Int) { self.stepsLeft = stepsLeft }

    mutating func begin() { last = .now }

    mutating func finishStep() {
        let now = ContinuousClock.now
        elapsed += now - last
        last = now
        steps += 1
        stepsLeft -= 1
    }

    private var secondsPerStep: Double { steps == 0 ? 0 : elapsed / .seconds(1) / Double(steps) }
    func imagesPerSecond(_ batch: Int) -> Double { secondsPerStep == 0 ? 0 : Double(batch) / secondsPerStep }
    var secondsLeft: Double { Double(max(0, stepsLeft)) * secondsPerStep }
}
