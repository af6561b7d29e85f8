/// A line of a terminal that is written over again and again.
struct RedrawnLine {
    private var width = 0

    /// Writes `text` over what stood there.
    mutating func draw(_ text: String) {
        Console.progress("\r" + text + String(repeating: " ", count: max(0, width - text.count)))
        width = text.count
    }

    /// Leaves the line empty.
    mutating func remove() {
        if width > 0 { Console.progress("\r" + String(repeating: " ", count: width) + "\r") }
        width = 0
    }
}
