/// A zip archive as its parts, each of which can be wrong by itself.
struct ZipParts {
    struct Member {
        var name: [UInt8]
        /// As it lies in the file, packed or not.
        var data: [UInt8]
        var method: Int
        var checksum: Int
        var sizeBytes: Int
        var packedBytes: Int
        var flags = 0
        var extra: [UInt8] = []
        var comment: [UInt8] = []
        /// Added to the place that the directory tells.
        var shift = 0
        /// What the header before the data says otherwise; nil for the same.
        var localName: [UInt8]?
        var localSizeBytes: Int?
    }

    var members: [Member] = []
    var comment: [UInt8] = []
    /// What the end says instead of the members' number, the directory's length and place.
    var count: Int?
    var directoryBytes: Int?
    var directoryPlace: Int?
    var prefix: [UInt8] = []

    /// Takes a healthy archive apart by its directory.
    init(_ bytes: [UInt8]) {
        guard let end = stride(from: bytes.count - 22, through: 0, by: -1).first(where: { Self.isEnd(bytes, $0) })
        else { return }
        var place = Words.little(bytes, at: end + 16, 4)
        for _ in 0..<Words.little(bytes, at: end + 10, 2) {
            let lengths = [28, 30, 32].map { Words.little(bytes, at: place + $0, 2) }
            let packed = Words.little(bytes, at: place + 20, 4)
            let local = Words.little(bytes, at: place + 42, 4)
            let start = local + 30 + Words.little(bytes, at: local + 26, 2) + Words.little(bytes, at: local + 28, 2)
            guard place + 46 + lengths[0] <= bytes.count, start + packed <= bytes.count else { return }
            members.append(
                Member(
                    name: Array(bytes[place + 46..<place + 46 + lengths[0]]),
                    data: Array(bytes[start..<start + packed]),
                    method: Words.little(bytes, at: place + 10, 2), checksum: Words.little(bytes, at: place + 16, 4),
                    sizeBytes: Words.little(bytes, at: place + 24, 4), packedBytes: packed))
            place += 46 + lengths.reduce(0, +)
        }
    }

    private static func isEnd(_ bytes: [UInt8], _ place: Int) -> Bool {
        Words.little(bytes, at: place, 4) == 0x0605_4B50
    }

    /// Puts other data in a member, unpacked and with its right checksum.
    mutating func replace(_ index: Int, with data: [UInt8]) {
        members[index].data = data
        members[index].method = 0
        members[index].checksum = Checksum.crc32(data)
        (members[index].sizeBytes, members[index].packedBytes) = (data.count, data.count)
    }

    /// The archive as a file.
    func written() -> [UInt8] {
        var file = prefix
        var directory: [UInt8] = []
        for member in members {
            let place = file.count &+ member.shift
            func common(_ size: Int) -> [UInt8] {
                Words.little(20, 2) + Words.little(member.flags, 2) + Words.little(member.method, 2)
                    + Words.little(0x21_0000, 4) + Words.little(member.checksum, 4)
                    + Words.little(member.packedBytes, 4) + Words.little(size, 4)
            }
            let local = member.localName ?? member.name
            file += Words.little(0x0403_4B50, 4) + common(member.localSizeBytes ?? member.sizeBytes)
            file +=
                Words.little(local.count, 2) + Words.little(member.extra.count, 2) + local + member.extra + member.data
            directory += Words.little(0x0201_4B50, 4) + Words.little(20, 2) + common(member.sizeBytes)
            directory += Words.little(member.name.count, 2) + Words.little(member.extra.count, 2)
            directory += Words.little(member.comment.count, 2) + Words.little(0, 8) + Words.little(place, 4)
            directory += member.name + member.extra + member.comment
        }
        let (start, number) = (file.count, count ?? members.count)
        file += directory + Words.little(0x0605_4B50, 4) + Words.little(0, 4) + Words.little(number, 2)
        file += Words.little(number, 2) + Words.little(directoryBytes ?? directory.count, 4)
        return file + Words.little(directoryPlace ?? start, 4) + Words.little(comment.count, 2) + comment
    }

    /// Members left out, doubled, renamed and swapped; lengths, places, kinds and checksums that are wrong.
    mutating func mutate(_ chance: inout Chance) {
        chance.rearrange(&members) { member, chance in Self.change(&member, &chance) }
        if chance.once(in: 12) { count = chance.extreme() }
        if chance.once(in: 12) { directoryBytes = chance.extreme() }
        if chance.once(in: 12) { directoryPlace = chance.extreme() }
        if chance.once(in: 12) { comment = chance.bytes(chance.number(0...300)) }
        if chance.once(in: 12) { prefix = chance.bytes(chance.number(0...300)) }
    }

    private static func change(_ member: inout Member, _ chance: inout Chance) {
        let names = [
            "data.pkl", "a/data.pkl", "weight.npy", "../../etc/passwd", "/etc/passwd", "", "a\u{0}b", "\u{1B}[31m",
            "config.json",
        ]
        switch chance.number(0...11) {
        case 0: member.name = Array(chance.one(of: names).utf8)
        case 1: member.localName = Array(chance.one(of: names).utf8)
        case 2: member.sizeBytes = chance.extreme()
        case 3: member.packedBytes = chance.extreme()
        case 4: member.localSizeBytes = chance.extreme()
        case 5: member.method = chance.one(of: [0, 8, 9, 12, 14, 93, 95, 99, chance.number(0...65_535)])
        case 6: member.flags = 1 << chance.number(0...15)
        case 7: member.shift = chance.extreme()
        case 8: member.checksum = chance.extreme()
        case 9:
            // The field of 64-bit lengths, true or not.
            (member.sizeBytes, member.packedBytes) = (0xFFFF_FFFF, 0xFFFF_FFFF)
            let lengths = Words.little(chance.extreme(), 8) + Words.little(chance.extreme(), 8)
            member.extra = Words.little(1, 2) + Words.little(chance.one(of: [8, 16, 24, 28, 0]), 2) + lengths
        default: member.data = chance.mutant(of: member.data)
        }
    }
}
