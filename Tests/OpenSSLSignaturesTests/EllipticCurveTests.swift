import JOSE
import OpenSSLSignatures
import TestSupport
import Testing

@Suite("RFC 7518 §3.4 ECDSA")
struct EllipticCurveTests {
    static let algorithms: [Algorithm] = [.es256, .es384, .es512]

    static let message = Array("message".utf8)

    private static func isValid(_ signature: [UInt8], _ algorithm: Algorithm) throws -> Bool {
        let verifier = OpenSSLVerifier()
        let key = try #require(try verifier.prepare(SigningKey.fitting(algorithm).material))
        return try verifier.isValid(signature[...], over: message[...], under: key, using: algorithm)
    }

    private static func curve(_ algorithm: Algorithm) throws -> EllipticCurve {
        guard case .ecdsa(let curve, _) = algorithm.family else { throw Unexpected() }
        return curve
    }

    private struct Unexpected: Error {}

    @Test(arguments: algorithms)
    func `the order of a group is what the library holds it to be`(_ algorithm: Algorithm) throws {
        let order = try Self.curve(algorithm).order
        #expect(order == SigningKey.fitting(algorithm).groupOrder)
    }

    @Test(arguments: algorithms)
    func `threat 20: r and s are 1 to n - 1`(_ algorithm: Algorithm) throws {
        let curve = try Self.curve(algorithm)
        let order = curve.order
        let zero = [UInt8](repeating: 0, count: order.count)
        let one = zero.dropLast() + [1]
        let last = order.dropLast() + [order[order.count - 1] - 1]
        let above = order.dropLast() + [order[order.count - 1] + 1]
        let largest = [UInt8](repeating: 0xFF, count: order.count)
        let numbers: [[UInt8]] = [zero, Array(one), Array(last), order, Array(above), largest]
        for r in numbers {
            for s in numbers {
                let isInRange = [r, s].allSatisfy { $0 == numbers[1] || $0 == numbers[2] }
                #expect(curve.isInRange((r + s)[...]) == isInRange)
                #expect(try !Self.isValid(r + s, algorithm))
            }
        }
    }

    @Test(arguments: algorithms)
    func `threat 20: r + n in place of r is refused`(_ algorithm: Algorithm) throws {
        let curve = try Self.curve(algorithm)
        let signature = SigningKey.fitting(algorithm).signature(over: Self.message, algorithm)
        let half = curve.coordinateLengthInBytes
        let (sum, carry) = Self.add(Array(signature.prefix(half)), curve.order)
        #expect(try Self.isValid(signature, algorithm))
        #expect(try !Self.isValid(sum + signature.suffix(half), algorithm), "carry \(carry)")
    }

    @Test(arguments: algorithms)
    func `threat 21: a signature has one length and one form`(_ algorithm: Algorithm) throws {
        let key = SigningKey.fitting(algorithm)
        let signature = key.signature(over: Self.message, algorithm)
        guard case .ecdsa(_, let hash) = algorithm.family else { return }
        #expect(try Self.isValid(signature, algorithm))
        #expect(try !Self.isValid([], algorithm))
        #expect(try !Self.isValid(signature + [0], algorithm))
        #expect(try !Self.isValid(signature + [0, 0], algorithm))
        #expect(try !Self.isValid([0] + signature, algorithm))
        #expect(try !Self.isValid(signature.dropLast(), algorithm))
        #expect(try !Self.isValid(Array(signature.dropFirst(2)), algorithm))
        let half = signature.count / 2
        #expect(try !Self.isValid([0] + signature.prefix(half) + [0] + signature.suffix(half), algorithm))
        #expect(try !Self.isValid(key.libraryForm(over: Self.message, hash), algorithm))
        let curve = try Self.curve(algorithm)
        #expect(!curve.isInRange(signature.dropLast()))
    }

    @Test(arguments: algorithms)
    func `numbers with leading zero bytes or a leading one bit verify`(_ algorithm: Algorithm) throws {
        for index in 0..<300 {
            let message = Array("message \(index)".utf8)
            let key = try #require(try OpenSSLVerifier().prepare(SigningKey.fitting(algorithm).material))
            let signature = SigningKey.fitting(algorithm).signature(over: message, algorithm)
            #expect(try OpenSSLVerifier().isValid(signature[...], over: message[...], under: key, using: algorithm))
        }
    }

    @Test(arguments: algorithms)
    func `threat 26: n - s in place of s verifies, so no signature names a token`(_ algorithm: Algorithm) throws {
        let curve = try Self.curve(algorithm)
        let signature = SigningKey.fitting(algorithm).signature(over: Self.message, algorithm)
        let half = curve.coordinateLengthInBytes
        let other = signature.prefix(half) + Self.subtract(curve.order, Array(signature.suffix(half)))
        #expect(Array(other) != signature)
        #expect(try Self.isValid(Array(other), algorithm))
    }

    @Test func `another algorithm's key is refused`() throws {
        let key = try #require(try OpenSSLVerifier().prepare(SigningKey.p256.material))
        let signature = SigningKey.p256.signature(over: Self.message, .es256)
        for algorithm in Algorithm.allCases {
            let isValid = try OpenSSLVerifier().isValid(
                signature[...], over: Self.message[...], under: key, using: algorithm)
            #expect(isValid == (algorithm == .es256))
        }
    }

    /// Under the key whose private part is 1, `r = n - e` makes `e·G + r·Q` vanish: libcrypto then says "failure" and
    /// not "no". Without the private part nobody finds such an `r`; whoever has it must not bring about a fault either.
    @Test(arguments: [UInt8(1), 2, 0x7F])
    func `threat 26: a signature that leads to the point at infinity is invalid and no failure`(_ s: UInt8) throws {
        /// G of P-256 (NIST SP 800-186 §3.2.1.3).
        let x = try #require(
            bytes(hexadecimal: Array("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296".utf8)[...]))
        let y = try #require(
            bytes(hexadecimal: Array("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5".utf8)[...]))
        let key = try #require(try OpenSSLVerifier().prepare(.ellipticCurve(.p256, x: x, y: y)))
        let r = Self.subtract(EllipticCurve.p256.order, try SHA256.digest(of: Self.message))
        let signature = r + [UInt8](repeating: 0, count: 31) + [s]
        #expect(try !OpenSSLVerifier().isValid(signature[...], over: Self.message[...], under: key, using: .es256))
        #expect(isErrorQueueEmpty())
    }

    // MARK: Big-endian arithmetic

    private static func add(_ left: [UInt8], _ right: [UInt8]) -> (sum: [UInt8], carry: Int) {
        var carry = 0
        var sum = left
        for index in left.indices.reversed() {
            carry += Int(left[index]) + Int(right[index])
            sum[index] = UInt8(truncatingIfNeeded: carry)
            carry >>= 8
        }
        return (sum, carry)
    }

    private static func subtract(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var borrow = 0
        var difference = left
        for index in left.indices.reversed() {
            borrow += Int(left[index]) - Int(right[index])
            difference[index] = UInt8(truncatingIfNeeded: borrow)
            borrow >>= 8
        }
        return difference
    }
}
