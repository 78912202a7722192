import { AuthRegistry, type ReadyProvider } from '@headgate/auth'
import { type HeaderList, type HttpRequest, headerValue } from '@headgate/http'
import { Random } from '../attack/random.ts'
import type { Botocore, BotoSigned } from './botocore.ts'
import { randomCase, type Case } from './random-request.ts'
import { strictly, type Reason } from './spellings.ts'

/** Result of the comparison between Headgate's signer and botocore. */
export interface Comparison {
  readonly compared: number
  /** Number of requests for which both signers compute the same signature. */
  readonly alike: number
  /**
   * Number of requests for which both signers compute the same signature only if the URL is first converted to strict
   * form, keyed by the reason.
   */
  readonly respelled: ReadonlyMap<Reason, number>
  /** Number of requests in `respelled` for which botocore's signature of the original URL differs. */
  readonly different: number
  readonly failures: readonly string[]
}

export interface CompareOptions {
  readonly form: 'header' | 'query'
  readonly cases: number
  readonly seed: number
  /** Whether the generated URLs may have forms for which signers compute different signatures. */
  readonly lax: boolean
}

/** Maximum number of simultaneous requests to the botocore process. */
const PIPELINE = 64

/** Signs generated requests with both Headgate's signer and botocore, and compares the signatures. */
export async function compare(botocore: Botocore, options: CompareOptions): Promise<Comparison> {
  const random = new Random(options.seed)
  const respelled = new Map<Reason, number>()
  const failures: string[] = []
  let alike = 0
  let different = 0
  for (let done = 0; done < options.cases; done += PIPELINE) {
    const count = Math.min(PIPELINE, options.cases - done)
    const cases = Array.from({ length: count }, () => randomCase(random, options.form, options.lax))
    await Promise.all(
      cases.map(async (aCase) => {
        const outcome = await compareOne(botocore, aCase, options.form)
        if (outcome.failure !== undefined) failures.push(outcome.failure)
        else if (outcome.reasons.length === 0) alike++
        for (const reason of outcome.reasons) respelled.set(reason, (respelled.get(reason) ?? 0) + 1)
        if (outcome.different) different++
      }),
    )
  }
  return { compared: options.cases, alike, respelled, different, failures }
}

interface Outcome {
  readonly reasons: readonly Reason[]
  readonly different: boolean
  readonly failure?: string
}

async function compareOne(botocore: Botocore, aCase: Case, form: 'header' | 'query'): Promise<Outcome> {
  const provider = await openProvider(aCase, form)
  const signed = await provider.authenticate(aCase.request)
  // With signatures in headers, botocore signs the URL that Headgate sends. With signatures in the query,
  // each signer adds its own parameters to the original URL.
  const url = form === 'header' ? signed.url : aCase.request.url
  const strict = strictly(url, aCase.service)
  const headers = headersForBotocore(aCase, form, signed.headers)
  const theirs = await botocore.sign(aCase, strict.url, form, headers)
  const compared = strict.reasons.length === 0 ? theirs : await botocore.sign(aCase, url, form, headers)
  const ours = form === 'header' ? headerProof(signed.headers) : queryProof(signed.url)
  const expected = readProof(theirs, form)
  if (ours === expected) {
    return { reasons: strict.reasons, different: readProof(compared, form) !== ours }
  }
  const failure = `${describe(aCase)}\n  headgate ${ours}\n  botocore ${expected}`
  return { reasons: strict.reasons, different: true, failure }
}

async function openProvider(aCase: Case, form: 'header' | 'query'): Promise<ReadyProvider> {
  return await new AuthRegistry().create(
    {
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.region': aCase.region,
      'rest.auth.sigv4.service': aCase.service,
      'rest.auth.sigv4.access-key-id': aCase.accessKeyId,
      'rest.auth.sigv4.secret-access-key': aCase.secretAccessKey,
      'rest.auth.sigv4.session-token': aCase.sessionToken,
      'rest.auth.sigv4.form': form,
      'rest.auth.sigv4.expires-seconds': form === 'query' ? aCase.expires : undefined,
      // By default, the signature of botocore covers the body, except in presigned requests for S3.
      'rest.auth.sigv4.payload': form === 'query' && aCase.service === 's3' ? undefined : 'signed',
      'rest.auth.sigv4.payload-header': form === 'query' ? 'none' : aCase.payloadHeader,
    },
    { now: () => aCase.time },
  )
}

/**
 * Returns headers that only botocore needs. It reads the hash of the body from a header if there is one, and adds this
 * header itself only for S3.
 */
function headersForBotocore(aCase: Case, form: 'header' | 'query', signed: HeaderList): HeaderList {
  const hash =
    form === 'header' && aCase.service !== 's3' ? headerValue(signed, 'x-amz-content-sha256') : undefined
  return hash === undefined
    ? aCase.request.headers
    : [...aCase.request.headers, ['X-Amz-Content-SHA256', hash]]
}

const proofHeaders = ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token']

/** Formats the headers that a signer added as one line, for the comparison. */
function headerProof(headers: HeaderList): string {
  return proofHeaders.map((name) => `${name}=${headerValue(headers, name)}`).join(' ')
}

/** Returns the query parameters that a signer added, sorted because their order is not signed. */
function queryProof(url: string): string {
  const query = url.slice(url.indexOf('?') + 1)
  return query
    .split('&')
    .filter((piece) => piece.startsWith('X-Amz-'))
    .toSorted()
    .join('&')
}

function readProof(signed: BotoSigned, form: 'header' | 'query'): string {
  return form === 'header' ? headerProof(signed.headers) : queryProof(signed.url)
}

function describe({
  request,
  service,
  region,
}: {
  request: HttpRequest
  service: string
  region: string
}): string {
  return `${request.method} ${request.url} for ${service} in ${region}, headers ${JSON.stringify(request.headers)}`
}
