import Diagnostics
import Files
import TrainingRuns
import VGNets

/// Which nets are trained with which seeds on what: the contents of a plan file.
///
/// Names are unique, also as folders; seeds are unique; the baseline is one of the nets.
public struct SweepPlan: Sendable, Equatable {
    /// One row of the table.
    public struct Net: Sendable, Equatable {
        /// The row's name, also of its folder.
        public let name: String
        /// The design, before it takes the data set's classes; nil for a net that is no VGNet.
        public let config: VGNetConfig?
        /// `mobilenetv1-WIDTH` where it is no VGNet.
        public let builtIn: String?
        /// How it is trained.
        public let settings: TrainingSettings

        /// The images that it is compared on; nil for the test images.
        var heldOut: HeldOutImages? {
            settings.validation > 0 ? HeldOutImages(count: settings.validation, seed: settings.validationSeed) : nil
        }

        /// Groups the parts.
        package init(name: String, config: VGNetConfig?, builtIn: String?, settings: TrainingSettings) {
            self.name = name
            self.config = config
            self.builtIn = builtIn
            self.settings = settings
        }
    }

    /// A line above the table.
    public let title: String
    /// The data set's path.
    public let dataPath: String
    /// The test set's path; nil where the data set brings its own.
    public let testDataPath: String?
    /// Seeds of initial weights, order and augmentation.
    public let seeds: [UInt64]
    /// The row that the others are compared with; nil for none.
    public let baseline: String?
    /// The rows.
    public let nets: [Net]

    /// What all nets are compared on; nil for the test images.
    public var heldOut: HeldOutImages? { nets.first?.heldOut }

    /// The folder of a row below the sweep's.
    public static func folderName(_ name: String) -> String {
        String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
    }

    /// The most seeds of a plan.
    public static let mostSeeds = 1000

    /// Joins the parts of a plan and checks them.
    ///
    /// Throws `sweep.badPlan`, its subject `subject` and the place.
    package init(
        title: String, dataPath: String, testDataPath: String?, seeds: [UInt64], baseline: String?, nets: [Net],
        subject: String
    ) throws {
        func problem(_ place: String, _ found: String, _ expected: String, _ advice: String? = nil) -> KernelVizError {
            KernelVizError(
                code: "sweep.badPlan", subject: "\(subject): \(place)", found: found, expected: expected,
                advice: advice)
        }
        guard !nets.isEmpty else { throw problem("nets", "no net", "at least one") }
        guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
            throw problem("seeds", seeds.isEmpty ? "no seed" : "a seed twice", "different whole numbers")
        }
        guard seeds.count <= Self.mostSeeds else {
            throw problem("seeds", "\(seeds.count) seeds", "at most \(Self.mostSeeds)")
        }
        var folders: [String: String] = [:]
        for net in nets {
            let folder = Self.folderName(net.name)
            if let other = folders[folder] {
                throw problem(
                    "nets", "'\(other)' and '\(net.name)' would share the folder '\(folder)'", "different names",
                    "Give one of them another 'name'")
            }
            if folder.allSatisfy({ $0 == "." || $0 == "-" }) {
                throw problem("nets", "a net called '\(net.name)'", "a name with letters or digits")
            }
            folders[folder] = net.name
        }
        if let other = nets.first(where: { $0.heldOut != nets[0].heldOut }) {
            throw problem(
                "nets", "'\(nets[0].name)' and '\(other.name)' with different validation images",
                "the same for all", "Give 'validation' and 'validation-seed' in the plan's own 'train'")
        }
        if let baseline, !nets.contains(where: { $0.name == baseline }) {
            throw problem(
                "baseline", "no net called '\(baseline)'", "the name of one of the nets",
                NearestName.advice(for: baseline, among: nets.map(\.name)))
        }
        self.title = title
        self.dataPath = dataPath
        self.testDataPath = testDataPath
        self.seeds = seeds
        self.baseline = baseline
        self.nets = nets
    }
}
