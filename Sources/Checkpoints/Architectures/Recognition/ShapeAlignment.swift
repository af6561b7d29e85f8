/// Lays the convolutions of a file beside those of a blueprint.
struct ShapeAlignment {
    private let files: [ShapeRecogniser.Candidate]
    private let convs: [ExpectedConv]
    /// For each place of the file, the channels of the last N×N layer before it.
    private let spatialBefore: [Int]

    init(_ files: [ShapeRecogniser.Candidate], _ convs: [ExpectedConv]) {
        self.files = files
        self.convs = convs
        var last = 0
        spatialBefore = files.map { file in
            defer { if file.shape[2] > 1 { last = file.shape[0] } }
            return last
        }
    }

    /// For each layer of the blueprint its place in the file, nil for one that the file leaves out.
    ///
    /// Where the order of the file is not the network's, depthwise layers and the others are each in their own order, as
    /// Keras numbers them.
    func places(isOrdered: Bool) -> [Int?]? {
        let required = convs.count { !$0.isOptional }
        guard files.count >= required, files.count <= convs.count + 1 else { return nil }
        if let places = inOrder() { return places }
        return isOrdered ? nil : byKind()
    }

    private func fits(_ place: Int, _ index: Int) -> Bool {
        let (file, conv) = (files[place], convs[index])
        guard conv.fittingShape(file.entry) != nil, (conv.kind == .depthwise) == file.isDepthwise else { return false }
        if conv.isShortcut {
            guard place > 0 else { return false }
            // Before the other layers it reads what the block before gives, behind them it gives what they give.
            let isBehind = convs[..<index].last { !$0.isShortcut }?.block == conv.block
            return file.shape[isBehind ? 0 : 1] == files[place - 1].shape[0]
        }
        guard conv.isOptional, conv.block > 0 else { return true }
        // Squeeze-and-excite reads and gives the channels of the N×N layer before it, or those of the layer before it.
        if place > 0, conv.module.hasSuffix(".se.fc1"), file.shape[1] == files[place - 1].shape[0] { return true }
        if place > 0, conv.module.hasSuffix(".se.fc2") {
            let before = files[place - 1].shape
            return file.shape[0] == before[1] && file.shape[1] == before[0]
        }
        return file.shape[0] == spatialBefore[place] || file.shape[1] == spatialBefore[place]
    }

    private func inOrder() -> [Int?]? {
        var dead: Set<Int> = []
        var result = [Int?](repeating: nil, count: convs.count)
        func step(_ place: Int, _ index: Int) -> Bool {
            guard index < convs.count else {
                // The classifier may be one more 1×1 convolution.
                return place == files.count || (place == files.count - 1 && files[place].shape[2] == 1)
            }
            let key = place * (convs.count + 1) + index
            if dead.contains(key) { return false }
            if place < files.count, fits(place, index) {
                result[index] = place
                if step(place + 1, index + 1) { return true }
                result[index] = nil
            }
            if convs[index].isOptional, step(place, index + 1) { return true }
            dead.insert(key)
            return false
        }
        return step(0, 0) ? result : nil
    }

    private func byKind() -> [Int?]? {
        let depthwise = files.indices.filter { files[$0].isDepthwise }
        let others = files.indices.filter { !files[$0].isDepthwise }
        // All that is optional, none of it, or the heads alone.
        let choices: [(ExpectedConv) -> Bool] = [
            { _ in true }, { !$0.isOptional }, { !$0.isOptional || $0.block == 0 },
        ]
        for isTaken in choices {
            var (nextDepthwise, nextOther) = (depthwise[...], others[...])
            var result = [Int?](repeating: nil, count: convs.count)
            let isWhole = convs.indices.allSatisfy { index in
                let conv = convs[index]
                guard isTaken(conv) else { return true }
                guard let place = conv.kind == .depthwise ? nextDepthwise.popFirst() : nextOther.popFirst(),
                    conv.fittingShape(files[place].entry) != nil
                else { return false }
                result[index] = place
                return true
            }
            if isWhole, nextDepthwise.isEmpty, nextOther.count <= 1 { return result }
        }
        return nil
    }
}
