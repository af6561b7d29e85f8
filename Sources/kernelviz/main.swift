import KernelVizCLI

KernelVizCommand.runAndExit()
