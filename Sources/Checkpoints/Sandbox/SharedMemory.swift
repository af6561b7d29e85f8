import CSystem
import Glibc

/// Memory that two processes see, named by a file descriptor that one inherits from the other.
public struct SharedMemory: ~Copyable, @unchecked Sendable {
    /// The descriptor of the memory.
    public let descriptor: Int32
    private var mapping: UnsafeMutableRawBufferPointer?

    /// Makes new, empty memory; nil where the system refuses.
    public init?() {
        descriptor = unsafe kv_memory_file("kernelviz")
        guard descriptor >= 0 else { return nil }
    }

    /// Takes over memory made by another process.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        if let mapping = unsafe mapping { unsafe munmap(mapping.baseAddress, mapping.count) }
        close(descriptor)
    }

    /// Makes the memory at least `byteCount` long; the maker of the memory calls it before the other side writes.
    public func grow(to byteCount: Int) -> Bool {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return false }
        return status.st_size >= byteCount || ftruncate(descriptor, byteCount) == 0
    }

    /// Shows the first `byteCount` bytes, which must be there; nil where they are not.
    public mutating func withBytes<Result>(
        _ byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result? {
        if unsafe (mapping?.count ?? 0) < byteCount {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0, status.st_size >= byteCount else { return nil }
            if let mapping = unsafe mapping { unsafe munmap(mapping.baseAddress, mapping.count) }
            unsafe mapping = nil
            let length = Int(status.st_size)
            let address = unsafe mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
            guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
            unsafe mapping = UnsafeMutableRawBufferPointer(start: address, count: length)
        }
        guard byteCount > 0, let mapping = unsafe mapping else {
            return try unsafe body(UnsafeMutableRawBufferPointer(start: nil, count: 0))
        }
        return try unsafe body(UnsafeMutableRawBufferPointer(rebasing: mapping[..<byteCount]))
    }
}
