// One import for library users: every module of the river.
@_exported import CairoRenderer
@_exported import Classification
@_exported import Derivation
@_exported import Diagnostics
@_exported import Engine
@_exported import Evaluation
@_exported import Figures
@_exported import Files
@_exported import HDF5
@_exported import Images
@_exported import Kernels
@_exported import Networks
@_exported import Reports
@_exported import Statistics
@_exported import Tensors
@_exported import VGNets
@_exported import Weights
