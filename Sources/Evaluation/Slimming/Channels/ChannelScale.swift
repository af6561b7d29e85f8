import Engine

/// scale · x + shift of each channel: a normalisation with its running statistics, or such a layer itself.
struct ChannelScale: Sendable {
    let scale: [Double]
    let shift: [Double]

    init(_ norm: BatchNormalization, in graph: Graph) {
        let (weight, bias) = (graph[norm.weight].scalars, graph[norm.bias].scalars)
        let (mean, variance) = (graph[norm.runningMean].scalars, graph[norm.runningVariance].scalars)
        let factors = weight.indices.map {
            Double(weight[$0]) / (Double(variance[$0]) + Double(norm.epsilon)).squareRoot()
        }
        scale = factors
        shift = factors.indices.map { Double(bias[$0]) - factors[$0] * Double(mean[$0]) }
    }

    init(scale: Graph.ParameterID, shift: Graph.ParameterID, in graph: Graph) {
        self.scale = graph[scale].scalars.map(Double.init)
        self.shift = graph[shift].scalars.map(Double.init)
    }
}
