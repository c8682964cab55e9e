/// Events as API Gateway's documentation shows them, member by member, so that a test can change one.
enum SampleEvents {
    static let token = [
        "type": #""TOKEN""#, "authorizationToken": #""Bearer abc.def.ghi""#,
        "methodArn": #""\#(apiARN)GET/orders/7""#,
    ]

    static let rest = [
        "type": #""REQUEST""#, "methodArn": #""\#(apiARN)GET/orders/7""#, "resource": #""/orders/{id}""#,
        "path": #""/orders/7""#, "httpMethod": #""GET""#,
        "headers": #"{"Authorization":"Bearer abc.def.ghi","Host":"a.example","X-Client-Cert":"spoofed"}"#,
        "multiValueHeaders": #"{"Authorization":["Bearer abc.def.ghi"],"Host":["a.example"]}"#,
        "queryStringParameters": "null", "multiValueQueryStringParameters": "null", "pathParameters": #"{"id":"7"}"#,
        "stageVariables": "null",
        "requestContext": """
        {"resourceId":"r1","resourcePath":"/orders/{id}","httpMethod":"GET","path":"/prod/orders/7",
         "accountId":"123456789012","stage":"prod","apiId":"a1b2c3d4e5","requestId":"q1",
         "identity":{"sourceIp":"192.0.2.1","userAgent":null,"clientCert":null}}
        """,
    ]

    static let payload1 = [
        "version": #""1.0""#, "type": #""REQUEST""#, "methodArn": #""\#(apiARN)GET/orders/7""#,
        "identitySource": #""Bearer abc.def.ghi""#, "authorizationToken": #""Bearer abc.def.ghi""#,
        "resource": #""/orders/{id}""#, "path": #""/orders/7""#, "httpMethod": #""GET""#,
        "headers": #"{"Authorization":"Bearer abc.def.ghi"}"#, "queryStringParameters": "{}",
        "pathParameters": "{}", "stageVariables": "{}",
        "requestContext": """
        {"path":"/orders/7","accountId":"123456789012","resourceId":"GET /orders/{id}","stage":"prod",
         "resourcePath":"/orders/{id}","httpMethod":"GET","apiId":"a1b2c3d4e5","identity":{"apiKey":null}}
        """,
    ]

    static let payload2 = [
        "version": #""2.0""#, "type": #""REQUEST""#, "routeArn": #""\#(apiARN)GET/orders/7""#,
        "identitySource": #"["Bearer abc.def.ghi"]"#, "routeKey": #""GET /orders/{id}""#,
        "rawPath": #""/prod/orders/7""#,
        "rawQueryString": #""""#, "cookies": #"["a=b"]"#,
        "headers": #"{"authorization":"Bearer abc.def.ghi","accept":"a,b"}"#,
        "requestContext": """
        {"accountId":"123456789012","apiId":"a1b2c3d4e5","domainName":"a.example","stage":"prod",
         "routeKey":"GET /orders/{id}","http":{"method":"GET","path":"/prod/orders/7","protocol":"HTTP/1.1"},
         "authentication":null}
        """,
    ]

    static let connect = [
        "type": #""REQUEST""#, "methodArn": #""\#(apiARN)$connect""#,
        "headers": #"{"Authorization":"Bearer abc.def.ghi","Connection":"upgrade"}"#,
        "multiValueHeaders": #"{"Authorization":["Bearer abc.def.ghi"]}"#, "queryStringParameters": "{}",
        "multiValueQueryStringParameters": "{}", "stageVariables": "{}",
        "requestContext": """
        {"routeKey":"$connect","eventType":"CONNECT","messageDirection":"IN","stage":"prod","connectionId":"c=",
         "apiId":"a1b2c3d4e5","identity":{"sourceIp":"192.0.2.1"}}
        """,
    ]

    /// The event's JSON with some members changed; `nil` takes one away.
    static func json(_ members: [String: String], with changes: [String: String?] = [:]) -> [UInt8] {
        var members = members
        for (name, value) in changes { members[name] = value }
        let text = members.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
        return Array("{\(text)}".utf8)
    }
}
