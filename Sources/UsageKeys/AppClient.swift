package import StrictJSON

/// An app client of a user pool.
package struct AppClient: Hashable, Sendable {
    /// `ClientId`
    package let id: ExactString
    /// `ClientName`; not unique within a pool.
    package let name: String
    /// Whether it can take tokens with the client-credentials grant, and so calls without a person behind it.
    package let isMachine: Bool

    package init(id: ExactString, name: String, isMachine: Bool) {
        self.id = id
        self.name = name
        self.isMachine = isMachine
    }
}
