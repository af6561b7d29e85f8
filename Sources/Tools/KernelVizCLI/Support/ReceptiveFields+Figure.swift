import Gallery
import KernelViz

extension ReceptiveFields {
    /// The fields of a network, measured while a line tells how far it is.
    static func figure(of network: RunnableNetwork, widthMillimetres: Double = 170) throws -> Figure {
        let progress = ProgressLine("Running \(network.name)")
        defer { progress.finish() }
        let fields = try ReceptiveFields(network).measure { try progress.update($0, of: $1) }
        return try ReceptiveFieldFigure.figure(
            of: fields, network: network.name, method: method, widthMillimetres: widthMillimetres)
    }
}
