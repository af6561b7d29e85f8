import Testing

@testable import Classification

@Suite struct RecoveryTests {
    @Test(arguments: Family.allCases, [3, 5, 7])
    func everyFamilyIsRecoveredAtTwentyDecibels(family: Family, size: Int) {
        var factory = KernelFactory(size: size, seed: 20)
        let count = 500
        let values = (0..<count).flatMap { _ in
            let kernel = factory.make(family)
            return factory.noisy(kernel, decibels: 20)
        }
        let labels = Classifiers.of(size).classifyLayer(values).classifications
        let share = Double(labels.count { $0.label == family.label }) / Double(count)
        #expect(share >= 0.99, "\(family) \(size): \(share)")
    }
}
