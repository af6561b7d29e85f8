import Diagnostics
import Files

extension ForeignFile {
    static let savedModel = ForeignFile(
        "a TensorFlow SavedModel (its weights lie in variables/ beside it)",
        "Convert the folder to ONNX: python -m tf2onnx.convert --saved-model FOLDER --output net.onnx; or in Keras: "
            + "keras.models.load_model(FOLDER).save('net.keras')")
    static let frozenGraph = ForeignFile(
        "a TensorFlow graph (.pb)",
        "Convert it to ONNX: python -m tf2onnx.convert --graphdef FILE --inputs IN:0 --outputs OUT:0 --output net.onnx")
    static let tensorFlowCheckpoint = ForeignFile(
        "a part of a TensorFlow checkpoint",
        "Save its arrays by name in Python: r = tf.train.load_checkpoint(PREFIX); numpy.savez('net.npz', "
            + "**{n: r.get_tensor(n) for n in r.get_variable_to_shape_map()})")
    static let coreML = ForeignFile(
        "a Core ML model",
        "Convert the model that it was made from, or read its weights in Python with coremltools and numpy.savez")
    static let caffe = ForeignFile(
        "a Caffe model (.caffemodel)",
        "Read it in Python, net = caffe.Net('deploy.prototxt', FILE, caffe.TEST), and save numpy.savez('net.npz', "
            + "**{k: v[0].data for k, v in net.params.items()})")
    static let darknet = ForeignFile(
        "a Darknet file of weights (.weights), which needs its .cfg to be understood",
        "Load both in a PyTorch port of Darknet and save torch.save(model.state_dict(), path)")

    /// Models that are protocol buffers other than ONNX, by the fields that they begin with.
    static func protocolBuffer(_ head: [UInt8], path: String) throws -> ForeignFile? {
        let fileExtension = FilePaths.fileExtension(of: path)
        if fileExtension == "mlmodel" { return coreML }
        if fileExtension == "caffemodel" { return caffe }
        var fields = ProtocolFields(head[...])
        guard let first = fields.next() else { return nil }
        switch (first.number, first.content) {
        // saved_model_schema_version, meta_graphs: a graph is a message where ONNX has the producer's name.
        case (1, .number(1...2)):
            guard let second = fields.next(), second.number == 2, case .bytes(let content) = second.content,
                let start = content.first, [0x0A, 0x12, 0x1A].contains(start)
            else { return nil }
            if FilePaths.name(of: path) == "saved_model.pb" || fileExtension == "pb" { return savedModel }
            let text = String(decoding: head, as: UTF8.self)
            if ["serve", "Placeholder", "VarHandleOp", "tensorflow"].contains(where: text.contains) {
                return savedModel
            }
            return isCoreML(content) ? coreML : nil
        // specificationVersion, description.
        case (1, .number(3...20)):
            guard let second = fields.next(), second.number == 2, case .bytes(let content) = second.content else {
                return nil
            }
            return isCoreML(content) ? coreML : nil
        case (1, .bytes(let content)): return node(content) ? frozenGraph : layered(content, &fields) ? caffe : nil
        // A Caffe net without a name.
        case (2, .bytes(let content)), (100, .bytes(let content)):
            var inner = ProtocolFields(content)
            guard let name = inner.next(), case .bytes(let text) = name.content, isPrintable(text) else { return nil }
            return fileExtension == "onnx" ? nil : caffe
        default: return nil
        }
    }

    /// Whether a message is a model's description whose first field is an input with a name.
    private static func isCoreML(_ content: ArraySlice<UInt8>) -> Bool {
        var fields = ProtocolFields(content)
        guard let input = fields.next(), input.number == 1, case .bytes(let feature) = input.content else {
            return false
        }
        var inner = ProtocolFields(feature)
        guard let name = inner.next(), name.number == 1, case .bytes(let text) = name.content else { return false }
        return isPrintable(text)
    }

    /// Whether a message is a node of a TensorFlow graph: a name, then an operation.
    private static func node(_ content: ArraySlice<UInt8>) -> Bool {
        var fields = ProtocolFields(content)
        guard let name = fields.next(), name.number == 1, case .bytes(let text) = name.content, isPrintable(text),
            let operation = fields.next(), operation.number == 2, case .bytes(let word) = operation.content
        else { return false }
        return isPrintable(word) && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(word.first ?? 0)
    }

