// Property tests with random request lines, queries and headers. The tests run each property a few times, and the
// fuzzer runs it for a chosen time. Each character of a string in this file is one byte (Latin-1). The tests write
// these bytes to a socket, because HTTP client libraries refuse to send them.
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { canary, type HostileFixture } from './hostile.ts'

const bytes = (text: string): string => Buffer.from(text).toString('latin1')

const pieces = fc.constantFrom(
  ...'. .. %2e %2e%2e .%2E % %2 %zz %00 %1F %1f%1f %ff %c0%ae'.split(' '),
  '\0',
  '\x1f',
  '\xff',
  '\xc0\xae',
  ...'%ed%a0%80 %C3%A4 %5c %5C.. %2F %2f..%2f // / ; @ : | ^ `'.split(' '),
  bytes('ä'),
  bytes('\u{1f600}'),
  '\\',
  ...'hostile t v lakehouse keep tables v1 a + %20 %2B %25 %2525 * <script> " { ['.split(' '),
  "'",
  '__proto__',
  'a'.repeat(300),
  '%C3%A4'.repeat(200),
  '../../src/'.repeat(50),
  '%2e%2e%2f'.repeat(100),
  'a'.repeat(20_000),
  ' ',
  '\t',
  '\x7f',
)
const segments = fc.array(pieces, { maxLength: 3 }).map((parts) => parts.join(''))

const parameters = fc.constantFrom(
  ...'pageToken pageSize parent snapshots purgeRequested warehouse referenced-by namespace'.split(' '),
  ...'x principal __proto__'.split(' '),
)
const values = fc.oneof(
  segments,
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1',
    '1e9',
    '99999999999999999999',
    'NaN',
    'true',
    'all',
    'refs',
    'WyIxIl0',
    '&',
    '=',
    '%26',
  ),
  fc.constantFrom(
    ...['x', 'a\0b', '\ud800'].map((name) => Buffer.from(JSON.stringify([1, name])).toString('base64url')),
  ),
)
const query = fc
  .array(fc.tuple(parameters, values), { maxLength: 4 })
  .map((pairs) =>
    pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`,
  )

const odd = fc.constantFrom(
  ...'* / ? # http://x/v1/config http://x HTTP://lakehouse/v1/config?a //x/v1/config x:80'.split(' '),
  ...'v1/config'.split(' '),
  '',
  '\\v1\\config',
  ...'/v1/../v1/config /./v1/config /v1//config /v1/config/ /v1/config#x'.split(' '),
  ...'/health/live/../ready /%76%31/config /v1/config;a=b'.split(' '),
)

const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...'authorization x-request-id if-none-match idempotency-key accept-encoding accept'.split(' '),
      ...'origin cookie expect'.split(' '),
      ...'x-iceberg-access-delegation content-type x-forwarded-for upgrade range referer te'.split(' '),
      ...'date via x'.split(' '),
      ...'access-control-request-method access-control-request-headers user-agent'.split(' '),
      ...'content-encoding'.split(' '),
    ),
    fc.oneof(
      fc.constantFrom(
        '',
        '*',
        'gzip;q=0',
        'W/"x", "y',
        `Bearer ${canary}`,
        `Basic ${canary}`,
        'https://console.test',
        '100-continue',
        'h2c',
        'bytes=0-',
      ),
      fc.constantFrom(
        '01890a5d-ac96-774b-bcce-b302099a8057',
        'x'.repeat(3_000),
        'POST',
        `a=${canary}`,
        '"'.repeat(500),
        '\xff\xfe',
        '\t,\t,',
      ),
      segments,
    ),
  ),
  fc.constantFrom(
    ['host', 'second'],
    ['transfer-encoding', 'identity'],
    ['no colon', ''],
    ['', 'x'],
    ['a b', 'c'],
  ),
)

const methods = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('PUT', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'QUERY', 'SEARCH'),
  },
  { weight: 1, arbitrary: fc.constantFrom('get', 'BREW', '', 'G ET', '\0', 'PRI', 'GET\t', '\xff') },
)
const versions = fc.oneof(
  { weight: 20, arbitrary: fc.constant(' HTTP/1.1') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ' HTTP/1.0',
      ' HTTP/2.0',
      ' HTTP/9.9',
      '',
      ' http/1.1',
      ' HTTP/1.1 x',
      ' XTTP/1.1',
    ),
  },
)

interface RawRequest {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly headers: readonly (readonly string[])[]
  readonly host: boolean
}

function requests(targets: fc.Arbitrary<string>): fc.Arbitrary<RawRequest> {
  return fc.record(
    {
      method: methods,
      target: targets,
      version: versions,
      headers: fc.array(header, { maxLength: 4 }),
      host: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    },
    { noNullPrototype: true },
  )
}

function written({ method, target, version, headers, host }: RawRequest): Buffer {
  const lines = [...(host ? [['host', 'localhost']] : []), ...headers, ['connection', 'close']]
  const head = lines.map(([name = '', value = '']) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${method} ${target}${version}\r\n${head}\r\n`, 'latin1')
}

/**
 * Returns an arbitrary of request targets: paths of the operations with any parameter values, and any other
 * paths.
 */
function makeTargets(fixture: HostileFixture): fc.Arbitrary<string> {
  const known = fc.constantFrom('lakehouse', 'hostile', 't', 'v', 'spare')
  const filled = fc
    .tuple(
      fc.constantFrom(...fixture.served),
      fc.array(fc.oneof(known, segments), { minLength: 4, maxLength: 4 }),
    )
    .map(([{ path }, inserts]) => {
      let next = 0
      return path.replaceAll(/:[\w-]+/g, (name) =>
        name === ':prefix' && next === 0 ? 'lakehouse' : (inserts[next++] ?? 'x'),
      )
    })
  const free = fc.array(segments, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`)
  return fc
    .tuple(
      fc.oneof(
        { weight: 5, arbitrary: filled },
        { weight: 2, arbitrary: free },
        { weight: 1, arbitrary: odd },
      ),
      query,
    )
    .map((parts) => parts.join(''))
}

/** Property tests with random bytes as request line and headers, keyed by test title. */
export const properties: Readonly<Record<string, (fixture: HostileFixture) => Property>> = {
  'the server responds to any request line with any headers as the protocol defines': (fixture) =>
    property(
      requests(makeTargets(fixture)),
      async (request) => {
        await fixture.attack(written(request), { method: request.method })
      },
      20,
    ),
}
