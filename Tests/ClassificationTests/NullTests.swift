import Testing

@testable import Classification

@Suite struct NullTests {
    @Test(arguments: [3, 5, 7])
    func randomKernelsAreOther(size: Int) {
        let rates = Classifiers.of(size).nullRates
        let t = Classifiers.of(size).thresholds
        print(rates,t, Classifiers.of(size).families.blur.count,Classifiers.of(size).families.first.count,Classifiers.of(size).families.second.count)
        #expect(rates.named <= 0.05)
    }
}
