import TrainingRuns
import VGNets

/// A net and settings that train in a moment.
enum TinyRace {
    static func config(_ name: String) throws -> VGNetConfig {
        try VGNetConfig(
            name: name, channels: [4, 8, 8, 8, 16], blocks: [1, 2, 1, 1], classes: 2, inputSize: 8, isThumbnail: true)
    }

    static var settings: TrainingSettings {
        var settings = TrainingSettings()
        settings.batch = 8
        settings.rate = 0.05
        settings.warmUp = 0
        return settings
    }
}
