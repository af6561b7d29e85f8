import CPNG

/// The library that reads and writes PNG files.
public enum PNGLibrary {
    /// Its version, "1.6.39".
    public static var version: String {
        unsafe png_get_libpng_ver(nil).map { unsafe String(cString: $0) } ?? "unknown"
    }
}
