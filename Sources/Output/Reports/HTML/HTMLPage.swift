import Figures

/// The frame of every page: one file with its style and script, that needs no network connection.
struct HTMLPage {
    /// In the browser's title bar.
    let title: String
    let heading: String
    /// Controls and words that stay at the top with the heading; empty for none.
    var tools = ""
    let sections: [String]
    /// What is said at the foot, behind the version.
    let note: String
    let version: String
    /// What the script does beside tables and details under the pointer; see ``HTMLScript``.
    var script = ""
    /// What opens above the page.
    var window = ""

    /// The whole file.
    var text: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(InlineSVG.escaped(title))</title>
        <style>\(HTMLStyle.text)</style>
        </head>
        <body>
        <a class="skip" href="#main">To the contents</a>
        <header>
        <h1>\(InlineSVG.escaped(heading))</h1>
        \(tools.isEmpty ? "" : tools + "\n")</header>
        <main id="main">
        \(sections.joined(separator: "\n"))
        </main>
        <footer class="quiet">Written by \(InlineSVG.escaped(version)). \(note)</footer>
        \(window)
        <div id="tip" aria-hidden="true" hidden></div>
        <p id="said" class="unseen" role="status"></p>
        <script>\(HTMLScript.text(script))</script>
        </body>
        </html>

        """
    }

    /// A part of the page under a heading.
    static func section(_ title: String, _ parts: [String]) -> String {
        "<section><h2>\(InlineSVG.escaped(title))</h2>\(parts.joined(separator: "\n"))</section>"
    }

    /// A paragraph of plain words.
    static func words(_ text: String) -> String { "<p>\(InlineSVG.escaped(text))</p>" }
}
