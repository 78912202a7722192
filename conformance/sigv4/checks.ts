import { type AuthProvider } from '@headgate/auth'
import { AuthRegistry, type Properties } from '@headgate/auth'
import { type HeaderList, type HttpRequest, type OutgoingBody, fetchTransport, send } from '@headgate/http'

/** Numbers of requests that an independent verifier of signatures has accepted and refused. */
export interface VerifierReport {
  readonly name: string
  accepted: number
  /** Number of forged or unauthorized requests that the verifier has refused. */
  refused: number
  readonly failures: string[]
}

export interface Probe {
  readonly what: string
  readonly method: string
  readonly url: string
  readonly headers?: HeaderList
  readonly body?: OutgoingBody
  /** Whether the checks also send forged copies of the request. */
  readonly forge?: true
  /** Another URL of the same service, which forged requests use in place of the signed URL. */
  readonly elsewhere?: string
  readonly properties: Properties
}

const transport = fetchTransport({ timeoutMs: 20_000 })

/** Checks that the verifier accepts a correctly signed request. Returns the text of the response. */
export async function letIn(report: VerifierReport, probe: Probe): Promise<string> {
  await using auth = await new AuthRegistry().create(probe.properties, { env: {} })
  const { status, text } = await ask(probe, auth)
  // The service checks the signature before it looks for the object, so the status 404 or 409 proves that it accepted
  // the signature.
  const inside = status < 400 || ([404, 409].includes(status) && !/signature|token|denied/i.test(text))
  if (inside) report.accepted++
  else
    report.failures.push(
      `${probe.what}: ${probe.method} ${probe.url} was refused with ${status}: ${text.slice(0, 300)}`,
    )
  return text
}

/**
 * Checks that the service refuses a correctly signed request of a user without the necessary right, because of this
 * right.
 */
export async function keepAway(report: VerifierReport, probe: Probe): Promise<void> {
  await using auth = await new AuthRegistry().create(probe.properties, { env: {} })
  const { status, text } = await ask(probe, auth)
  if (status === 403 && /access ?denied|not authorized/i.test(text)) report.refused++
  else report.failures.push(`${probe.what}: answered with ${status}: ${text.slice(0, 300)}`)
}

/** Another HTTP method that all verifiers support for the same target, keyed by the signed method. */
const otherMethods: Readonly<Record<string, string>> = { GET: 'DELETE', PUT: 'DELETE', POST: 'PUT' }

/** Functions that change a signed request so that its signature becomes invalid. */
const forgeries: Readonly<Record<string, (request: HttpRequest) => HttpRequest>> = {
  'another method': (request) => ({ ...request, method: otherMethods[request.method] ?? 'GET' }),
  'another query': (request) => ({
    ...request,
    url: request.url.includes('?') ? `${request.url}&x=y` : `${request.url}?x=y`,
  }),
  'another header': (request) => withHeader(request, 'x-amz-date', (value) => later(value)),
  'another signature': (request) =>
    withHeader(request, 'authorization', (value) =>
      value.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ),
  'another region': (request) =>
    withHeader(request, 'authorization', (value) => value.replace('us-east-1', 'us-west-2')),
}

/** Checks that the verifier refuses all forged copies of a signed request. */
export async function keepOut(report: VerifierReport, probe: Probe): Promise<void> {
  for (const [name, forge] of Object.entries(forgeries)) {
    await using auth = await new AuthRegistry().create(probe.properties, { env: {} })
    await mustFail(report, `${probe.what}, changed after signing: ${name}`, probe, {
      authenticate: async (request) => forge(await auth.authenticate(request)),
    })
  }
  const { elsewhere } = probe
  if (elsewhere !== undefined) {
    await using auth = await new AuthRegistry().create(probe.properties, { env: {} })
    const authenticate = async (request: HttpRequest): Promise<HttpRequest> => ({
      ...(await auth.authenticate(request)),
      url: elsewhere,
    })
    await mustFail(report, `${probe.what}, sent to another path than the signed path`, probe, {
      authenticate,
    })
  }
  if (probe.body instanceof Uint8Array) {
    await using auth = await new AuthRegistry().create(probe.properties, { env: {} })
    const forged = { ...probe, body: new TextEncoder().encode('{"forged":true}') }
    const authenticate = async (request: HttpRequest): Promise<HttpRequest> =>
      await auth.authenticate({ ...request, body: probe.body instanceof Uint8Array ? probe.body : null })
    await mustFail(report, `${probe.what}, sent with another body than the signed body`, forged, {
      authenticate,
    })
  }
  for (const [name, change] of [
    ['another secret', { 'rest.auth.sigv4.secret-access-key': 'not the secret' }],
    ['another key', { 'rest.auth.sigv4.access-key-id': 'AKIAIOSFODNN7EXAMPLE' }],
  ] as const) {
    await using auth = await new AuthRegistry().create({ ...probe.properties, ...change }, { env: {} })
    await mustFail(report, `${probe.what}, signed with ${name}`, probe, auth)
  }
}

async function mustFail(
  report: VerifierReport,
  what: string,
  probe: Probe,
  auth: AuthProvider,
): Promise<void> {
  const { status, text } = await ask(probe, auth)
  const malformed = status === 400 && /sha256|signature|authorization/i.test(text)
  if (status === 403 || status === 401 || malformed) report.refused++
  else report.failures.push(`${what}: the server answered with status ${status}: ${text.slice(0, 300)}`)
}

async function ask(probe: Probe, auth: AuthProvider): Promise<{ status: number; text: string }> {
  const { method, url, headers = [], body = null } = probe
  const response = await send({ method, url, headers, body }, { auth, transport, retry })
  return { status: response.status, text: await response.text() }
}

/**
 * Returns the delay before a retry in ms if the status is 503, which a store returns shortly after its start,
 * otherwise undefined.
 */
function retry({ response }: { readonly response?: Response }): number | undefined {
  return response?.status === 503 ? 1_000 : undefined
}

function withHeader(request: HttpRequest, name: string, change: (value: string) => string): HttpRequest {
  return {
    ...request,
    headers: request.headers.map(([each, value]) => [
      each,
      each.toLowerCase() === name ? change(value) : value,
    ]),
  }
}

/** Returns the timestamp that is one second later, in the same format. */
function later(timestamp: string): string {
  return timestamp.replace(/(\d)Z$/, (_, digit: string) => `${(Number(digit) + 1) % 10}Z`)
}
