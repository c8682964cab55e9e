/// Templates of every kind that has routes.
enum TemplateForms {
    typealias Vector = TemplateTests.Vector

    static let vectors = [
        Vector(
            "an implicit API, with Globals",
            """
            Transform: AWS::Serverless-2016-10-31
            Globals:
              Api:
                Auth:
                  DefaultAuthorizer: Turnstile
                  Authorizers: { Turnstile: { FunctionArn: !GetAtt Gate.Arn } }
            Resources:
            \(SampleTemplate.function)  Orders:
                Type: AWS::Serverless::Function
                Condition: Sells
                Properties:
                  Events:
                    Read: { Type: Api, Properties: { Path: /orders, Method: get } }
                    Timer: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
            """, rules: ["GET /orders"], ["in_step GET /orders | GET /orders"], warnings: ["would be kept 300 s"]),
        Vector(
            "a TOKEN authorizer, which sees no parameter names",
            """
            Resources:
              Api:
                Type: AWS::Serverless::Api
                Properties:
                  Auth:
                    DefaultAuthorizer: T
                    Authorizers: { T: { FunctionArn: arn:aws:lambda:eu-west-1:1:function:gate, Identity: { ReauthorizeEvery: 0 } } }
              F:
                Type: AWS::Serverless::Function
                Properties:
                  Events: { A: { Type: Api, Properties: { RestApiId: { Ref: Api }, Path: "/a/{b}", Method: GET } } }
            """, rules: ["GET /a/{c}"], ["in_step GET /a/{b} | GET /a/{c}"]),
        Vector(
            "an OpenAPI body",
            """
            Resources:
              Api:
                Type: AWS::Serverless::Api
                Properties:
                  Auth:
                    DefaultAuthorizer: T
                    Authorizers: { T: { FunctionArn: !GetAtt Gate.Arn, Identity: { ReauthorizeEvery: 0 } } }
                  DefinitionBody:
                    openapi: 3.0.1
                    paths:
                      /a:
                        parameters: [{ name: q, in: query }]
                        get: {}
                        post: { security: [{ NONE: [] }] }
                        x-amazon-apigateway-any-method: { security: [{ api_key: [] }] }
                      /b: { get: { security: [{ T: [] }] }, put: { security: [{ Pool: [] }] } }
              Ignored:
                Type: AWS::Serverless::Function
                Properties:
                  Events: { A: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /c, Method: GET } } }
            """, rules: ["GET /a", "ANY /b"],
            [
                "in_step GET /a | GET /a", "not_guarded POST /a | ", "in_step ANY /a | GET /a",
                "in_step GET /b | ANY /b",
                "not_guarded PUT /b | ",
            ]),
        Vector(
            "a Swagger body of CloudFormation's own",
            """
            {"Resources": {
              "Gate": {"Type": "AWS::Lambda::Function"},
              "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {
                "swagger": "2.0", "security": [{"gate": []}],
                "paths": {"/a": {"get": {}, "delete": {"security": []}}},
                "securityDefinitions": {"gate": {"type": "apiKey", "name": "Authorization", "in": "header",
                  "x-amazon-apigateway-authorizer": {"type": "request", "authorizerResultTtlInSeconds": 0,
                    "authorizerUri": {"Fn::Sub": "arn:aws:apigateway:x:lambda:path/functions/${Gate.Arn}/invocations"}}}}
              }}}}}
            """, rules: ["GET /a"], ["in_step GET /a | GET /a", "not_guarded DELETE /a | "]),
        Vector(
            "methods and routes that hang on a condition", conditional,
            rules: ["GET /", "PUT /", "GET /b", "$connect"],
            [
                "unknown $connect | $connect", "unknown GET / | GET /", "unknown PUT / | PUT /",
                "unknown GET /b | GET /b",
            ]),
        Vector(
            "a tree of resources and methods", tree, rules: ["GET /", "GET /orders/{id}", "ANY /orders"],
            [
                "in_step GET / | GET /", "in_step GET /orders/{id} | GET /orders/{id}",
                "rule_not_asked ANY /orders | ANY /orders",
                "unknown GET, the resource Nowhere, which is not of this template | ",
                "unknown GET, a resource that is its own parent | ", "unknown GET, PathPart !Ref Part of Given | ",
            ]),
        Vector(
            "an HTTP API of SAM",
            """
            Resources:
              Api:
                Type: AWS::Serverless::HttpApi
                Properties:
                  Auth:
                    DefaultAuthorizer: T
                    Authorizers:
                      T: { FunctionArn: !Ref Gate.Alias, AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: true }
                      J: { JwtConfiguration: { issuer: https://i.example } }
            \(SampleTemplate.function)  F:
                Type: AWS::Serverless::Function
                Properties:
                  Events:
                    Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api } }
                    A: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /a, Method: ANY } }
                    B: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /b, Method: get, Auth: { Authorizer: J } } }
                    C: { Type: HttpApi, Properties: { Path: /c, Method: get } }
            """, rules: ["$default", "ANY /a"],
            ["in_step $default | $default", "in_step ANY /a | ANY /a", "not_guarded GET /b | "]),
        Vector(
            "routes of an HTTP API and a WebSocket API", second, rules: ["GET /a", "$default", "$connect"],
            [
                "in_step GET /a | GET /a", "in_step $default | $default", "not_guarded GET /jwt | ",
                "in_step $connect | $connect",
            ]),
        Vector(
            "one API of several", second, rules: ["$connect"], ["in_step $connect | $connect"],
            options: ["--api", "Socket"]),
        Vector(
            "a WebSocket API of SAM",
            """
            Resources:
            \(SampleTemplate.function)  Socket:
                Type: AWS::Serverless::WebSocketApi
                Properties:
                  Auth: { AuthType: CUSTOM, AuthArn: !GetAtt Gate.Arn, IdentitySource: [route.request.header.Authorization] }
                  RouteSelectionExpression: $request.body.action
                  Routes: { $connect: { FunctionArn: !GetAtt Gate.Arn }, send: { FunctionArn: !GetAtt Gate.Arn } }
            """, rules: ["$connect"], ["in_step $connect | $connect"]),
        Vector(
            "anchors, merges and short forms",
            """
            Resources:
            \(SampleTemplate.function)  Api:
                Type: AWS::Serverless::Api
                Properties:
                  Auth: { DefaultAuthorizer: T, Authorizers: { T: { FunctionArn: !If [A, !GetAtt Gate.Arn, !Ref B] } } }
                  Variables: !If [Prod, { A: !Sub ["${x}", { x: !Select [0, !Split [",", "a,b"]] }] }, !Ref AWS::NoValue]
              F:
                Type: AWS::Serverless::Function
                Properties:
                  Policies: [{ Statement: [{ Effect: Allow, Action: "s3:*", Resource: !Sub "arn:${AWS::Partition}:s3:::x" }] }]
                  Events:
                    A: &a { Type: Api, Properties: &p { RestApiId: !Ref Api, Path: /a, Method: GET } }
                    B: { <<: *a, Properties: { <<: *p, Method: PUT } }
            """, rules: ["GET /a", "PUT /a"], ["in_step GET /a | GET /a", "in_step PUT /a | PUT /a"],
            warnings: ["would be kept 300 s"]),
    ]

