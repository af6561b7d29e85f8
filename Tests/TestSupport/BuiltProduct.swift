import Foundation

/// Programs that the build puts beside the test bundle.
public enum BuiltProduct {
    /// The path of the program `name`; in the folder KERNELVIZ_PRODUCTS where that is set, for programs that must not be
    /// built as the tests are: a sanitizer needs more address space than a reader's limit leaves.
    public static func path(_ name: String) -> String {
        if let folder = ProcessInfo.processInfo.environment["KERNELVIZ_PRODUCTS"] { return folder + "/" + name }
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
        let program = bundle ?? ProcessInfo.processInfo.arguments[0]
        return (program as NSString).deletingLastPathComponent + "/" + name
    }
}
