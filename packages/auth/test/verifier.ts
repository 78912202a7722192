import { headerPairs, parseRequest, sha256Hex, verifySignature } from '@headgate/sigv4'
import { type HttpTestServer, type ReceivedRequest, startHttpServer } from '@headgate/testkit'

export interface VerifierOptions {
  readonly service: string
  readonly region?: string
  /** Returns the secret of an access key. Default: `secret` for `AKIDEXAMPLE`. */
  readonly findSecret?: (accessKeyId: string) => string | undefined
  readonly now?: () => number
}

/** Starts a server that verifies signatures. It responds with 200, or with 403 and the reason of the refusal. */
export async function verifyingServer(options: VerifierOptions): Promise<HttpTestServer> {
  const { service, region = 'eu-central-1', now = Date.now } = options
  const findSecret = options.findSecret ?? ((id) => (id === 'AKIDEXAMPLE' ? 'secret' : undefined))
  return await startHttpServer((request, response) => {
    const reason = findRefusal(request)
    response.setHeader('date', new Date(now()).toUTCString())
    response.writeHead(reason === undefined ? 200 : 403).end(reason ?? 'welcome')
  })

  function findRefusal({ method, target, rawHeaders, body }: ReceivedRequest): string | undefined {
    const parsed = parseRequest(
      { method, target, headers: headerPairs(rawHeaders) },
      { services: [service], regions: [region], now: new Date(now()), repeatedParameters: 'allow' },
    )
    if (!parsed.ok) return parsed.refusal.message
    const bodySha256 = sha256Hex(body)
    const verified = verifySignature(parsed.value, findSecret(parsed.value.accessKeyId), { bodySha256 })
    if (!verified.ok) return verified.refusal.message
    const { payload } = parsed.value
    return payload.kind === 'hashed' && payload.sha256 !== bodySha256
      ? 'the hash does not match the body'
      : undefined
  }
}
