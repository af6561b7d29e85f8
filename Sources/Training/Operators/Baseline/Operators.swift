import TrainingOperatorInterface

/// The operators as this module's instructions make them.
package enum Operators: OperatorSet {}
