import Foundation
import StrictJSON
import TestSupport

/// StrictJSON: what is accepted says one thing, however often it is read and written.
struct JSONTarget: FuzzTarget {
    /// Members of one object that are looked up by name, each of which costs a search.
    private static let lookedUpLimit = 64

    private let narrow: JSONLimits = {
        var limits = JSONLimits()
        limits.depth = 3
        limits.values = 12
        limits.numberLengthInBytes = 8
        return limits
    }()

    func test(_ input: [UInt8]) -> Bool {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: input) } catch {
            checkRefusal(error, of: input)
            return true
        }
        let root = document.root
        guard let model = DocumentModel(root) else { fatalError("property violated: the accessors contradict another") }
        require(DocumentModel(reading: model.written) == model, "what is written again is read as the same")
        require(DocumentModel(reading: Array(root.text)) == model, "a value's own text is read as the same")
        check(root)
        return true
    }

    private func checkRefusal(_ error: JSONError, of input: [UInt8]) {
        require((try? JSONDocument(parsing: input, limits: narrow)) == nil, "narrower limits refuse what wider ones do")
        switch error {
        case .unexpectedByte(let offset), .trailingBytes(let offset):
            require(input.indices.contains(offset), "the byte that is refused is in the text")
        case .unexpectedEnd(let offset), .invalidUnicode(let offset), .duplicateMember(let offset),
            .tooDeep(let offset, _), .tooManyValues(let offset, _), .numberTooLong(let offset, _):
            require((0...input.count).contains(offset), "the place of the fault is in the text")
        case .textTooLong(let limit): require(input.count > limit, "only a text that is too long is too long")
        }
    }

    private func check(_ value: JSONValue) {
        if let number = value.number { check(number) }
        for element in value.elements.map({ Array($0) }) ?? [] { check(element) }
        let members = value.members.map { Array($0) } ?? []
        for member in members { check(member.value) }
        for member in members.prefix(Self.lookedUpLimit) {
            require(value[member.name]?.text == member.value.text, "a member is found by its name")
        }
    }

    /// Against the number as a `Double`, which is exact to less than 1 as far as 2^53.
    private func check(_ number: JSONNumber) {
        let (down, up, integer) = (number.whole(.down), number.whole(.up), number.integer)
        guard let double = Double(String(decoding: number.text, as: UTF8.self)) else {
            fatalError("property violated: a number is one to others too")
        }
        if abs(double) < 9e15 {
            guard let down, let up else { fatalError("property violated: a number within 64 bits is had") }
            let isNear = abs(Double(down) - double) <= 1 && abs(Double(up) - double) <= 1
            require(isNear, "a number is rounded to a neighbour")
            require(up == down || up == down + 1, "nothing lies between the two neighbours of a number")
            require(integer == (up == down ? up : nil), "a number is whole where both its neighbours are itself")
        } else if abs(double) > 9.3e18 {
            require(down == nil && up == nil && integer == nil, "a number beyond 64 bits is not had")
        }
    }
}
