/// A VGNet in the words of the PyTorch scripts that wrote the golden files: the keys of their attribute `config`.
package struct GoldenDesign: Decodable {
    package let channels: [Int]
    package let layers: [Int]
    package let down: String
    package let half: String
    package let last: String
    package let act: String
    package let se: Double
    package let se_act: String
    package let num_classes: Int
    package let thumbnail: Bool
    package let dropout: Double?
}
