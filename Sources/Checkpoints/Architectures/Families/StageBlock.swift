/// A block of a network whose blocks stand in stages.
struct StageBlock {
    /// From 0.
    let stage: Int
    /// Its place in the stage, from 0.
    let index: Int
    /// Its number among all blocks, from 1.
    let number: Int

    /// The blocks of stages of these depths, in order.
    static func all(_ depths: [Int]) -> [StageBlock] {
        let places = depths.enumerated().flatMap { stage, depth in (0..<depth).map { (stage, $0) } }
        return places.enumerated().map { StageBlock(stage: $1.0, index: $1.1, number: $0 + 1) }
    }
}
