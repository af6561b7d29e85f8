import CCairo

/// The library that draws figures.
public enum CairoLibrary {
    /// Its version, "1.16.0".
    public static var version: String { unsafe String(cString: cairo_version_string()) }
}
