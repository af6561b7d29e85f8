import CCairo
import Figures

/// The installed fonts that letters are drawn in: DejaVu Sans, and for letters that it lacks the first font of
/// fontconfig's list that has them.
final class InstalledFonts {
    /// The font that figures are laid out with.
    static let family = "DejaVu Sans"

    /// A stretch of text in one font.
    struct Run: Equatable {
        var text: String
        /// The font's place in fontconfig's list; nil for ``family``, also where no font has the letters.
        let font: Int?
    }

    private var lists: [TextMark.Weight: FontList] = [:]

    /// The runs of a text, in its order; one where the text is ASCII.
    func runs(of text: String, weight: TextMark.Weight) -> [Run] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return [Run(text: text, font: nil)] }
        var runs: [Run] = []
        for letter in text {
            let place = letter.isASCII ? 0 : list(weight).place(of: letter) ?? 0
            let font = place == 0 ? nil : place
            if let last = runs.last, last.font == font {
                runs[runs.count - 1].text.append(letter)
            } else {
                runs.append(Run(text: String(letter), font: font))
            }
        }
        return runs
    }

    /// The letters of `texts` that no installed font has a picture of, each once, in the order in which they occur.
    func missingLetters(in texts: [String]) -> String {
        var (seen, missing): (Set<Character>, String) = ([], "")
        for letter in texts.joined() where !letter.isASCII && seen.insert(letter).inserted {
            if list(.regular).place(of: letter) == nil { missing.append(letter) }
        }
        return missing
    }

    /// Sets the font at a place of the list.
    func select(_ font: Int, weight: TextMark.Weight, on context: borrowing Context) {
        guard let face = unsafe list(weight).face(font) else { return }
        unsafe cairo_set_font_face(context.pointer, face)
    }

    private func list(_ weight: TextMark.Weight) -> FontList {
        if let list = lists[weight] { return list }
        let list = FontList(weight)
        lists[weight] = list
        return list
    }
}

/// What fontconfig offers for DejaVu Sans of one weight: the best match first, then fonts that add letters.
private final class FontList {
    private let pattern: OpaquePointer?
    private let fonts: UnsafeMutablePointer<FcFontSet>?
    private var faces: [Int: OpaquePointer] = [:]
    private var places: [Character: Int?] = [:]

    init(_ weight: TextMark.Weight) {
        unsafe pattern = FcPatternCreate()
        unsafe FcPatternAddString(pattern, FC_FAMILY, InstalledFonts.family)
        unsafe FcPatternAddInteger(pattern, FC_WEIGHT, weight == .bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR)
        unsafe FcConfigSubstitute(nil, pattern, FcMatchPattern)
        unsafe FcDefaultSubstitute(pattern)
        var result = FcResultMatch
        // Trimmed: fonts that add no letter to those before are left out.
        unsafe fonts = FcFontSort(nil, pattern, 1, nil, &result)
    }

    deinit {
        for face in unsafe faces.values { unsafe cairo_font_face_destroy(face) }
        if let fonts = unsafe fonts { unsafe FcFontSetDestroy(fonts) }
        if let pattern = unsafe pattern { unsafe FcPatternDestroy(pattern) }
    }

    private func font(_ place: Int) -> OpaquePointer? {
        guard let fonts = unsafe fonts, unsafe place < Int(fonts.pointee.nfont) else { return nil }
        return unsafe fonts.pointee.fonts[place]
    }

    /// The first font that has all of a letter's scalars but those that only choose or join forms; nil where none has.
    func place(of letter: Character) -> Int? {
        if let known = places[letter] { return known }
        let needed = letter.unicodeScalars.filter {
            !$0.properties.isDefaultIgnorableCodePoint && $0.properties.generalCategory != .control
        }
        let count = unsafe fonts.map { unsafe Int($0.pointee.nfont) } ?? 0
        // Without any list the toy font draws what it can.
        let place =
            count == 0
            ? 0
            : (0..<count).first { index in
                var letters: OpaquePointer?
                guard let font = unsafe font(index),
                    unsafe FcPatternGetCharSet(font, FC_CHARSET, 0, &letters) == FcResultMatch
                else { return false }
                return needed.allSatisfy { unsafe FcCharSetHasChar(letters, $0.value) != 0 }
            }
        places[letter] = .some(place)
        return place
    }

    /// The font as cairo draws with it, made once.
    func face(_ place: Int) -> OpaquePointer? {
        if let face = unsafe faces[place] { return unsafe face }
        guard let font = unsafe font(place), let prepared = unsafe FcFontRenderPrepare(nil, pattern, font) else {
            return nil
        }
        defer { unsafe FcPatternDestroy(prepared) }
        guard let face = unsafe cairo_ft_font_face_create_for_pattern(prepared) else { return nil }
        unsafe faces[place] = face
        return unsafe face
    }
}
