import type { HttpRequest } from '@headgate/http'
import type { Random } from '../attack/random.ts'

/** Request to sign, and the options for its signature. */
export interface Case {
  readonly request: HttpRequest & { readonly body: Uint8Array | null }
  readonly service: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
  /** Time of the signature in epoch ms, always a whole second. */
  readonly time: number
  /** Lifetime of a signature in the query, in s. */
  readonly expires: number
  readonly payloadHeader: 'hex' | 'none'
}

const services = ['execute-api', 'glue', 's3tables', 's3', 'vpc-lattice-svcs', 'sts'] as const
const regions = ['us-east-1', 'eu-central-1', 'ap-southeast-2', 'cn-north-1', 'us-gov-west-1'] as const
const hosts = [
  'catalog.example.com',
  '127.0.0.1:8181',
  'localhost',
  'UPPER.example.com:443',
  'a.b-c.example.com:8443',
] as const
const methods = ['GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH'] as const
const words = [
  'v1',
  'namespaces',
  'tables',
  'a',
  'b',
  'A',
  '1',
  'x-y',
  '_z',
  'café',
  '表',
  '😀',
  'a b',
  '',
] as const
const escaped = ['%1F', '%2F', '%24', '%25', '%2B', '%20', '%3A', '%C3%A9', '%F0%9F%98%80', '%7E'] as const
/** Characters and percent-escapes that URL parsers leave unchanged. */
const raw = ['!', "'", '(', ')', '*', '$', ',', ';', ':', '@', '+', '=', '~', '%2f', '%7e', '%41'] as const
const headerNames = [
  'Accept',
  'Content-Type',
  'X-Amz-Meta-A',
  'X-Iceberg-Access-Delegation',
  'X-Custom',
  'x-lower',
  'If-None-Match',
] as const
const headerValues = [
  'a',
  'application/json; charset=utf-8',
  '  two  spaces ',
  'a\t\tb',
  '"x"',
  '',
  'a,b',
  'é',
] as const

/**
 * Generates a request that URL parsers do not change. If `lax` is set, its URL may have a form for which signers
 * compute different signatures.
 */
export function randomCase(random: Random, form: 'header' | 'query', lax: boolean): Case {
  const service = random.pick(services)
  const method = random.pick(methods)
  const hasBody = form === 'header' && /POST|PUT|PATCH/.test(method) && random.chance(0.8)
  const query = randomQuery(random, lax, form === 'header')
  const scheme = random.chance(0.3) ? 'https' : 'http'
  return {
    request: {
      method,
      url: `${scheme}://${random.pick(hosts)}${randomPath(random, service, lax)}${query === '' ? '' : `?${query}`}`,
      headers: randomHeaders(random, form),
      body: hasBody ? Uint8Array.from({ length: random.int(300) }, () => random.int(256)) : null,
    },
    service,
    region: random.pick(regions),
    accessKeyId: `AKIA${random.int(1e9)}`,
    secretAccessKey: `secret/+${random.int(1e9)}`,
    sessionToken: random.chance(0.4) ? `token/+=${random.int(1e9)}==` : undefined,
    time: (1_400_000_000 + random.int(800_000_000)) * 1_000,
    expires: 1 + random.int(604_800),
    payloadHeader: service === 's3' || random.chance(0.5) ? 'hex' : 'none',
  }
}

function randomPath(random: Random, service: string, lax: boolean): string {
  const parts = Array.from({ length: random.int(6) }, () => randomText(random, service !== 's3' || lax))
  if (service !== 's3' && random.chance(0.15))
    parts.splice(random.int(parts.length + 1), 0, random.pick(['.', '..', '']))
  if (!lax && /^\.{1,2}$/.test(parts.at(-1) ?? '')) parts.push('end')
  return `/${parts.join('/')}`
}

function randomQuery(random: Random, lax: boolean, repeats: boolean): string {
  const names = random.some(
    ['a', 'A', 'ab', 'a-b', 'a%20b', 'list-type', 'warehouse', '%C3%A9', 'x', 'delimiter'],
    6,
  )
  const pieces = (repeats ? names : [...new Set(names)]).map((name) => {
    const value = random.chance(0.2) ? '' : randomText(random, lax)
    return value === '' && random.chance(0.5) ? name : `${name}=${value}`
  })
  if (lax && random.chance(0.2)) pieces.splice(random.int(pieces.length + 1), 0, '')
  return pieces.join('&')
}

function randomText(random: Random, lax: boolean): string {
  const parts = Array.from({ length: random.int(4) }, () => {
    const kind = random.int(lax ? 3 : 2)
    if (kind === 0) return encodeURIComponent(random.pick(words))
    return random.pick(kind === 1 ? escaped.filter((each) => lax || each !== '%7E') : raw)
  })
  return parts.join('')
}

function randomHeaders(random: Random, form: 'header' | 'query'): [string, string][] {
  const names = random.some(headerNames, 5)
  // Presigned requests have no content type here, because botocore does not add one to them.
  const usable = form === 'query' ? names.filter((name) => name !== 'Content-Type') : names
  return usable.map((name) => [name, random.pick(headerValues.filter((value) => value !== 'é'))])
}
