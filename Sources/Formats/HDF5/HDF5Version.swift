import CHDF5

extension HDF5File {
    /// The version of the library that reads and writes HDF5, "1.10.8"; nil where it does not start.
    public static var libraryVersion: String? {
        try? HDF5Library.locked { () throws -> String in
            var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
            try HDF5Library.check(
                H5get_libversion(&major, &minor, &release), "hdf5.failed", "HDF5", "the library does not start")
            return "\(major).\(minor).\(release)"
        }
    }
}
