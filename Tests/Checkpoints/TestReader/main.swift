import Checkpoints

// A program that is nothing but the reader of the isolation tests.
IsolatedReader.runIfAsked()
