#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Diagnostics
import Tensors
import Testing

/// Inputs that are nearly right: what is read is changed at a few places, always the same for the same seed.
///
/// Every test run tries a few of each kind; `.ci/fuzz` tries as many as it is told.
public enum Mutation {
    /// How many inputs a test tries: `few`, or what `KERNELVIZ_MUTATIONS` says.
    public static func count(_ few: Int) -> Int {
        ProcessInfo.processInfo.environment["KERNELVIZ_MUTATIONS"].flatMap { Int($0) } ?? few
    }

    /// One to eight changes: bytes, bits, extreme numbers, pieces cut out, doubled and moved, and `words` of the format put
    /// in.
    public static func of(_ bytes: [UInt8], seed: UInt64, words: [String] = []) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var result = bytes
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            guard result.count > 8 else { return result }
            let place = Int.random(in: 0..<result.count - 8, using: &generator)
            let length = Int.random(in: 1...min(64, result.count - place), using: &generator)
            let piece = result[place..<place + length]
            switch Int.random(in: 0..<(words.isEmpty ? 8 : 12), using: &generator) {
            case 0: result.removeSubrange(place..<place + length)
            case 1: result.insert(contentsOf: Array(piece), at: place)
            case 2:
                result.removeSubrange(place..<place + length)
                result.insert(contentsOf: piece, at: Int.random(in: 0...result.count, using: &generator))
            case 3: result.removeLast(Int.random(in: 0...result.count / 2, using: &generator))
            case 4: for index in 0..<8 { result[place + index] = 0xFF }
            case 5: for index in 0..<8 { result[place + index] = 0 }
            case 6: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 7: result[place] = UInt8.random(in: 0...255, using: &generator)
            default: result.insert(contentsOf: Array((words.randomElement(using: &generator) ?? "").utf8), at: place)
            }
        }
        return result
    }

    /// Reads mutants of `bytes`: each must be read, or end in one sentence that names it.
    ///
    /// - Parameters:
    ///   - repair: makes a mutant's checksums right again, so that what lies behind them is reached.
    ///   - read: reads bytes called "mutant".
    public static func attempt(
        _ bytes: [UInt8], few: Int = 200, words: [String] = [], repair: ([UInt8]) -> [UInt8] = { $0 },
        read: ([UInt8]) throws -> Void
    ) {
        for seed in 0..<count(few) {
            let mutant = repair(of(bytes, seed: UInt64(seed), words: words))
            do { try read(mutant) } catch let error as KernelVizError {
                let text = error.description
                #expect(
                    text.contains("mutant") && !text.contains("\n") && text.hasSuffix("."), "seed \(seed): \(text)")
            } catch { Issue.record("seed \(seed): \(error)") }
        }
    }

    /// The same PNG with the checksum of every chunk made right.
    public static func repairedPNG(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        var place = 8
        while place + 12 <= result.count {
            let length = result[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= result.count - place - 12 else { break }
            // CRC-32 of kind and content, ISO 3309.
            var checksum = UInt32.max
            for byte in result[place + 4..<place + 8 + length] {
                checksum ^= UInt32(byte)
                for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
            }
            checksum = ~checksum
            for index in 0..<4 { result[place + 8 + length + index] = UInt8(checksum >> (24 - 8 * index) & 0xFF) }
            place += 12 + length
        }
        return result
    }
}