    /// Whether a name is followed by layers, as in a Caffe net.
    private static func layered(_ name: ArraySlice<UInt8>, _ fields: inout ProtocolFields) -> Bool {
        guard isPrintable(name) else { return false }
        for _ in 0..<8 {
            guard let field = fields.next() else { return false }
            if field.number == 100 || field.number == 2, case .bytes = field.content { return true }
        }
        return false
    }

    private static func isPrintable(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { (0x20..<0x7F).contains($0) }
    }

    /// Files of weights whose bytes have no signature, by their names and what little their bytes tell.
    static func weightsByName(_ head: [UInt8], path: String, _ sizeBytes: Int) throws -> ForeignFile? {
        let name = FilePaths.name(of: path)
        let fileExtension = FilePaths.fileExtension(of: path)
        if name.contains(".data-0") && name.contains("-of-0") { return tensorFlowCheckpoint }
        if name == "checkpoint", head.starts(with: "model_checkpoint_path".utf8) { return tensorFlowCheckpoint }
        // A LevelDB table.
        if sizeBytes >= 48,
            try InputFile.bytes(path, offset: sizeBytes - 8, count: 8)
                == [0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]
        {
            return tensorFlowCheckpoint
        }
        // (major, minor, revision) 0.1 or 0.2, images seen, then float32 numbers.
        if sizeBytes >= 20, sizeBytes % 4 == 0, head.starts(with: [0, 0, 0, 0]),
            fileExtension == "weights" || (1...2).contains(head[4]), head[5..<8].allSatisfy({ $0 == 0 }), head[4] <= 2,
            head[8] <= 10, head[9..<12].allSatisfy({ $0 == 0 })
        {
            return darknet
        }
        switch fileExtension {
        case "pdiparams":
            return ForeignFile(
                "a PaddlePaddle inference model's weights (.pdiparams), which have no names",
                "Convert the model to ONNX: paddle2onnx --model_dir DIR --model_filename M.pdmodel "
                    + "--params_filename M.pdiparams --save_file net.onnx")
        case "pdmodel": return ForeignFile("a PaddlePaddle program (.pdmodel)", "Convert it with paddle2onnx")
        case "distcp":
            return ForeignFile(
                "a part of a distributed PyTorch checkpoint",
                "Join it: python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER net.pth")
        case "mnn": return ForeignFile("an MNN model", "Convert the ONNX model that it was made from")
        case "engine", "plan", "trt":
            return ForeignFile("a TensorRT engine", "Convert the ONNX model that it was made from")
        case "mlpackage", "mlmodelc": return coreML
        case "bin":
            let sibling = path.dropLast(3) + "xml"
            if (try? InputFile.prefix(String(sibling), count: 5)) == Array("<?xml".utf8) {
                return ForeignFile("the weights of an OpenVINO network", openVINOAdvice)
            }
            if (try? InputFile.check(String(path.dropLast(3) + "param"))) != nil {
                return ForeignFile(
                    "the weights of an ncnn network", "Convert the ONNX or PyTorch model that it was made from")
            }
            return nil
        default: return nil
        }
    }

    static let openVINOAdvice = "Convert the ONNX or PyTorch model that it was made from; OpenVINO cannot write one"
}

/// The fields of a protocol buffer, as far as its first bytes hold them.
struct ProtocolFields {
    enum Content: Equatable {
        case number(UInt64)
        /// As many bytes of the field as there are.
        case bytes(ArraySlice<UInt8>)
        case fixed
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; nil at the end and where there is none.
    mutating func next() -> (number: Int, content: Content)? {
        guard let tag = varint(), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return nil }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0: return varint().map { (number, .number($0)) }
        case 2:
            guard let length = varint(), length <= 1 << 40 else { return nil }
            let content = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            return (number, .bytes(content))
        case 1 where rest.count >= 8, 5 where rest.count >= 4:
            rest = rest.dropFirst(tag & 7 == 1 ? 8 : 4)
            return (number, .fixed)
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
