import Diagnostics
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct KernelBanksTests {
    private let network = MemoryNetwork.make([
        .init(name: "a", shape: [2, 1, 3, 3], scalars: (0..<18).map(Float.init)),
        .init(name: "b", shape: [1, 1, 1, 7], scalars: Array(repeating: 1, count: 7)),
        .init(name: "c", shape: [1, 2, 5, 5], scalars: Array(repeating: 1, count: 50)),
    ])

    @Test func squareLayersAreReadInOrderAndRectangularOnesLeftOut() throws {
        let banks = try KernelBanks.read(network)
        #expect(banks.map(\.layer.name) == ["a", "c"])
        #expect(banks.map(\.count) == [2, 2])
        #expect(Array(banks[0].kernel(1)) == (9..<18).map(Float.init))
        #expect(KernelBanks.skippedLayers(of: network).map(\.name) == ["b"])
    }

    @Test func rectangularKernelsAreRefusedByName() {
        let error = #expect(throws: KernelVizError.self) { try KernelBanks.read(network.layers[1], of: network) }
        #expect(
            error?.description
                == "net.h5: #2 b: its kernels have 1 rows and 7 columns; expected square kernels. "
                + "Choose another layer; only square kernels have labels.")
    }

    @Test func aNetworkWithoutSquareKernelsIsRefused() {
        let network = MemoryNetwork.make([
            .init(name: "b", shape: [1, 1, 1, 7], scalars: Array(repeating: 1, count: 7))
        ])
        let error = #expect(throws: KernelVizError.self) { try KernelBanks.read(network) }
        #expect(
            error?.description
                == "net.h5: rectangular kernels alone (#1 b: 1×7); expected at least one layer of square N×N kernels "
                + "(N > 1). Only square kernels have labels.")
    }
}
