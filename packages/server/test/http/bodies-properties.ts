// Property tests with random request bodies and framings. The tests run each property a few times, and the fuzzer runs
// it for a chosen time.
import assert from 'node:assert/strict'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { bodies, type Body, type Framed, framings, text } from './bodies.ts'
import { canary, type HostileFixture, type Served } from './hostile.ts'

const secrets = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  fc.constantFrom(
    `authorization: Bearer ${canary}\r\n`,
    `authorization: Basic ${Buffer.from(`x:${canary}`).toString('base64')}\r\n`,
    `cookie: session=${canary}\r\n`,
  ),
)
const names = fc.constantFrom(
  't',
  'v',
  'x',
  'none',
  'admin',
  '6f4a1d1e-2b7e-4a6f-9a52-0f7b1c3d5e7f',
  '%00',
  'a'.repeat(300),
)

/**
 * Returns a path of an operation with names of objects that requests may change, never the table that is
 * checked afterwards.
 */
function toPath({ method, path }: Served, inserts: readonly string[]): string {
  let next = 0
  return path.replaceAll(/:([\w-]+)/g, (_, name: string) => {
    if (name === 'prefix') return 'lakehouse'
    if (name === 'namespace') return 'hostile'
    if (name === 'warehouse') return method === 'GET' ? 'lakehouse' : 'spare'
    return inserts[next++] ?? 'x'
  })
}

/** Returns whether any parser could accept these bytes as JSON. */
function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

interface Attack {
  readonly served: Served
  readonly path: string
  readonly body: Body
  readonly framed: Framed
  readonly secret: string
}

function attacks(fixture: HostileFixture): fc.Arbitrary<Attack> {
  return fc.constantFrom(...fixture.served).chain((served) =>
    fc
      .tuple(bodies(served), framings, fc.tuple(names, names), secrets)
      .map(([body, frame, inserts, secret]) => {
        const attack = { served, path: toPath(served, inserts), body, framed: frame(body.bytes), secret }
        return Object.defineProperty(attack, fc.toStringMethod, { value: () => shown(attack) })
      }),
  )
}

/** Returns the text of a request for a failure report, with a shortened body. */
function shown({ served, path, body, framed, secret }: Attack): string {
  const start = JSON.stringify(body.bytes.toString('latin1').slice(0, 1_500))
  return `${served.method} ${path} ${JSON.stringify(`${secret}${framed.headers}${body.type}`)} ${body.bytes.length} bytes ${start}`
}

const pairs = fc.tuple(
  fc.constantFrom(
    'grant_type',
    'client_id',
    'client_secret',
    'scope',
    'assertion',
    'subject_token',
    'subject_token_type',
    'x',
    '',
    '%zz',
    '__proto__',
  ),
  fc.constantFrom(
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    canary,
    `${canary}%`,
    'admin',
    'catalog',
    '',
    '%00',
    '%ff',
    '+',
    'a'.repeat(600),
  ),
)
const forms = fc.oneof(
  fc.array(pairs, { maxLength: 6 }).map((all) => all.map(([name, value]) => `${name}=${value}`).join('&')),
  fc.string({ unit: 'binary' }),
  fc.constant('a&'.repeat(40_000)),
)

/** Property tests with random request bodies, keyed by test title. */
export const properties: Readonly<Record<string, (fixture: HostileFixture) => Property>> = {
  'the server responds to any body of any operation as the protocol defines, and a body that is not JSON changes nothing':
    (fixture) => {
      let sent = 0
      return property(
        attacks(fixture),
        async ({ served, path, body, framed, secret }) => {
          if ((sent += 1) % 20 === 0) await fixture.restock()
          const type = body.type === '' ? '' : `content-type: ${body.type}\r\n`
          const head = `${served.method} ${path} HTTP/1.1\r\nhost: localhost\r\n${type}${secret}${framed.headers}connection: close\r\n\r\n`
          const { method } = served
          const [first] = await fixture.attack(Buffer.concat([text(head), framed.bytes]), {
            method,
            hangUp: framed.hangUp,
          })
          const readable = framed.whole && (body.bytes.length === 0 || isJson(body.bytes))
          if (served.readsBody && !readable)
            assert.ok((first?.status ?? 0) >= 400, `${served.id} accepted a body that is not JSON`)
        },
        20,
      )
    },

  'the token endpoint responds to any form as OAuth defines': (fixture) =>
    property(
      fc.tuple(
        forms,
        framings,
        fc.constantFrom('application/x-www-form-urlencoded', 'application/json', ''),
        secrets,
      ),
      async ([form, frame, type, secret]) => {
        const framed = frame(text(form))
        const head = `POST /v1/oauth/tokens HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\n${secret}${framed.headers}connection: close\r\n\r\n`
        const [first] = await fixture.attack(Buffer.concat([text(head), framed.bytes]), {
          method: 'POST',
          hangUp: framed.hangUp,
        })
        assert.ok((first?.status ?? 0) >= 400)
      },
      20,
    ),
}
