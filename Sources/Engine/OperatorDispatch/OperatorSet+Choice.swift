import InstructionSets
import OperatorInterface
import OperatorsBaseline

#if arch(x86_64)
    import OperatorsAVX2
    import OperatorsAVX512
    import OperatorsAVX512BF16
#endif

extension OperatorSet {
    /// What every processor of the architecture runs.
    package static let baseline = OperatorSet(.baseline, OperatorsBaseline.Operators.self)

    /// The operators of some instructions; nil where the processor lacks them.
    package static func compiled(for instructions: InstructionSet) -> OperatorSet? {
        guard instructions.isSupported else { return nil }
        switch instructions {
        case .baseline: return baseline
        #if arch(x86_64)
            case .avx2: return OperatorSet(.avx2, OperatorsAVX2.Operators.self)
            case .avx512: return OperatorSet(.avx512, OperatorsAVX512.Operators.self)
            case .avx512bf16: return OperatorSet(.avx512bf16, OperatorsAVX512BF16.Operators.self)
        #else
            default: return nil
        #endif
        }
    }

    /// The fastest that this processor runs.
    package static var fastest: OperatorSet { compiled(for: .avx512) ?? compiled(for: .avx2) ?? baseline }

    /// The fastest with activations of a format.
    package static func fastest(for format: ElementFormat) -> OperatorSet {
        format.isFloat ? fastest : compiled(for: .avx512bf16) ?? fastest
    }

    /// With AVX-512 the sums of several panels stay in registers.
    private init(_ instructions: InstructionSet, _ loops: any OperatorLoops.Type) {
        switch instructions {
        case .baseline, .avx2:
            self.init(
                name: instructions.rawValue, loops: loops, panelWidths: [1], singlePixelPanelWidths: [4, 3, 2, 1])
        case .avx512, .avx512bf16:
            self.init(
                name: instructions.rawValue, loops: loops, panelWidths: [3, 2, 1], halfPanelWidths: [2, 1],
                singlePixelPanelWidths: [8, 4, 3, 2, 1])
        }
    }
}
