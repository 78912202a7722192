import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Random } from '../../attack/random.ts'
import { delegation } from '../../refresh/table-requests.ts'
import { type Fixture, modes, type Who } from '../fixture.ts'
import type { HostileAnswer } from '../instrumented-upstream.ts'
import { send } from '../send.ts'
import type { Suite } from '../suite.ts'

/** Maximum time in ms until the server responds to its client, even if the response of the upstream never ends. */
const longestMs = 6_000

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))

function text(
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): HostileAnswer {
  return (response) => void response.writeHead(status, headers).end(body)
}

function trickle(write: (response: ServerResponse, turn: number) => void): HostileAnswer {
  return (response) => {
    let turn = 0
    const timer = setInterval(() => {
      if (response.destroyed || (turn += 1) > 400) clearInterval(timer)
      else write(response, turn)
    }, 20)
    response.once('close', () => clearInterval(timer))
  }
}

/** Returns a random answer of a hostile or faulty upstream, or of a proxy in front of it, with a description. */
function hostileAnswer(fixture: Fixture, random: Random): readonly [string, HostileAnswer] {
  const { trap } = fixture
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  const status = random.pick([200, 204, 400, 401, 403, 404, 409, 419, 429, 500, 502, 503, 504])
  const to = random.pick([
    `${trap.url}/x`,
    '//evil.example/x',
    `http://[::1]:${new URL(trap.url).port}/`,
    '/v1/config',
  ])
  return random.pick<readonly [string, HostileAnswer]>([
    ['a huge body', (response) => void response.writeHead(200).end(Buffer.alloc(3_000_000, ' '))],
    ['an endless body', trickle((response) => void response.write('{"a":'))],
    ['a slow body', trickle((response, turn) => void (turn % 10 === 0 && response.write(' ')))],
    ['endless informational responses', trickle((response) => response.writeProcessing())],
    ['no answer', () => undefined],
    ['a closed connection', (response) => void response.socket?.destroy()],
    [
      'half of a body',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"metadata":')
        setTimeout(() => response.socket?.destroy(), 10)
      },
    ],
    ['deep JSON', text(200, deep)],
    ['deep metadata', text(200, `{"metadata-location":"x","metadata":{"a":${deep}}}`)],
    ['a compressed bomb', text(200, bomb, { 'content-encoding': 'gzip' })],
    ['a wrong encoding', text(200, bomb.subarray(0, 100), { 'content-encoding': 'gzip' })],
    ['an unknown encoding', text(200, '{}', { 'content-encoding': 'br' })],
    [
      'many headers',
      (response) => {
        for (let n = 0; n < 900; n += 1) response.setHeader(`x-${n}`, 'v'.repeat(100))
        response.writeHead(200).end('{}')
      },
    ],
    ['HTML', text(status, '<html><body>login</body></html>', { 'content-type': 'text/html' })],
    ['an empty body', text(status, '')],
    ['a list', text(status, '[]')],
    ['a null', text(status, 'null')],
    ['bytes that are not UTF-8', text(200, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))],
    ['a redirect', text(random.pick([301, 302, 303, 307, 308]), '', { location: to })],
    [
      'wrong members',
      text(
        200,
        '{"metadata":[],"namespaces":{},"identifiers":"x","defaults":3,"overrides":[],"endpoints":{}}',
      ),
    ],
    [
      'names of other types',
      text(200, '{"namespaces":[[1],["a",{}],"x"],"identifiers":[{"name":{}},null,3]}'),
    ],
  ])
}

