import Files
import Architectures
import Statistics

extension ConvNetwork {
    /// What stands above figures of the network: its title, or the file's name where the network is unknown.
    public var figureTitle: String { family == nil ? FilePaths.name(of: checkpoint.path) : title }
}

extension NetworkFacts {
    /// What stands above figures of the network, as above those of a checkpoint that is open.
    public var figureTitle: String { family == nil ? FilePaths.name(of: checkpoint.path) : title }
}
