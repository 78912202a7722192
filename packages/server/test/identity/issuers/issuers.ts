import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Issuer } from '../../../src/identity/issuers/issuer.ts'

export const audience = 'lakehouse'

/** Returns the configuration of an issuer with only its name and audience. */
export function makeIssuer(issuer: string, settings: Partial<Issuer> = {}): Issuer {
  return {
    issuer,
    audiences: [audience],
    algorithms: ['ES256'],
    tokenType: 'any',
    keys: { from: 'metadata', uri: `${issuer}/.well-known/openid-configuration` },
    introspection: null,
    claims: {
      subject: ['sub'],
      login: ['preferred_username'],
      name: ['name'],
      groups: ['groups'],
      actor: ['act'],
      service: null,
    },
    actors: null,
    clients: null,
    subjectTokens: new Set(['access_token']),
    idTokenAudiences: [],
    makesPrincipals: true,
    groupsMaxAgeMs: 86_400_000,
    leewayMs: 5_000,
    logoutAudiences: null,
    console: null,
    secondLeg: null,
    ...settings,
  }
}

export interface TestService extends AsyncDisposable {
  readonly url: string
  /** Requests that the service has received. */
  readonly asked: {
    readonly path: string
    readonly authorization: string | undefined
    readonly body: string
  }[]
}

export interface TestServiceResponse {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Starts a service on the loopback interface that sends the configured responses. */
export async function testService(
  respond: (path: string, body: string) => TestServiceResponse | Promise<TestServiceResponse>,
): Promise<TestService> {
  const asked: TestService['asked'] = []
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const path = request.url ?? ''
    asked.push({ path, authorization: request.headers.authorization, body })
    const { status = 200, headers = {}, body: json } = await respond(path, body)
    response.writeHead(status, headers).end(typeof json === 'string' ? json : JSON.stringify(json ?? {}))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
