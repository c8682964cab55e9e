import CLibcrypto
import JOSE

/// What libcrypto noted of a call that failed; making one empties the queue.
///
/// Its functions answer "no" with one status whether they refuse or have no memory to judge by; the notes tell which.
/// Found by failing every allocation in turn, with OpenSSL 3.0.19.
struct ErrorQueue {
    private(set) var isOutOfMemory = false
    /// The mathematics of RSA refuse.
    private var isOfRSA = false
    /// Those of elliptic curves do.
    private var isOfCurve = false
    /// A sum of points is the point at infinity, which has no coordinates.
    private var isOfInfinity = false

    init() {
        var code = ERR_get_error()
        while code != 0 {
            let (library, reason) = (ERR_GET_LIB(code), ERR_GET_REASON(code))
            if reason == CLIBCRYPTO_ERR_R_MALLOC_FAILURE { isOutOfMemory = true }
            if library == ERR_LIB_RSA { isOfRSA = true }
            if library == ERR_LIB_EC { isOfCurve = true }
            if library == ERR_LIB_EC, reason == EC_R_POINT_AT_INFINITY { isOfInfinity = true }
            code = ERR_get_error()
        }
    }

    /// Whether `EVP_PKEY_verify(3)` judged a signature and refuses it.
    func isRefusal(byStatus status: Int32, of family: Algorithm.Family) -> Bool {
        guard !isOutOfMemory else { return false }
        return switch family {
        case .rsaPKCS1: status == 0
        case .rsaPSS: status == 0 && isOfRSA
        // Numbers in range can be such that the point to compare is none; the status is then that of a failure.
        case .ecdsa: status == 0 || isOfInfinity
        case .edwards: false
        }
    }

    /// Whether a key was judged and is refused.
    func isRefusal(of material: KeyMaterial) -> Bool {
        guard !isOutOfMemory else { return false }
        return switch material {
        // Its numbers have been checked before; libcrypto has nothing against any.
        case .rsa: false
        case .ellipticCurve: isOfCurve
        // The length alone is looked at.
        case .edwards(let curve, let bytes): bytes.count != curve.keyLengthInBytes
        }
    }
}
