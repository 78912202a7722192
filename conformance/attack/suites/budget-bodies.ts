import { gzipSync } from 'node:zlib'
import { hostileTexts } from '../../attack-bodies/hostile-bodies.ts'
import { namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import type { HeaderPair } from '../../refresh/s3-signature.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { type Protocol, wrongForm } from '../error-form.ts'
import { withHealthChecks } from '../health-watch.ts'
import type { Fixture } from '../fixture.ts'
import { type Operator, operatorIn, withoutOperator as unavailable } from '../operator.ts'
import type { Random } from '../random.ts'
import { budget, freeBytes } from '../server-settings.ts'
import { responseBeforeBody } from '../withheld-body.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const KiB = 1024
const MiB = 1024 * KiB

/** Catalog operation whose request has a body. */
interface Target {
  readonly path: string
  /** Maximum size of the body that the server accepts, in bytes. */
  readonly most: number
  /** Whether the server decides on the rights of the caller before it reads more than `freeBytes` bytes of the body. */
  readonly decides: boolean
  readonly protocol: Protocol
}

/** Returns operations that no caller of this suite may perform. */
function targets({ as, namespace, victim }: Fixture): Target[] {
  const { mallory } = as
  const inNamespace = namespacePath(mallory, namespace)
  const table = tablePath(mallory, namespace, victim.name)
  const decided = [
    [`${inNamespace}/tables`, budget.bytes],
    [table, budget.bytes],
    [`${inNamespace}/views`, budget.bytes],
    [`${inNamespace}/views/v`, budget.bytes],
    [`${mallory.root}transactions/commit`, budget.bytes],
    [`${mallory.root}namespaces`, MiB],
    [`${inNamespace}/properties`, MiB],
    [`${table}/metrics`, 256 * KiB],
    [`${table}/sign`, 2 * MiB],
  ] as const
  const small = [
    `${mallory.root}tables/rename`,
    `${inNamespace}/register`,
    'management/v1/principals',
    'management/v1/grants',
    'management/v1/warehouses',
  ]
  return [
    ...decided.map(([path, most]) => ({ path, most, decides: true, protocol: 'iceberg' }) as const),
    ...small.map((path) => ({ path, most: freeBytes, decides: false, protocol: 'iceberg' }) as const),
    ...['v1/oauth/tokens', 'oauth/token'].map(
      (path) => ({ path, most: freeBytes, decides: false, protocol: 'oauth' }) as const,
    ),
  ]
}

/** Caller without the right to perform the operation. `known` is false if the server cannot authenticate the caller. */
interface Caller {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly known: boolean
}

function anyCaller({ people }: Operator, random: Random): Caller {
  const forged = (people.stranger['authorization'] ?? '').replace(/.{3}$/, 'AAA')
  return random.pick([
    { name: 'a stranger', headers: people.stranger, known: true },
    { name: 'a reader of another table', headers: people.reader, known: true },
    { name: 'a caller with a forged token', headers: { authorization: forged }, known: false },
    { name: 'a caller without a token', headers: {}, known: false },
  ])
}

/** Returns the statuses with which the server may refuse the request before it has read the whole body. */
function rightStatuses({ decides, most, protocol }: Target, { known }: Caller, bytes: number): number[] {
  if (protocol === 'oauth') return [400, 401, 413]
  if (!known) return [401]
  return decides && bytes <= most ? [403, 404] : [403, 404, 413]
}

function judge(target: Target, seen: Seen, right: readonly number[]): string[] {
  const form = wrongForm(target.protocol, seen)
  return [
    ...(right.includes(seen.status)
      ? []
      : [
          `status ${seen.status} instead of ${right.join(' or ')}: the server read the body before it refused the caller`,
        ]),
    ...(form === undefined ? [] : [form]),
  ]
}

function pairs(
  origin: string,
  target: Target,
  { headers }: Caller,
  more: Readonly<Record<string, string>>,
): HeaderPair[] {
  const { host } = new URL(origin)
  const type = target.protocol === 'oauth' ? 'application/x-www-form-urlencoded' : 'application/json'
  return Object.entries({ host, 'content-type': type, ...headers, ...more })
}

/**
 * Sends the head of a request and only a part of its body. The server must refuse the request without waiting for the
 * rest.
 */
async function withhold(fixture: Fixture, random: Random): Promise<Evidence> {
  const operator = operatorIn(fixture)
  const target = random.pick(targets(fixture))
  const caller = anyCaller(operator, random)
  const chunked = random.chance(0.3)
  const within = freeBytes + 1 + random.int(Math.max(1, target.most - freeBytes))
  const bytes = random.pick([within, within, target.most, target.most + 1, 2 ** 40])
  const announced = Math.max(freeBytes + 1, bytes)
  const sent = chunked ? freeBytes + 1 + random.int(1_000) : random.pick([0, 1, 1_000, freeBytes])
  const length = { 'content-length': String(announced) }
  const { result, held } = await withHealthChecks(operator.origin, () =>
    responseBeforeBody({
      origin: operator.origin,
      method: 'POST',
      target: `/${target.path}`,
      headers: pairs(operator.origin, target, caller, chunked ? { 'transfer-encoding': 'chunked' } : length),
      first: Buffer.alloc(sent, ' '),
    }),
  )
  const right = rightStatuses(target, caller, chunked ? sent : announced)
  const found = result === undefined ? ['the server waited for the body'] : judge(target, result, right)
  if (held !== undefined) found.push(held)
  const size = chunked ? `${sent} bytes in chunks` : `${announced} bytes announced`
  return {
    what: `POST ${target.path} by ${caller.name}, ${size}`,
    seen: result === undefined ? [] : [result],
    mustFail: true,
    escape: found.join('; ') || undefined,
  }
}

const compressed = new Map<string, Buffer>()
function bomb(name: string, size: number): Buffer {
  const key = `${name} ${size}`
  const bytes = compressed.get(key) ?? gzipSync(hostileTexts[name]?.(size) ?? '')
  compressed.set(key, bytes)
  return bytes
}

/** Sends a small body that decompresses to a large one, once or in 16 concurrent requests. */
async function inflate(fixture: Fixture, random: Random): Promise<Evidence> {
  const operator = operatorIn(fixture)
  const target = random.pick(targets(fixture))
  const caller = anyCaller(operator, random)
  const name = random.pick(Object.keys(hostileTexts))
  const size = random.pick([2 * freeBytes, MiB, budget.bytes, 4 * budget.bytes])
  const body = bomb(name, size)
  const copies = random.chance(0.15) ? 16 : 1
  const more = { 'content-length': String(body.length), 'content-encoding': 'gzip' }
  const { result, held } = await withHealthChecks(operator.origin, () =>
    Promise.all(
      Array.from({ length: copies }, () =>
        sendRaw(
          operator.origin,
          'POST',
          `/${target.path}`,
          pairs(operator.origin, target, caller, more),
          body,
        ),
      ),
    ),
  )
  const right = rightStatuses(target, caller, target.decides ? body.length : size)
  const found = new Set(result.flatMap((seen) => judge(target, seen, right)))
  if (held !== undefined) found.add(held)
  return {
    what: `POST ${target.path} by ${caller.name}, ${copies} times ${size} bytes of ${name}, compressed to ${body.length}`,
    seen: result.map(({ status, text }) => ({ status, text })),
    mustFail: true,
    escape: [...found].join('; ') || undefined,
  }
}

export const budgetBodies: readonly AttackSuite[] = [
  { name: 'budget-withheld', modes, weight: 2, unavailable, attack: withhold },
  { name: 'budget-compressed', modes, unavailable, attack: inflate },
]
