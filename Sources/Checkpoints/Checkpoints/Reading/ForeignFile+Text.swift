import Diagnostics
import Files

extension ForeignFile {
    /// A text file by what it says; nil where the bytes are no text.
    static func text(_ head: [UInt8], path: String) -> ForeignFile? {
        guard let text = InputFile.beginning(head) else { return nil }
        let start = text.drop { $0.isWhitespace }
        let lower = start.prefix(1024).lowercased()
        if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") || lower.contains("<head>") {
            return ForeignFile(
                "a web page, not the file itself",
                "A server answered with a page: open the address in a browser, sign in or accept there, download again")
        }
        if lower.hasPrefix("<?xml") || lower.hasPrefix("<") {
            if lower.contains("<error>") {
                return ForeignFile("a server's error message", "Check the address and download it again")
            }
            if lower.contains("<net") { return ForeignFile("an OpenVINO network (.xml)", openVINOAdvice) }
            return ForeignFile("an XML file", weightsAdvice)
        }
        if lower.hasPrefix("name:") || lower.contains("layer {") || lower.contains("layers {") {
            return ForeignFile(
                "a Caffe network without weights (.prototxt)", "Its weights lie in a .caffemodel; " + caffe.advice)
        }
        if lower.contains("[net]") || lower.contains("[convolutional]") {
            return ForeignFile("a Darknet network without weights (.cfg)", darknet.advice)
        }
        if start.first == "{" || start.first == "[" { return json(String(text), path: path) }
        if FilePaths.fileExtension(of: path) == "csv" {
            return ForeignFile("a CSV file", "Save the arrays by name in Python: numpy.savez('net.npz', **arrays)")
        }
        return ForeignFile("a text file", weightsAdvice)
    }

    private static let weightsAdvice = "Name the file of weights"

    private static func json(_ text: String, path: String) -> ForeignFile {
        if text.contains("\"weightsManifest\"") || text.contains("\"modelTopology\"") {
            return ForeignFile(
                "a TensorFlow.js model (model.json)",
                "Convert it: tensorflowjs_converter --input_format=tfjs_layers_model --output_format=keras model.json net.h5"
            )
        }
        if text.contains("\"class_name\"") {
            return ForeignFile(
                "a Keras model's description without weights",
                "Name the file of its weights (.weights.h5), or save both in one: model.save('net.keras')")
        }
        if text.contains("\"nodes\"") && text.contains("\"arg_nodes\"") {
            return ForeignFile(
                "an MXNet network without weights (-symbol.json)", "Name its .params, or export it to ONNX")
        }
        if FilePaths.name(of: path) == "config.json" {
            return ForeignFile(
                "a model's settings without weights", "Name the folder, or the file of weights beside it")
        }
        if text.contains("\"message\"") || text.contains("\"error\"") {
            return ForeignFile("a server's answer in JSON", "Check the address and download it again")
        }
        return ForeignFile("a JSON file", weightsAdvice)
    }
}
