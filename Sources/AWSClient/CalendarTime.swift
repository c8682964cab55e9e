/// Reads the two ways in which AWS writes an instant.
enum CalendarTime {
    /// `2026-11-21T09:30:00Z`, with a fraction of a second or an offset such as `+00:00` where there is one (RFC 3339 §5.6).
    ///
    /// - Returns: Seconds since 1970-01-01T00:00:00Z; `nil` for anything else.
    static func seconds(rfc3339 text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let time = timeOfDay(bytes[11..<19]), let offset = offset(bytes[19...]),
            let days = days(year: year, month: month, day: day)
        else { return nil }
        return days * 86_400 + time - offset
    }

    /// `Sat, 21 Nov 2026 09:30:00 GMT` (RFC 9110 §5.6.7 `IMF-fixdate`).
    static func seconds(httpDate text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), text.hasSuffix(" GMT"),
            let day = number(bytes[5..<7]), let year = number(bytes[12..<16]), let time = timeOfDay(bytes[17..<25]),
            let month = months.firstIndex(where: { $0.utf8.elementsEqual(bytes[8..<11]) }),
            let days = days(year: year, month: Int64(month) + 1, day: day)
        else { return nil }
        return days * 86_400 + time
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.count <= 4, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// `09:30:00`, a leap second being the second before it.
    private static func timeOfDay(_ text: ArraySlice<UInt8>) -> Int64? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ $0.count == 2 }), let hour = number(parts[0]),
            let minute = number(parts[1]), let second = number(parts[2]), hour < 24, minute < 60, second <= 60
        else { return nil }
        return hour * 3_600 + minute * 60 + min(second, 59)
    }

    /// Behind the seconds: a fraction, which is dropped, and `Z` or an offset.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        var rest = text
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (0x30...0x39).contains($0) }
        }
        if rest.count == 1, rest.first == UInt8(ascii: "Z") || rest.first == UInt8(ascii: "z") { return 0 }
        guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        let digits = rest.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 4, rest.count <= 6, let hours = number(digits[..<2]), let minutes = number(digits[2...]),
            hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return sign == UInt8(ascii: "+") ? seconds : -seconds
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted from a year that begins on 1 March.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let shiftedMonth = month <= 2 ? month + 9 : month - 3
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        return shiftedYear * 365 + leapDays + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
    }
}
