package import Authorization

/// The compilers of one table for the kinds of API, which choose among overlapping routes in two orders
/// (``RouteTree/Order``).
package struct TokenPolicies: Sendable {
    /// For REST and WebSocket APIs.
    private let rest: PolicyCompiler
    private let httpAPI: PolicyCompiler?

    /// - Parameters:
    ///   - table: As REST reads it.
    ///   - callers: Who may call at all.
    ///   - answersHTTPAPIs: Whether it is known that HTTP APIs are answered with policies. If not, a table that can be
    ///     said for REST alone is taken, and there is no ``compiler(for:)`` for an HTTP API.
    /// - Throws: ``PolicyCompilerError``.
    package init(_ table: RouteTable, callers: KnownCallers, answersHTTPAPIs: Bool) throws(PolicyCompilerError) {
        rest = try PolicyCompiler(table, callers: callers)
        guard let reordered = table.orderedForHTTPAPIs else {
            httpAPI = rest
            return
        }
        do throws(PolicyCompilerError) {
            httpAPI = try PolicyCompiler(reordered, callers: callers)
        } catch {
            guard !answersHTTPAPIs else { throw error }
            httpAPI = nil
        }
    }

    /// Whether every policy denies the paths that no route of the table takes; see
    /// ``PolicyCompiler/deniesPathsOfNoRoute``.
    package var deniesPathsOfNoRoute: Bool {
        rest.deniesPathsOfNoRoute && httpAPI?.deniesPathsOfNoRoute ?? true
    }

    /// `nil` where no policy says the table to an API of this kind.
    package func compiler(for shape: EventShape) -> PolicyCompiler? {
        switch shape {
        case .restToken, .restRequest, .webSocketConnect: rest
        case .httpPayload1, .httpPayload2: httpAPI
        }
    }
}
