/// The product.
package enum Turnstile {
    /// As in CHANGELOG.md (Semantic Versioning 2.0.0).
    package static let version = "0.1.0"
}
