/// How much JSON is accepted before it is refused. RFC 8259 §9 allows a parser to set such limits.
package struct JSONLimits: Sendable {
    /// Levels of arrays and objects. API Gateway's deepest event has five; recursion is bounded by this.
    package var depth = 32
    /// Values and member names in one document. An event of API Gateway, whose headers and query are limited
    /// to 10,240 bytes, holds a few thousand at the most.
    package var values = 100_000
    /// Bytes of one number's text. `-2^63` takes 20; a `Double` is exact in 17 digits and an exponent.
    package var numberLengthInBytes = 64

    package init() {}
}
