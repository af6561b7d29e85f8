import Checkpoints

/// A source whose tensors are all ones.
package struct Ones: TensorSource {
    /// Ones of every shape.
    package init() {}

    /// As many ones as the tensor has elements.
    package func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        StoredTensor(
            type: .float32, content: .floats(Array(repeating: 1, count: entry.shape.elementCount)))
    }
}
