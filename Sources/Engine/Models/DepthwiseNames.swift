import VGNets

/// Where the parameters of a learned depthwise convolution stand in a state dict.
struct DepthwiseNames {
    /// The convolution: `path` itself, or a part of a sequence or of branches.
    let kernel: String
    /// The batch normalisation behind it, where the form has one.
    let norm: String?
    /// The batch normalisation of the branch that passes the input on.
    let skip: String

    init(path: String, form: DepthwiseForm) {
        skip = "\(path)/skip"
        let isNormalized = form == .normalized || form == .branched
        (kernel, norm) = isNormalized ? ("\(path)/0", "\(path)/1") : (path, nil)
    }
}
