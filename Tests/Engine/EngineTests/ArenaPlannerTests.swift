import Tensors
import Testing

@testable import Engine

/// One planner gives all plans their memory; places are worked out by hand.
@Suite struct ArenaPlannerTests {
    private let requests: [ArenaPlanner.Request?] = [
        .init(size: 1, life: 0...2), .init(size: 4, life: 1...2), nil, .init(size: 2, life: 0...0),
    ]

    @Test("In order of birth each result takes the first gap")
    func birth() {
        let plan = ArenaPlanner.place(requests, order: .birth)
        #expect(plan.offsets == [0, 1, 0, 1])
        #expect(plan.size == 5)
    }

    @Test("In order of size the largest lies first")
    func size() {
        let plan = ArenaPlanner.place(requests, order: .size)
        #expect(plan.offsets == [4, 0, 0, 0])
        #expect(plan.size == 5)
    }

    @Test("A gap between two results is used only if it is large enough")
    func gaps() {
        let plan = ArenaPlanner.place(
            [
                .init(size: 2, life: 0...9), .init(size: 3, life: 0...1), .init(size: 2, life: 0...9),
                .init(size: 4, life: 2...3), .init(size: 3, life: 2...3),
            ], order: .birth)
        // 2…4 is free again from step 2 on: too short for four numbers, not for three.
        #expect(plan.offsets == [0, 2, 5, 7, 2])
        #expect(plan.size == 11)
    }

    @Test("Nothing that lives at one time overlaps", arguments: [ArenaPlanner.Order.birth, .size])
    func nothingOverlaps(order: ArenaPlanner.Order) {
        var generator = SeededGenerator(seed: 4)
        let requests = (0..<80).map { _ in
            let birth = Int(generator.next() % 40)
            return ArenaPlanner.Request(
                size: 1 + Int(generator.next() % 99), life: birth...birth + Int(generator.next() % 9))
        }
        let plan = ArenaPlanner.place(requests, order: order)
        for (index, a) in requests.enumerated() {
            #expect(plan.offsets[index] + a.size <= plan.size)
            for other in requests.indices.dropFirst(index + 1) where requests[other].life.overlaps(a.life) {
                let b = plan.offsets[other]..<plan.offsets[other] + requests[other].size
                #expect(!(plan.offsets[index]..<plan.offsets[index] + a.size).overlaps(b))
            }
        }
        #expect(plan.size < requests.reduce(0) { $0 + $1.size } / 2)
    }

    @Test("Slices, joins and shuffles are lists of their inputs' channels")
    func channels() {
        #expect(GraphOperation.slice(1..<3).chosenChannels(of: [["a", "b", "c"]]) == ["b", "c"])
        #expect(GraphOperation.concatenate.chosenChannels(of: [["a"], ["b", "c"]]) == ["a", "b", "c"])
        // ShuffleNet: channel g·n + j goes to place j·groups + g.
        #expect(
            GraphOperation.channelShuffle(groups: 2).chosenChannels(of: [[0, 1, 2, 3, 4, 5]]) == [0, 3, 1, 4, 2, 5])
        #expect(!GraphOperation.add.choosesChannels)
    }
}
