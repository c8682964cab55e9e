import AuthorizerService
import Foundation

/// Where the user's cache is.
enum TokenCacheFolder {
    private static let name = "turnstile"

    /// `$XDG_CACHE_HOME/turnstile`, or `~/.cache/turnstile` (XDG Base Directory Specification).
    ///
    /// - Returns: `nil` where neither is set to an absolute path; others are not looked at, the specification says.
    static func path(_ environment: [String: String]) -> String? {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return "\(cache)/\(name)" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.cache/\(name)"
    }

    /// Opens the cache.
    ///
    /// - Returns: `nil` where there can be none, after a warning.
    /// - Throws: ``Problem`` where there is one that others can reach into: that is for the person to look into.
    static func open(_ environment: [String: String], warn: (String) -> Void) throws(Problem) -> TokenCache? {
        guard let path = path(environment) else {
            warn("neither XDG_CACHE_HOME nor HOME is set: the token is not cached")
            return nil
        }
        let parent = String(path.dropLast(name.count + 1))
        // The specification asks for 0700 where it has to be made.
        try? FileManager.default.createDirectory(
            atPath: parent.isEmpty ? "/" : parent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        do throws(PrivateFileError) {
            return try TokenCache(path: path)
        } catch {
            guard !error.isUnsafe else {
                throw Problem(
                    "the cache folder \(path) is not used: \(error)",
                    remedy: "remove it or close it to others (chmod 700), or say --no-cache")
            }
            warn("the token is not cached: \(path): \(error)")
            return nil
        }
    }
}
