import ArgumentParser
import KernelViz

/// The part of `kernelviz eval` that finds the ranges of results for int8.
struct CalibrationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Images on which the ranges of results are found: a folder of pictures or of class folders, or what --data \
            takes. By default those of --data, or --input.
            """, valueName: "folder"))
    var calibrate: String?

    @Option(
        help: ArgumentHelp("At most so many images, evenly over the classes (100 by default).", valueName: "images"))
    var calibrationImages: Int?

    @Option(help: "min-max, percentile or mse: how a range follows from the numbers that were met.")
    var ranges: Quantization.Method?

    var isGiven: Bool { calibrate != nil || calibrationImages != nil || ranges != nil }

    func validate() throws { try Bounds.check("--calibration-images", calibrationImages, in: 1...10_000) }

    /// The network with the ranges of its results on --calibrate, else on the data that is evaluated, else on the input.
    func calibrated(
        _ network: RunnableNetwork, images: ImageDataSet?, input: NetworkInput, threads: Int
    ) throws -> RunnableNetwork {
        let limit = calibrationImages ?? RunnableNetwork.calibrationImages
        let method = ranges ?? .standard
        if let calibrate {
            return try network.calibrated(
                on: ImageFolder.open(calibrate).images, source: calibrate, limit: limit, method: method,
                threads: threads)
        }
        if let images {
            return try network.calibrated(
                on: images, source: "some of those that are evaluated (--calibrate names others)", limit: limit,
                method: method, threads: threads)
        }
        return try network.calibrated(
            on: [input.tensor(for: network)], source: "the input itself (--calibrate names others)", method: method,
            threads: threads)
    }
}

extension Quantization.Method: ExpressibleByArgument {}
