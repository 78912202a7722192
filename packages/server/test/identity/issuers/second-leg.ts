import type { TestIssuer } from '@headgate/testkit'
import { Secret } from '../../../src/config/secret.ts'
import type { IssuerClient, SecondLegSettings } from '../../../src/identity/issuers/issuer.ts'
import { audience, testService, type TestService, type TestServiceResponse } from './issuers.ts'

/** Client secret that no response, event or log line may contain. */
export const legSecret = 'leg-s3cret-%:+'

export const legClient: IssuerClient = {
  id: 'headgate',
  proof: { method: 'client_secret_basic', secret: new Secret(legSecret) },
}

/** Returns the configuration of a second leg (a token exchange at the issuer), with only the client set. */
export function makeSecondLeg(settings: Partial<SecondLegSettings> = {}): SecondLegSettings {
  return {
    profile: 'generic-8693',
    tokenEndpoint: null,
    client: legClient,
    target: { audiences: [audience], resources: [], scope: null, parameters: {} },
    subjectAudiences: ['headgate'],
    requestedTokenType: null,
    answer: 'verified',
    timeoutMs: 2_000,
    next: null,
    ...settings,
  }
}

type Respond = (form: URLSearchParams) => TestServiceResponse | Promise<TestServiceResponse>

const failing: Respond = () => ({ status: 500 })

/** Token endpoint of a `TestIssuer`. The test configures its response to each request. */
export interface TestLeg extends TestService {
  /** Sets the responses to the next requests. */
  respondWith(response: Respond): void
  /** Forms that the endpoint has received. */
  readonly forms: readonly URLSearchParams[]
}

export async function testLeg(): Promise<TestLeg> {
  let response = failing
  const service = await testService(async (_, body) => ({
    headers: { 'content-type': 'application/json' },
    ...(await response(new URLSearchParams(body))),
  }))
  return {
    ...service,
    get forms() {
      return service.asked.map(({ body }) => new URLSearchParams(body))
    },
    respondWith(next) {
      response = next
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}

/** Returns a token for the catalog that the issuer issued to the client `headgate`. */
export async function legToken(
  issuer: TestIssuer,
  claims: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Promise<TestServiceResponse> {
  const token = await issuer.sign({ sub: 'alice', azp: 'headgate', aud: audience, scope: 'x', ...claims })
  return { body: { access_token: token, token_type: 'Bearer', expires_in: 300, ...more } }
}

/** Returns a refusal as in RFC 6749 section 5.2. */
export function legRefusal(error: string, description = 'no', status = 400): TestServiceResponse {
  return { status, body: { error, error_description: description } }
}
