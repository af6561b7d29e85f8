import Statistics

/// How much of its networks a page holds, so that it opens at once and stays small enough to send.
struct HTMLBudget: Equatable {
    /// Kernels of a layer that a page holds at most.
    static let mostKernels = 4096
    /// Networks up to here lie open on a page; more are closed, listed and packed.
    static let openNetworks = 4
    /// Above, pictures that are large and are no comparison stay on the pages of single networks.
    static let fullNetworks = 16
    /// Bytes of a page with all that is on it.
    private static let page = 9_500_000
    /// Bytes of a closed network beside its kernels: tables, small figures, histograms, its line in the index.
    private static let closedNetwork = 32_000
    /// Label, shape, fit, width and probabilities of a kernel in bytes (``HTMLKernels``).
    private static let factBytes = 9

    /// Whether networks are closed and packed, with an index.
    let isCollection: Bool
    /// Whether every network has all its figures.
    let hasAllFigures: Bool
    /// Kernels of each layer that are held.
    let kernelLimit: Int
    /// Whether weights are held in single precision, else as 1/127 of each kernel's largest.
    let isExact: Bool
    /// Whether the kernels' partners through 1×1 layers are held.
    let hasPartners: Bool

    /// What a page on `networks` may hold beside the inputs that excite their kernels.
    init(_ networks: [AnalysedNetwork], inputs: [HTMLInputs] = []) {
        self.init(
            layers: networks.filter { $0.kernels != nil }.map { network in
                network.statistics.layers.map { ($0.classifications.count, $0.layer.kernelHeight) }
            }, networks: networks.count,
            reserved: inputs.reduce(0) { $0 + $1.byteCount + $1.channelCount * HTMLInputs.channelBytes / 3 * 4 })
    }

    /// What a page may hold of layers of so many kernels of a size, network by network, where `reserved` bytes are taken.
    init(layers: [[(kernels: Int, size: Int)]], networks: Int, reserved: Int = 0) {
        isCollection = networks > Self.openNetworks
        hasAllFigures = networks <= Self.fullNetworks
        // base64 makes four letters of three bytes.
        let room = max(1_000_000, Self.page - reserved - (isCollection ? networks * Self.closedNetwork : 0)) / 4 * 3
        func bytes(_ limit: Int, exact: Bool, partners: Bool) -> Int {
            layers.joined().reduce(0) { sum, layer in
                let weights = layer.size * layer.size * (exact ? 4 : 1) + (exact ? 0 : 4)
                let facts = Self.factBytes + (partners ? 8 * HTMLPartners.limit : 0)
                return sum + min(limit, layer.kernels) * (weights + facts)
            }
        }
        for (exact, partners) in [(true, true), (false, true), (false, false)]
        where bytes(Self.mostKernels, exact: exact, partners: partners) <= room {
            (kernelLimit, isExact, hasPartners) = (Self.mostKernels, exact, partners)
            return
        }
        var limit = Self.mostKernels
        while limit > 16, bytes(limit, exact: false, partners: false) > room { limit /= 2 }
        (kernelLimit, isExact, hasPartners) = (limit, false, false)
    }

    /// What the page says of its numbers.
    var note: String {
        isExact
            ? ""
            : " Weights are kept to 1/127 of each kernel's largest, and norms and similarities are computed from them."
    }
}
