/// Names of what optimisers keep for each weight.
package enum OptimiserState {
    private static let components: Set<String> = ["momentum", "velocity", "opt_state"]

    /// Whether a tensor's name says so; `besideWeights` where the weights stand in the file as well.
    package static func isOne(_ name: String, besideWeights: Bool = false) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("optim") || name.contains("/optimizer") || name.contains(".optimizer")
            || name.contains("exp_avg") || name.contains("momentum_buffer") || name.contains("square_avg")
            || besideWeights
                && name.split { $0 == "." || $0 == "/" }.contains { components.contains(String($0)) }
    }
}