    static let tree = """
        Resources:
          Gate: { Type: AWS::Lambda::Function }
          Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Gate } }
          Api: { Type: AWS::ApiGateway::RestApi }
          Auth:
            Type: AWS::ApiGateway::Authorizer
            Properties:
              RestApiId: !Ref Api
              Type: REQUEST
              AuthorizerResultTtlInSeconds: 0
              AuthorizerUri: !Sub "arn:aws:apigateway:x:lambda:path/2015-03-31/functions/${Live}/invocations"
          Orders: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders } }
          Order: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{id}" } }
          Ring: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Ring, PathPart: ring } }
          Given: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: !Ref Part } }
          Root: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt [Api, RootResourceId], HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth } }
          Read: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Order, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth } }
          Any: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: ANY, AuthorizationType: NONE } }
          Lost: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Nowhere, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth } }
          Circle: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Ring, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth } }
          Said: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Given, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth } }

        """

    static let conditional = """
        Resources:
          Gate: { Type: AWS::Lambda::Function }
          Api: { Type: AWS::ApiGateway::RestApi }
          Auth: { Type: AWS::ApiGateway::Authorizer, Properties: { RestApiId: !Ref Api, Type: REQUEST, AuthorizerResultTtlInSeconds: 0, AuthorizerUri: !GetAtt Gate.Arn } }
          A: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: !If [Open, NONE, CUSTOM], AuthorizerId: !Ref Auth } }
          B: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: PUT, AuthorizationType: CUSTOM, AuthorizerId: !If [One, !Ref Auth, !Ref Other] } }
          Http: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP } }
          HttpAuth: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Http, AuthorizerType: REQUEST, AuthorizerUri: !GetAtt Gate.Arn } }
          C: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Http, RouteKey: GET /b, AuthorizationType: !Ref Kind, AuthorizerId: !Ref HttpAuth } }
          Socket: { Type: AWS::Serverless::WebSocketApi, Properties: { Auth: { AuthType: !If [Open, NONE, CUSTOM], AuthArn: !GetAtt Gate.Arn }, Routes: { $connect: {} } } }

        """

    static let second = """
        Resources:
          Gate: { Type: AWS::Lambda::Function }
          Http: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP } }
          Socket: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: WEBSOCKET } }
          HttpAuth: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Http, AuthorizerType: REQUEST, AuthorizerUri: !GetAtt Gate.Arn } }
          Jwt: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Http, AuthorizerType: JWT } }
          SocketAuth: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Socket, AuthorizerType: REQUEST, AuthorizerUri: !GetAtt Gate.Arn } }
          A: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Http, RouteKey: GET /a, AuthorizationType: CUSTOM, AuthorizerId: !Ref HttpAuth } }
          D: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Http, RouteKey: $default, AuthorizationType: CUSTOM, AuthorizerId: !Ref HttpAuth } }
          J: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Http, RouteKey: GET /jwt, AuthorizationType: JWT, AuthorizerId: !Ref Jwt } }
          C: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Socket, RouteKey: $connect, AuthorizationType: CUSTOM, AuthorizerId: !Ref SocketAuth } }
          M: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Socket, RouteKey: $default } }

        """
}
