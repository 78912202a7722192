import { AuthRegistry } from '@headgate/auth'
import type { HttpRequest } from '@headgate/http'
import { assertSigned } from '../auth/is-signed.ts'
import { providers, type BenchProvider } from '../auth/providers.ts'
import { sessionMemory } from '../auth/session-memory.ts'
import { signers, type ToSign } from '../auth/signers.ts'
import { timeCalls } from '../auth/time-calls.ts'
import { tokenEndpoints } from '../auth/token-endpoints.ts'
import { tokenRequests } from '../auth/token-requests.ts'
import type { Case, Entry } from '../lib/case.ts'
import type { Lab } from './lab.ts'

const bodies = [
  { id: '1kb', name: '1 KB', bytes: 1 << 10 },
  { id: '1mb', name: '1 MB', bytes: 1 << 20 },
] as const

/**
 * Returns cases that measure the cost of client authentication: one request with each provider, signing in
 * comparison with other libraries, the number of token requests in a day, and the memory of many sessions.
 */
export async function authCases(lab: Lab): Promise<Case[]> {
  return [
    ...(await Promise.all(bodies.map(async (body) => await providerCase(lab, body)))),
    ...(await Promise.all(bodies.map(async (body) => await signerCase(lab, body)))),
    renewalCase(lab),
    memoryCase(lab),
  ]
}

/**
 * Returns the duration of one round in ms. These cases have shorter rounds and more of them than other cases,
 * because their calls never wait for I/O.
 */
function sliceMs({ run }: Lab): number {
  return run.durationMs / 20
}

function request(bytes: number): ToSign {
  return {
    method: 'POST',
    url: 'https://glue.eu-central-1.amazonaws.com/iceberg/v1/catalogs/123456789012/namespaces/n0/tables/t0?snapshots=refs',
    headers: [
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
      ['x-client-version', '1.0'],
    ],
    body: new Uint8Array(bytes).fill(0x61),
  }
}

type Body = (typeof bodies)[number]

async function providerCase(lab: Lab, body: Body): Promise<Case> {
  const entry = async (provider: BenchProvider): Promise<Entry> => {
    const endpoints = tokenEndpoints()
    const auth = await new AuthRegistry().create(provider.properties, { fetch: endpoints.fetch, env: {} })
    const whole = request(body.bytes)
    const sent: HttpRequest = provider.streamed
      ? { ...whole, body: { sha256: '0'.repeat(64), length: body.bytes } }
      : whole
    const call = async (): Promise<HttpRequest> => await auth.authenticate(sent)
    return {
      label: provider.label,
      against: [],
      measure: async (round) => {
        if (round === 0) await timeCalls(call, 2 * sliceMs(lab))
        return { ...(await timeCalls(call, sliceMs(lab))), figures: { 'token requests': endpoints.asked() } }
      },
    }
  }
  return {
    id: `auth-provider-${body.id}`,
    title: `Authentication of a request with a body of ${body.name}, by provider`,
    notes: [
      `One call follows another for ${sliceMs(lab)} ms in each round. Token endpoints are in the same process. The last column contains the number of token requests in all rounds.`,
    ],
    calls: { addedTo: 'none' },
    moreRounds: 3,
    entries: await Promise.all(providers.map(entry)),
  }
}

async function signerCase(lab: Lab, body: Body): Promise<Case> {
  const toSign = request(body.bytes)
  const all = await signers()
  const others = all.filter(({ ours }) => !ours).map(({ label }) => label)
  for (const { sign } of all) assertSigned(toSign, await sign(toSign))
  return {
    id: `auth-signer-${body.id}`,
    title: `Signing of a request with a body of ${body.name} (AWS Signature Version 4), compared with other signers`,
    notes: [
      'Each signer creates a complete request with a signed body, and caches the derived key. The signatures of all signers were verified before.',
    ],
    calls: {},
    moreRounds: 3,
    entries: all.map(({ label, ours, sign }): Entry => {
      const call = async (): Promise<unknown> => await sign(toSign)
      return {
        label,
        against: ours ? others : [],
        measure: async (round) => {
          if (round === 0) await timeCalls(call, 2 * sliceMs(lab))
          return await timeCalls(call, sliceMs(lab))
        },
      }
    }),
  }
}

function renewalCase({ thorough }: Lab): Case {
  const perHour = thorough ? 3_600 : 360
  return {
    id: 'auth-renewal',
    title: `A day with ${perHour.toLocaleString('en-US')} requests in each hour, and tokens with a lifetime of one hour`,
    notes: [
      'The clock is simulated, and 100 requests are sent at the same time. The reported time is the time of one request.',
    ],
    calls: {},
    entries: providers
      .filter(({ label }) => /cached token|^iceberg|^google|^entra|over oauth2/.test(label))
      .filter(({ label }) => !label.startsWith('command'))
      .map(({ label, properties }) => ({
        label,
        against: [],
        measure: async () => await tokenRequests(properties, { hours: 24, perHour, atOnce: 100 }),
      })),
  }
}

function memoryCase({ run, thorough }: Lab): Case {
  const sessions = thorough ? 10_000 : 1_000
  const labels = ['bearer', 'sigv4', 'oauth2, cached token', 'sigv4 over oauth2']
  return {
    id: 'auth-memory',
    title: `${sessions.toLocaleString('en-US')} sessions at the same time`,
    notes: [
      'The memory of one session is measured once, in a separate process. The reported time is the time to open a session and send its first request. The cache holds this number of sessions. The last column is the number of cached sessions after a tenth more were opened.',
    ],
    calls: {},
    entries: labels.map((label) => {
      const measured = sessionMemory(run, label, sessions)
      return { label, against: [], measure: async () => await measured() }
    }),
  }
}
