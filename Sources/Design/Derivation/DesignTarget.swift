import Diagnostics
import Glibc
import VGNets

/// The published net that a design is measured against, and the bounds that follow from it and from the user's options.
public struct DesignTarget: Sendable, Equatable {
    /// The published net of the size: VGNetG, or VGNetC where all kernels are to be learned, with the classes and the
    /// input of the wanted net.
    public let reference: VGNetConfig
    /// The most that the design may cost.
    public let bounds: DesignBounds
    /// The paper's own shape within these bounds; nil where it has none.
    let shape: NetworkShape?

    /// What the published net costs.
    public var referenceCost: DesignCost { DesignCost(reference) }

    /// The published net nearest to the budget and the bounds that the user did not set.
    ///
    /// A budget between the published sizes has the multiply-accumulates of the paper's shape at that budget, never more
    /// than the published net's unless the budget is larger than it.
    /// Throws the config's own errors, `derive.badMultiple` and `derive.budgetTooLarge`.
    init(_ options: Derivation.DesignOptions) throws {
        let nets = try NetworkShape.published.map { try Self.reference($0, options) }
        let costs = nets.map(DesignCost.init)
        let budget = options.budget
        let index =
            budget.sizeIndex
            ?? Self.nearest(budget.parameters.map { ($0, costs.map(\.parameters)) })
            ?? Self.nearest(budget.macs.map { ($0, costs.map(\.macs)) }) ?? 0
        reference = nets[index]
        let parameters = DesignBounds.Bound(
            budget.parameters ?? costs[index].parameters,
            from: budget.parameters == nil ? reference.name : "--budget")
        // The paper's design of these parameters.
        let template = reference
        let paper = try Self.paperShape(
            BudgetSolver(bounds: DesignBounds(parameters: parameters), multiple: options.multiple), template)
        let paperMACs = try paper.map {
            DesignCost(try template.replacing(channels: $0.channels, blocks: $0.blocks)).macs
        }
        let most = parameters.most <= costs[index].parameters ? costs[index].macs : Int.max
        let macs =
            budget.macs.map { DesignBounds.Bound($0, from: "--macs") }
            ?? DesignBounds.Bound(
                min(most, budget.parameters == nil ? costs[index].macs : paperMACs ?? costs[index].macs),
                from: reference.name)
        bounds = DesignBounds(parameters: parameters, macs: macs)
        shape = paper
    }

    /// The paper's design within the bounds; nil where no net is so small.
    private static func paperShape(_ solver: BudgetSolver, _ net: VGNetConfig) throws -> NetworkShape? {
        do {
            return try solver.solve(from: NetworkShape(channels: net.channels, blocks: net.blocks)) { shape in
                (try? net.replacing(channels: shape.channels, blocks: shape.blocks)).map(DesignCost.init)
            }
        } catch let error as KernelVizError where error.code == "derive.impossibleBudget" {
            return nil
        }
    }

    private init(_ reference: VGNetConfig, _ bounds: DesignBounds, _ shape: NetworkShape?) {
        (self.reference, self.bounds, self.shape) = (reference, bounds, shape)
    }

    /// The same net with its bounds times `factor`.
    func scaled(by factor: Double) -> DesignTarget { DesignTarget(reference, bounds.scaled(by: factor), shape) }

    /// The same published net with the bounds that a design of it sets, and that design's shape to start from.
    func bounded(by design: VGNetConfig) -> DesignTarget {
        let cost = DesignCost(design)
        return DesignTarget(
            reference,
            DesignBounds(
                parameters: .init(cost.parameters, from: design.name), macs: .init(cost.macs, from: design.name)),
            NetworkShape(channels: design.channels, blocks: design.blocks))
    }

    /// The index of the number nearest to the wanted one as a ratio.
    private static func nearest(_ wanted: (amount: Int, among: [Int])?) -> Int? {
        wanted.flatMap { wanted in
            let away = wanted.among.map { abs(log(Double($0) / Double(wanted.amount))) }
            return away.indices.min { away[$0] < away[$1] }
        }
    }

    private static func reference(
        _ net: NetworkShape.Published, _ options: Derivation.DesignOptions
    ) throws -> VGNetConfig {
        let name = "vgnet\(options.form == .c ? "c" : "g")-\(net.name)" + (options.isThumbnail ? "-thumbnail" : "")
        return try VGNetConfig.published(name).replacing(
            classes: options.classes, inputSize: options.inputSize ?? (options.isThumbnail ? 32 : 224))
    }

    /// The published net of which `config` is a copy but for name, classes and input size; nil for none.
    static func published(like config: VGNetConfig) -> String? {
        VGNetConfig.publishedNames.first { name in
            guard let net = try? VGNetConfig.published(name),
                let same = try? net.replacing(name: config.name, classes: config.classes, inputSize: config.inputSize)
            else { return false }
            return same == config
        }
    }
}
