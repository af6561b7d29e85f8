import Checkpoints

// A program that is nothing but the reader of the isolation tests; given a file it says how it reads where nothing else is
// said, and how many tensors it found.
IsolatedReader.runIfAsked()
if CommandLine.arguments.count == 2 {
    let opened = try Checkpoint.open(CommandLine.arguments[1])
    print(Checkpoint.Reading.standard == .inProcess ? "in process" : "isolated", opened.entries.count)
}
