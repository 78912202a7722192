import fc from 'fast-check'
import { expect, it } from 'vitest'
import { presign } from '../src/presign.ts'
import { generalRules, s3Rules } from '../src/rules.ts'
import { credentials, outcome, policy, signed, signing } from './signed-requests.ts'
import type { Header, WireRequest } from '../src/wire-request.ts'

// Each mutation changes the meaning of a signed request. Verification must refuse each result.
const RUNS = 4000

const base: WireRequest = {
  method: 'PUT',
  target: '/bucket/some%20key/part?partNumber=2&uploadId=abc%2Fdef&x-id=UploadPart',
  headers: [
    ['Host', 'storage.example.com:9000'],
    ['Content-Type', 'application/octet-stream'],
    ['Content-Length', '11'],
    ['x-amz-meta-owner', 'somebody, else'],
    ['x-amz-acl', 'private'],
    ['Range', 'bytes=0-9'],
  ],
}

const service = { s3: 's3', general: 'glue' } as const
const rules = { s3: s3Rules, general: generalRules } as const
const forms = ['s3', 'general'].flatMap((kind) => ['header', 'query'].map((form) => ({ kind, form }))) as {
  kind: 's3' | 'general'
  form: 'header' | 'query'
}[]

/**
 * Mutation that changes the meaning of a request. `pick` selects a variant. Returns undefined if the mutation does
 * not apply to the request.
 */
type Mutation = (request: WireRequest, pick: number) => WireRequest | undefined

const mutations: Record<string, Mutation> = {
  method: (request, pick) => ({
    ...request,
    method: ['GET', 'DELETE', 'POST', 'HEAD', 'put'][pick % 5] ?? '',
  }),
  'a character of the path': (request, pick) => {
    const { path, query } = cut(request)
    return { ...request, target: `${replaceAt(path, 1 + (pick % (path.length - 1)), pick)}${query}` }
  },
  'a longer path': (request, pick) => {
    const { path, query } = cut(request)
    const at = 1 + (pick % path.length)
    return { ...request, target: `${path.slice(0, at)}${letter(pick)}${path.slice(at)}${query}` }
  },
  'a shorter path': (request, pick) => {
    const { path, query } = cut(request)
    const at = 1 + (pick % (path.length - 1))
    return { ...request, target: `${path.slice(0, at)}${path.slice(at + 1)}${query}` }
  },
  'a slash encoded': ({ target, ...rest }) => ({ ...rest, target: target.replace('key/part', 'key%2Fpart') }),
  'a parameter removed': (request, pick) => withParameters(request, (all) => without(all, pick)),
  'a parameter added': (request, pick) =>
    withParameters(request, (all) =>
      all.toSpliced(pick % (all.length + 1), 0, [`extra${letter(pick)}`, 'x']),
    ),
  'a parameter repeated': (request, pick) =>
    withParameters(request, (all) => [...all, all[pick % all.length] ?? ['', '']]),
  'a parameter’s value': (request, pick) =>
    withParameters(request, (all) => all.with(pick % all.length, mutated(all[pick % all.length], pick))),
  'a parameter’s name': (request, pick) =>
    withParameters(request, (all) => {
      const [name = '', value = ''] = all[pick % all.length] ?? []
      return all.with(pick % all.length, [replaceAt(name, pick % name.length, pick), value])
    }),
  'two values swapped': (request, pick) =>
    withParameters(request, (all) => {
      const [a, b] = [pick % all.length, (pick + 1) % all.length]
      return all.map(([name, value], i): Pair => [
        name,
        (i === a ? all[b] : i === b ? all[a] : undefined)?.[1] ?? value,
      ])
    }),
  'a header removed': (request, pick) => ({ ...request, headers: without([...request.headers], pick) }),
  'a header’s value': (request, pick) => {
    const headers = [...request.headers]
    return {
      ...request,
      headers: headers.with(pick % headers.length, mutated(headers[pick % headers.length], pick)),
    }
  },
  'a header repeated': (request, pick) => {
    const headers = [...request.headers]
    return { ...request, headers: [...headers, mutated(headers[pick % headers.length], pick)] }
  },
  'an x-amz header added': (request, pick) => ({
    ...request,
    headers: [
      ...request.headers,
      [`X-Amz-${['Copy-Source', 'Tagging', 'Meta-New', 'Date', 'Security-Token'][pick % 5]}`, 'x'],
    ],
  }),
  'a character of the authentication': (request, pick) =>
    inAuthentication(request, (text) => replaceAt(text, pick % text.length, pick)),
  'a character of the signature': (request, pick) =>
    inAuthentication(request, (text) => {
      const at = text.search(/Signature=[0-9a-f]{64}/) + 'Signature='.length + (pick % 64)
      const digit = parseInt(text[at] ?? '', 16) ^ (1 + (pick % 15))
      return text.slice(0, at) + digit.toString(16) + text.slice(at + 1)
    }),
  'a name removed from the signed headers': (request, pick) =>
    inAuthentication(request, (text) =>
      text.replace(/(SignedHeaders=)([^,&]*)/, (_, start: string, names: string) => {
        const separator = names.includes('%3B') ? '%3B' : ';'
        return start + without(names.split(separator), pick).join(separator)
      }),
    ),
  'another scope': (request, pick) =>
    inAuthentication(
      request,
      (text) =>
        [
          text.replace('20260314', '20260313'),
          text.replace('eu-central-1', 'us-east-1'),
          text.replace(/(%2F|\/)(s3|glue)(%2F|\/)/, '$1s3tables$3'),
          text.replace('aws4_request', 'aws4_requests'),
          text.replace('AKIDTEST', 'AKIDOTHER'),
        ][pick % 5] ?? '',
    ),
  'another time': (request, pick) => {
    const other = `20260314T0926${String((pick % 52) + 1).padStart(2, '0')}Z`
    const swap = (text: string): string => text.replaceAll('20260314T092653Z', other)
    return {
      ...request,
      target: swap(request.target),
      headers: [...request.headers].map(([n, v]) => [n, swap(v)]),
    }
  },
  'a longer validity': (request, pick) => {
    const target = request.target.replace('X-Amz-Expires=900', `X-Amz-Expires=${901 + pick}`)
    return target === request.target ? undefined : { ...request, target }
  },
}

