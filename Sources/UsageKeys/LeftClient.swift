package import Authorization
package import StrictJSON

/// An app client for which nothing is done, and why.
package struct LeftClient: Equatable, Sendable {
    package let id: ExactString
    package let name: String
    package let reason: Reason

    package enum Reason: Equatable, Sendable {
        // As it is meant to be.
        /// No entry of the configuration for this pool lists the client.
        case notAccepted
        /// The entry that lists it takes ID tokens only, which no machine client gets.
        case takesOnlyIDTokens
        case notMetered
        /// The entry takes the key from a claim, which only the issuer of tokens knows.
        case keyIsInAClaim
        /// A rule says that it has no plan.
        case noPlanByRule
        /// A key that something else made serves it as it should.
        case servedByForeignKey(id: String)
        /// People call with it, and the configuration meters them all by one key, which this tool does not keep.
        case callsForPeople
        /// Its key was disabled, and not by this tool.
        case disabledByHand(keyID: String)

        // What somebody has to see to: until then it is answered 403.
        case unusable(UsageKeyFault)
        case fitsNoPlan
        case sharesKeyAcrossPlans(with: ExactString)
        /// A key that something else made has its value, and cannot serve it as it is.
        case foreignKey(id: String, flaw: ForeignKeyFlaw)
    }

    package enum ForeignKeyFlaw: String, Equatable, Sendable {
        case isDisabled = "is disabled"
        case isNotInThePlan = "is not in its plan"
    }

    package init(id: ExactString, name: String, reason: Reason) {
        self.id = id
        self.name = name
        self.reason = reason
    }
}

extension LeftClient.Reason {
    /// Whether the client is refused until somebody does something.
    package var isFault: Bool {
        switch self {
        case .unusable, .fitsNoPlan, .sharesKeyAcrossPlans, .foreignKey: true
        default: false
        }
    }

    /// Stable, for scripts.
    package var code: String {
        switch self {
        case .notAccepted: "not_accepted"
        case .takesOnlyIDTokens: "takes_only_id_tokens"
        case .notMetered: "not_metered"
        case .keyIsInAClaim: "key_is_in_a_claim"
        case .noPlanByRule: "no_plan_by_rule"
        case .servedByForeignKey: "served_by_foreign_key"
        case .callsForPeople: "calls_for_people"
        case .disabledByHand: "disabled_by_hand"
        case .unusable: "unusable"
        case .fitsNoPlan: "fits_no_plan"
        case .sharesKeyAcrossPlans: "shares_key_across_plans"
        case .foreignKey: "foreign_key"
        }
    }
}

extension LeftClient.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAccepted: "not accepted by the configuration: no issuer of this pool lists it"
        case .takesOnlyIDTokens: "its issuer takes ID tokens, which no machine client gets"
        case .notMetered: "not metered by the configuration"
        case .keyIsInAClaim: "its key is named by a claim of its token"
        case .noPlanByRule: "a rule says none"
        case .servedByForeignKey(let id): "served by key \(id), which turnstile did not make"
        case .callsForPeople:
            "people call with it, and the configuration meters them by its key, which only machine clients get here; "
                + "give its issuer a fixed key, or none"
        case .disabledByHand(let id): "key \(id) was disabled by hand; enable it to let the client in"
        case .unusable(let fault): "\(fault)"
        case .fitsNoPlan: "fits no plan; give --usage-plan for all others, or a rule that ends with =none"
        case .sharesKeyAcrossPlans(let other): "has the same key as \(other), which belongs in another plan"
        case .foreignKey(let id, let flaw):
            "key \(id) has its value, \(flaw.rawValue), and was not made by turnstile; put it right by hand, or hand it "
                + "over with the tags \(KeyMark.poolTag) and \(KeyMark.clientTag)"
        }
    }
}
