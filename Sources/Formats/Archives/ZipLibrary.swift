import CZip

/// The library that reads zip archives.
public enum ZipLibrary {
    /// Its version, "1.7.3".
    public static var version: String { unsafe String(cString: zip_libzip_version()) }
}
