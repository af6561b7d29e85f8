import Foundation

/// Programs that the build puts beside the test bundle.
public enum BuiltProduct {
    /// The path of the program `name`.
    public static func path(_ name: String) -> String {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
        let program = bundle ?? ProcessInfo.processInfo.arguments[0]
        return (program as NSString).deletingLastPathComponent + "/" + name
    }
}
