import { headerPairs, parseRequest, sha256Hex, verifySignature } from '@headgate/sigv4'
import { type HttpTestServer, type ReceivedRequest, startHttpServer } from '@headgate/testkit'

export interface VerifierOptions {
  readonly service: string
  readonly region?: string
  /** The secret of an access key. */
  readonly secretOf?: (accessKeyId: string) => string | undefined
  readonly now?: () => number
}

/** A server that lets nothing in but what is rightly signed; it answers 200 or 403 with the reason. */
export async function verifyingServer(options: VerifierOptions): Promise<HttpTestServer> {
  const { service, region = 'eu-central-1', now = Date.now } = options
  const secretOf = options.secretOf ?? ((id) => (id === 'AKIDEXAMPLE' ? 'secret' : undefined))
  return await startHttpServer((request, response) => {
    const reason = refusalOf(request)
    response.setHeader('date', new Date(now()).toUTCString())
    response.writeHead(reason === undefined ? 200 : 403).end(reason ?? 'welcome')
  })

  function refusalOf({ method, target, rawHeaders, body }: ReceivedRequest): string | undefined {
    const parsed = parseRequest(
      { method, target, headers: headerPairs(rawHeaders) },
      { services: [service], regions: [region], now: new Date(now()), repeatedParameters: 'allow' },
    )
    if (!parsed.ok) return parsed.refusal.message
    const bodySha256 = sha256Hex(body)
    const verified = verifySignature(parsed.value, secretOf(parsed.value.accessKeyId), { bodySha256 })
    if (!verified.ok) return verified.refusal.message
    const { payload } = parsed.value
    return payload.kind === 'hashed' && payload.sha256 !== bodySha256 ? 'another body' : undefined
  }
}
