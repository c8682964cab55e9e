import AuthorizerService

Lambda.run()
