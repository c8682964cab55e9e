import AuthorizerService
import JOSE
import OpenSSLSignatures

extension Surroundings {
    /// Reads the configuration as `bootstrap` would.
    func loadConfiguration(environment: [String: String]) throws(ConfigurationError) -> Configuration {
        try Configuration(path: configuration) { environment[$0] }
    }

    /// Serves the keys, if there are any, while `body` runs.
    ///
    /// - Parameter body: Gets the environment with the address of the keys.
    /// - Returns: What `body` returns.
    /// - Throws: ``Problem`` where the keys cannot be served; what `body` throws.
    func servingKeys<Value: Sendable>(
        _ body: @Sendable ([String: String]) async throws -> Value
    ) async throws -> Value {
        guard let folder = keysFolder else { return try await body(environment) }
        let server = try await KeyServer(folder: folder, port: keysPort)
        var environment = environment
        environment[ConfigurationOptions.keysVariable] = server.url
        do {
            let value = try await body(environment)
            await server.stop()
            return value
        } catch {
            await server.stop()
            throw error
        }
    }
}
