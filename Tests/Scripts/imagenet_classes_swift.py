"""Writes Sources/Training/Datasets/ImageNetClasses.swift from a list of ImageNet-1k's classes.

python3 imagenet_classes_swift.py imagenet_classes.csv > Sources/Training/Datasets/ImageNetClasses.swift
The list has the columns class_index, wnid (WordNet 3.0 identifier) and label, and 1,000 rows.
"""
import csv, re, sys

rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")))
assert [int(row["class_index"]) for row in rows] == list(range(1000))
assert all(re.fullmatch(r"n\d{8}", row["wnid"]) for row in rows) and len({row["wnid"] for row in rows}) == 1000
assert [row["wnid"] for row in rows] == sorted(row["wnid"] for row in rows)
assert not any(c in row["label"] for row in rows for c in '\\"\n')
table = "\n".join("        " + row["wnid"] + " " + row["label"] for row in rows)
print('''// Written by Tests/Scripts/imagenet_classes_swift.py; do not edit.

/// The 1,000 classes of ImageNet's Large Scale Visual Recognition Challenge 2012, in the order in which nets number them:
/// by WordNet identifier.
public enum ImageNetClasses {
    /// The WordNet 3.0 identifiers ("n02124075"), by class.
    public static let wordNetIDs: [String] = rows.map { String($0.prefix(9)) }

    /// The first of each class's names ("Egyptian cat"), by class; "crane" and "maillot" name two classes each.
    public static let names: [String] = rows.map { String($0.dropFirst(10)) }

    /// The number of the class with this WordNet identifier.
    package static let numbers = Dictionary(uniqueKeysWithValues: wordNetIDs.enumerated().map { ($1, $0) })

    private static let rows = table.split(separator: "\\n")

    private static let table = """
''' + table + '''
        """
}''')
