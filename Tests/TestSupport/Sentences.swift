/// What a call says that should fail: its error's sentence, or "no error".
public func sentence(_ body: () throws -> some Any) -> String {
    do {
        _ = try body()
        return "no error"
    } catch { return "\(error)" }
}
