import CLibcurl

/// The headers of a request in libcurl's own form (`curl_slist`), made once and used for many requests.
///
/// A class for the reason that ``OriginConnection`` is one; the list is freed once, after the last use of it.
@safe
package final class FieldList {
    private var list: UnsafeMutablePointer<curl_slist>?

    /// - Parameters:
    ///   - fields: In the order in which they are sent.
    ///   - mayWait: Whether libcurl may ask for `100 Continue` before a long body (RFC 9110 §10.1.1).
    /// - Throws: ``TransportError`` of kind `libraryUnavailable` when memory has run out.
    package init(_ fields: [HTTPField], mayWait: Bool = false) throws(TransportError) {
        unsafe list = nil
        for field in fields { try append("\(field.name): \(field.value)") }
        // A name without a value takes the header out.
        if !mayWait { try append("Expect:") }
    }

    deinit { unsafe curl_slist_free_all(list) }

    var pointer: UnsafeMutablePointer<curl_slist>? { unsafe list }

    func append(_ line: String) throws(TransportError) {
        guard let longer = unsafe curl_slist_append(list, line) else {
            throw TransportError(.libraryUnavailable, mayHaveBeenSent: false)
        }
        unsafe list = longer
    }
}