/** Suite in which callers with rights send requests while the upstream returns hostile answers. */
export const hostileAnswers: Suite = {
  name: 'hostile-answers',
  about: 'huge, deep, compressed, slow, endless, redirecting and broken responses of the upstream',
  weight: 5,
  async attack(fixture, random) {
    const { root } = fixture.lakes[random.pick(modes)].as.admin
    const [what, answer] = hostileAnswer(fixture, random)
    fixture.recorder.decide(({ path }) => (path.startsWith('/v1/config') ? null : answer))
    const update = { requirements: [], updates: [{ action: 'set-properties', updates: { a: 'b' } }] }
    const shared = `${root}namespaces/open/tables/shared`
    const [who, method, path, body] = random.pick<readonly [Who, string, string, unknown?]>([
      ['reader', 'GET', shared],
      ['reader', 'HEAD', shared],
      ['reader', 'GET', `${root}namespaces/open/tables`],
      ['reader', 'GET', `${shared}/credentials`],
      ['writer', 'POST', shared, update],
      ['owner', 'POST', `${root}namespaces/mine/properties`, { updates: { a: 'b' } }],
      [
        'owner',
        'POST',
        `${root}transactions/commit`,
        { 'table-changes': [{ ...update, identifier: { namespace: ['mine'], name: 't' } }] },
      ],
      ['owner', 'GET', `${root}namespaces/mine`],
    ])
    const started = performance.now()
    const seen = await send(fixture, who, method, path, body, delegation)
    const ms = performance.now() - started
    const escapes = ms > longestMs ? [`the response took ${Math.round(ms)} ms`] : []
    // The upstream may have made a change whose response is lost, so the server must not report it as refused.
    const isChange = method === 'POST'
    if (isChange && [409, 412].includes(seen.status) && !/null|list|HTML|empty/.test(what))
      escapes.push(`a change whose outcome is unknown was reported as ${seen.status}`)
    if (seen.status === 401) escapes.push('a 401 about the service account reached the client')
    // Restores normal answers, so that the circuit breaker of the server does not refuse the next cases.
    fixture.recorder.reset()
    await settle(fixture)
    return { what: `${what} to ${who}: ${method} ${path}`, seen: [seen], escapes }
  },
}

/** Waits until the server sends requests to the upstream again, after its circuit breaker has closed. */
async function settle(fixture: Fixture): Promise<void> {
  for (const mode of modes) {
    const { root, send: asAdmin } = fixture.lakes[mode].as.admin
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const { status } = await asAdmin('GET', `${root}namespaces/open`)
      if (status === 200) break
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

/**
 * Suite in which error messages of the upstream contain its address and the credentials of the request. The server
 * must not forward them to its clients.
 */
export const leaks: Suite = {
  name: 'leaks',
  about: 'errors of the upstream with its address, the token of the request, and keys',
  weight: 3,
  async attack(fixture, random) {
    const { root } = fixture.lakes[random.pick(modes)].as.admin
    const status = random.pick([400, 403, 404, 405, 409, 412, 413, 422, 429, 500, 501, 503])
    let token = ''
    fixture.recorder.decide(({ path, authorization }) => {
      if (path.startsWith('/v1/config')) return null
      token = authorization.replace(/^bearer /i, '')
      const message = [
        `${fixture.recorder.url}${path}`,
        fixture.recorder.host.toUpperCase(),
        `authorization ${authorization}`,
        `token=${encodeURIComponent(token)}`,
        'ASIAIOSFODNN7EXAMPLE',
      ].join(' ')
      const body = random.pick([
        {
          error: {
            message,
            type: random.pick(['X', 'CommitFailedException', token]),
            code: status,
            stack: [message],
          },
        },
        { __type: `aws#${message}`, Message: message },
        { error_code: message, message },
        { error: message, error_description: message },
      ])
      return text(status, JSON.stringify(body), {
        'www-authenticate': message.replaceAll(/\s+/g, '-'),
        location: '/x',
      })
    })
    const method = random.pick(['GET', 'POST'])
    const body = method === 'POST' ? { requirements: [], updates: [] } : undefined
    const seen = await send(fixture, 'writer', method, `${root}namespaces/open/tables/shared`, body)
    const found = [token, 'ASIAIOSFODNN7EXAMPLE', fixture.recorder.host.toUpperCase()].filter(
      (secret) => secret !== '' && seen.text.includes(secret),
    )
    fixture.recorder.reset()
    await settle(fixture)
    return {
      what: `an error ${status} to ${method}`,
      seen: [seen],
      escapes: found.map(() => `a response contained a token, key or address: ${seen.text.slice(0, 200)}`),
    }
  },
  /** Checks that the log of the server contains no token and no key. */
  conclude: (fixture) => {
    const log = fixture.log()
    const [credential = '', secret = ''] = fixture.secrets
    const found = [credential, secret].some((text) => log.includes(text))
      ? ['the log contains the secret of the service account']
      : []
    if (/eyJ[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}/.test(log)) found.push('the log contains a token')
    return found
  },
}