for (const { kind, form } of forms) {
  const signingHere = { ...signing, service: service[kind], rules: rules[kind] }
  const request =
    form === 'header'
      ? signed(base, { ...signingHere, payloadHash: 'UNSIGNED-PAYLOAD', payloadHeader: true })
      : {
          ...base,
          headers: [...base.headers, ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'] as const],
          target: presign(
            { ...base, headers: [...base.headers, ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']] },
            { ...signingHere, expiresSeconds: 900, payloadHash: 'UNSIGNED-PAYLOAD' },
          ),
        }
  const here = { ...policy, services: [service[kind]] }

  it(`verification refuses ${RUNS} mutations of a request signed in its ${form} by the rules of ${kind}`, () => {
    expect(outcome(request, here)).toBe('verified')
    const refused = new Map<string, number>()
    let count = 0
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(mutations)), fc.nat(1_000_000), (name, pick) => {
        const mutant = mutations[name]?.(request, pick)
        if (mutant === undefined || meaning(mutant) === meaning(request)) return
        const result = outcome(mutant, here)
        expect(result).not.toBe('verified')
        refused.set(result, (refused.get(result) ?? 0) + 1)
        count++
      }),
      { numRuns: RUNS },
    )
    expect(count).toBeGreaterThan(RUNS * 0.9)
    // Many mutations must reach the comparison of signatures, and not fail in an earlier check.
    expect(refused.get('signature-mismatch')).toBeGreaterThan(RUNS * 0.2)
    expect(refused.size).toBeGreaterThan(6)
  })

  it(`verification refuses pairs of mutations of a request signed in its ${form} by the rules of ${kind}`, () => {
    const names = fc.constantFrom(...Object.keys(mutations))
    fc.assert(
      fc.property(names, names, fc.nat(1_000_000), fc.nat(1_000_000), (first, second, a, b) => {
        const once = mutations[first]?.(request, a) ?? request
        const twice = mutations[second]?.(once, b) ?? once
        // The second mutation may undo the first one, and such a request is not refused.
        if (meaning(twice) !== meaning(request)) expect(outcome(twice, here)).not.toBe('verified')
      }),
      { numRuns: 1000 },
    )
  })
}

it('verification refuses a request with the secret of another key, and without a secret', () => {
  const request = signed(base)
  expect(outcome(request)).toBe('verified')
  fc.assert(fc.property(fc.string(), (secret) => outcome(request, {}, secret) !== 'verified'))
  const stranger = { ...credentials, accessKeyId: 'AKIDOTHER' }
  expect(outcome(signed(base, { credentials: stranger }))).toBe('unknown-access-key')
  expect(outcome(signed(base, { credentials: { ...credentials, secretAccessKey: '' } }), {}, '')).toBe(
    'unknown-access-key',
  )
})

function cut({ target }: WireRequest): { path: string; query: string } {
  const mark = target.indexOf('?')
  return { path: target.slice(0, mark), query: target.slice(mark) }
}

type Pair = readonly [string, string]

function withParameters(request: WireRequest, change: (all: Pair[]) => Pair[]): WireRequest {
  const { path, query } = cut(request)
  const all = query
    .slice(1)
    .split('&')
    .map((piece): Pair => {
      const [name = '', value = ''] = piece.split('=')
      return [name, value]
    })
  return {
    ...request,
    target: `${path}?${change(all)
      .map(([n, v]) => `${n}=${v}`)
      .join('&')}`,
  }
}

function inAuthentication(request: WireRequest, change: (text: string) => string): WireRequest {
  const { path, query } = cut(request)
  const at = query.indexOf('X-Amz-Algorithm')
  if (at !== -1) return { ...request, target: path + query.slice(0, at) + change(query.slice(at)) }
  const headers = [...request.headers].map(([name, value]): Header => [
    name,
    name === 'authorization' ? change(value) : value,
  ])
  return { ...request, headers }
}

function without<T>(all: readonly T[], pick: number): T[] {
  return all.toSpliced(pick % all.length, 1)
}

function mutated(pair: Pair | undefined, pick: number): Pair {
  const [name, value] = pair ?? ['', '']
  return [name, value === '' ? letter(pick) : replaceAt(value, pick % value.length, pick)]
}

/** Replaces one character by another. Within a percent-escape, the result always decodes to another byte. */
function replaceAt(text: string, at: number, pick: number): string {
  const other = letter(pick)
  return text.slice(0, at) + (text[at] === other ? '~' : other) + text.slice(at + 1)
}

function letter(pick: number): string {
  return 'abcXYZ019-_'[pick % 11] ?? ''
}

/**
 * Returns a text that is equal for two requests with the same meaning. It does not depend on the order of parameters
 * and headers and the case of percent-escapes.
 */
function meaning(request: WireRequest): string {
  const { path, query } = cut(request)
  const capital = (text: string): string => text.replace(/%../g, (escape) => escape.toUpperCase())
  const headers = [...request.headers].map(([name, value]) => `${name.toLowerCase()}: ${value}`)
  const parameters = query.slice(1).split('&').map(capital)
  return JSON.stringify([request.method, capital(path), parameters.toSorted(), headers.toSorted()])
}
