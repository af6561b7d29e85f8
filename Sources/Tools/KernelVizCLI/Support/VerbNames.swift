import ArgumentParser
import KernelViz

/// The verbs, for whoever mistypes one.
enum VerbNames {
    /// "There is no verb 'clasify'. Did you mean 'classify'?" where the first words of a command line name no verb; nil
    /// where they do, or where there are none.
    static func correction(of arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = KernelVizCommand.self
        var path = ""
        for word in words(arguments) {
            let verbs = command.configuration.subcommands
            guard !verbs.isEmpty else { return nil }
            if path.isEmpty, word == "help" { return nil }
            guard let verb = verbs.first(where: { $0.configuration.commandName == word }) else {
                let names = verbs.compactMap { $0.configuration.commandName }
                let near = NearestName.of(word, among: names).map { "Did you mean '\($0)'?" }
                return "There is no verb '\(path)\(word)'. " + (near ?? "There are \(names.joined(separator: ", ")).")
            }
            command = verb
            path += word + " "
        }
        return nil
    }

    /// The words that stand before the first option, behind the choices that every verb knows.
    static func words(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        while let first = rest.first, first.hasPrefix("-") {
            if ReadingChoice.flags.contains(first)
                || ReadingChoice.options.contains(where: { first.hasPrefix($0 + "=") })
            {
                rest = rest.dropFirst()
            } else if ReadingChoice.options.contains(first) {
                rest = rest.dropFirst(2)
            } else {
                return []
            }
        }
        return Array(rest.prefix { !$0.hasPrefix("-") })
    }
}
