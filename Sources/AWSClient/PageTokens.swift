import StrictJSON

/// Follows the tokens of a list from page to page, and notices a list that has no end.
struct PageTokens {
    private let paging: AWSPaging
    private let limitInPages: Int
    private let action: String
    private var seen: Set<ExactString> = []
    private var pages = 0

    init(_ paging: AWSPaging, limitInPages: Int, action: String) {
        self.paging = paging
        self.limitInPages = limitInPages
        self.action = action
    }

    /// - Parameter page: The answer's JSON object.
    /// - Returns: The token of the page after this one; `nil` where this is the last.
    /// - Throws: ``AWSError`` for a token that was there before, or one page too many.
    mutating func next(after page: JSONValue) throws(AWSError) -> String? {
        pages += 1
        guard let value = page[paging.rawValue], !value.isNull else { return nil }
        guard let token = value.exactString else {
            throw .malformedResponse(action: action, reason: "has a \(paging.rawValue) that is no text")
        }
        guard !token.isEmpty else { return nil }
        guard seen.insert(token).inserted else { throw .repeatedPage(action: action) }
        guard pages < limitInPages else { throw .tooManyPages(action: action, limit: limitInPages) }
        return value.string
    }
}
