// One import for library users: from checkpoints to labels, figures, designs, trained networks and what is measured of
// them. What these modules stand on (Files, HDF5, Images, Sandbox, Training), many trainings at once (Sweeps) and the
// paper's figures (Gallery) have imports of their own, so that few names come into the caller's file.
@_exported import Architectures
@_exported import CairoRenderer
@_exported import Checkpoints
@_exported import Classification
@_exported import Datasets
@_exported import Derivation
@_exported import Diagnosis
@_exported import Diagnostics
@_exported import Engine
@_exported import Evaluation
@_exported import Export
@_exported import Figures
@_exported import Kernels
@_exported import Models
@_exported import struct Numerics.PairedShares
@_exported import struct Numerics.ShareInterval
@_exported import Reports
@_exported import Slimming
@_exported import Statistics
@_exported import Tensors
@_exported import TrainingRuns
@_exported import VGNets
