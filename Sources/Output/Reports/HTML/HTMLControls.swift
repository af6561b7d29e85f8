import Classification
import Diagnostics
import Figures

/// What the reader chooses with, and the window of one kernel.
enum HTMLControls {
    /// Filters, order, scale and search; of saved classifications the filter by label alone.
    static func tools(_ budget: HTMLBudget, hasKernels: Bool) -> String {
        let search =
            "<label>\(budget.isCollection ? "Find networks" : "Find layers") "
            + "<input type=\"search\" id=\"find\" autocomplete=\"off\"></label>"
        return """
            <div class="tools" role="group" aria-label="Filter by label">
            \(labels)
            </div>
            <details class="tools panel"><summary>Find, sort, filter</summary><div class="fields">\(search)
            \(hasKernels ? kernelFields : "")</div>
            <p class="quiet keys">Keys: <kbd>1</kbd>…<kbd>5</kbd> show one label, <kbd>0</kbd> all, <kbd>j</kbd> and \
            <kbd>k</kbd> next and previous layer, arrows inside a grid, <kbd>Enter</kbd> enlarges.</p></details>
            \(hasKernels ? "<p class=\"quiet found\" id=\"found\" role=\"status\"></p>" : "")
            """
    }

    private static var kernelFields: String {
        let orders = [
            ("place", "as in the network"), ("label", "label"), ("shape", "shape"), ("fit", "fit, best first"),
            ("norm", "norm, largest first"), ("similarity", "similarity to the selected kernel"),
        ].map { "<option value=\"\($0.0)\">\($0.1)</option>" }.joined()
        let scales = [("own", "each kernel's own"), ("layer", "the layer's"), ("network", "the network's")]
            .map { "<option value=\"\($0.0)\">\($0.1)</option>" }.joined()
        func number(_ id: String, _ name: String, _ attributes: String) -> String {
            "<input type=\"number\" id=\"\(id)\" aria-label=\"\(name)\" step=\"any\" \(attributes)>"
        }
        return """
            <label>Sort by <select id="sort">\(orders)</select></label>
            <label><input type="checkbox" id="reverse"> reversed</label>
            <label>Colour scale <select id="scale">\(scales)</select></label>
            <label>Shape <select id="shape"><option value="">all</option></select></label>
            <span>Fit \(number("fit-low", "Smallest fit", "min=\"0\" max=\"1\""))–\
            \(number("fit-high", "Largest fit", "min=\"0\" max=\"1\""))</span>
            <span>Norm ÷ layer's median \(number("norm-low", "Smallest norm over the layer's median", "min=\"0\""))–\
            \(number("norm-high", "Largest norm over the layer's median", "min=\"0\""))</span>
            <label>Similarity at least <input type="number" id="similar" step="any" min="-1" max="1"></label>
            <span><button type="button" id="reset">Show all</button><button type="button" id="all-csv">CSV of the \
            kernels shown</button></span>
            """
    }

    private static var labels: String {
        let buttons = KernelLabel.allCases.map { label in
            "<button type=\"button\" data-filter=\"\(label.rawValue)\" aria-pressed=\"false\">"
                + "<i aria-hidden=\"true\" style=\"background:\(InlineSVG.hexadecimal(LabelPalette.color(label)));"
                + "color:\(InlineSVG.hexadecimal(LabelPalette.color(label).contrasting))\">"
                + "\(LabelPalette.letter(label))</i>\(bar(of: label))"
                + "\(label.rawValue)</button>"
        }
        return "<button type=\"button\" data-filter=\"\" aria-pressed=\"true\">all labels</button>" + buttons.joined()
    }

    /// The bar that stands below the kernels of a label, for a legend.
    static func bar(of label: KernelLabel) -> String {
        let pieces = LabelPalette.bar(label).map { piece in
            let (x, width) = (piece.lowerBound * 18, (piece.upperBound - piece.lowerBound) * 18)
            return
                "<rect x=\"\(NumberFormat.fixed(x, 1))\" y=\"6\" width=\"\(NumberFormat.fixed(width, 1))\" height=\"4\" "
                + "fill=\"\(InlineSVG.hexadecimal(LabelPalette.color(label)))\"/>"
        }
        return
            "<svg class=\"mark\" viewBox=\"-2 0 22 12\" aria-hidden=\"true\"><path class=\"rim\" d=\"M0 3h18v1H0z\"/>"
            + pieces.joined() + "</svg>"
    }

    /// One kernel enlarged; the script fills it.
    static let dialog = """
        <dialog id="kernel" aria-labelledby="kernel-title">
        <div class="head"><h2 id="kernel-title" tabindex="-1"></h2><span><button type="button" id="kernel-before" \
        aria-label="Previous kernel">←</button><button type="button" id="kernel-next" aria-label="Next kernel">→</button>\
        <button type="button" id="kernel-close">Close</button></span></div>
        <p id="kernel-facts"></p>
        <div class="pair"><div class="scroll"><table id="kernel-values"><caption>Weights</caption><tbody></tbody></table></div>
        <figure><canvas id="kernel-response" role="img" width="33" height="33"></canvas><figcaption id="kernel-passes" \
        class="quiet"></figcaption></figure></div>
        <h3>Inputs that excite it most</h3><div id="kernel-inputs"></div>
        <h3>Nearest in this layer</h3><ul class="near" id="kernel-near"></ul>
        <h3>Nearest in other layers</h3><ul class="near" id="kernel-far"></ul>
        <h3>Partners through 1×1 convolutions</h3><div id="kernel-partners"></div>
        <p class="row"><button type="button" id="kernel-sort">Sort all layers by similarity to it</button>\
        <button type="button" id="kernel-csv">CSV</button><button type="button" id="kernel-png">PNG</button>\
        <a id="kernel-link" href="#main">Link to this kernel</a></p>
        </dialog>
        """

    /// What the script needs to know of labels, shapes and colours, as JSON.
    static var kinds: String {
        func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }
        func text(_ colors: [FigureColor]) -> String {
            "\"" + Base64.text(colors.flatMap { [$0.red, $0.green, $0.blue] }) + "\""
        }
        let labels = KernelLabel.allCases
        return "{\"names\":" + list(labels.map { "\"\($0.rawValue)\"" })
            + ",\"colors\":" + list(labels.map { "\"\(InlineSVG.hexadecimal(LabelPalette.color($0)))\"" })
            + ",\"bars\":"
            + list(labels.map { list(LabelPalette.bar($0).map { "[\($0.lowerBound),\($0.upperBound)]" }) })
            + ",\"shapes\":" + list(KernelShape.allCases.map { "\"\($0.rawValue)\"" })
            + ",\"weights\":" + text(ColorMap.rdBu.colors) + ",\"amounts\":" + text(ColorMap.cividis.colors) + "}"
    }
}
