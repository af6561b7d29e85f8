/// What a kernel does to an image, in one word.
public enum KernelLabel: String, Sendable, Equatable, Hashable, Codable, CaseIterable {
    /// Passes the image on: one cell carries the kernel.
    case identity
    /// Smooths: one sign, mass spread smoothly (Gaussian, box, ring).
    case blur
    /// Outlines: both signs that cancel in a regular pattern (Sobel, Laplacian).
    case edge
    /// Does practically nothing beside its neighbours in the layer.
    case zero
    /// No single name is honest.
    case other
}
